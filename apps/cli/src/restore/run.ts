import { openJetStream } from '@zyra/jetstream'
import { loadMasterKey, openVault } from '@zyra/privacy'
import { createCodec, enterInRegister, fileObjects, loadConfig, REGISTER_FILE, registersOf, type Config } from '@zyra/runtime'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { adminOptions } from '../backup/admin.ts'
import { copyPart, filesIn, freeBytes, hashOf } from '../backup/files.ts'
import { checkFiles, readManifest, sizeOf, type Manifest } from '../backup/manifest.ts'
import { EXIT, Failure, type ExitCode } from '../base/failure.ts'
import { isRunning } from '../base/installation.ts'
import { commonOptions, someText } from '../base/options.ts'
import type { Terminal } from '../base/terminal.ts'
import { bytes } from '../text/words.ts'
import { eraseAgain, readRegisters, type KnownErasures } from './erasures.ts'
import { epochOnDisk, inTheWay, isHalfDone, keepNewerTokens, openStage, putInPlace, stageIn } from './place.ts'
import { openServerFor, putStreams } from './streams.ts'
import { restoredLines, type Restored } from './view.ts'

/** The options of `zyra restore`, as typed. */
export const restoreOptions = z.strictObject({
  ...commonOptions, replace: z.boolean().default(false), secrets: someText.optional(), erasures: someText.optional(),
})

type Options = z.infer<typeof restoreOptions>

/** A disk that is nearly full would stop the log server in the middle. */
const SPARE_BYTES = 250_000_000

const checkPlace = ({ dataDir, erasuresDir }: Config, replace: boolean): void => {
  if (isRunning(dataDir)) throw new Failure(`Zyra is running on ${dataDir}: stop it first (Ctrl-C where it runs).`)
  if (erasuresDir !== undefined && !existsSync(erasuresDir)) {
    throw new Failure(`There is no ${erasuresDir}, which keeps the register of erasures: mount its disk, or correct ZYRA_ERASURES.`)
  }
  const there = inTheWay(dataDir)
  if (there.length === 0 || replace) return
  const choice = `name an empty folder with ZYRA_DATA, or say --replace, which moves it into a folder of its own in ${dataDir}`
  throw new Failure(`${dataDir} holds an installation (${there.join(', ')}): ${choice}.`)
}

const checkBackup = async (folder: string, { dataDir }: Config, terminal: Terminal): Promise<Manifest> => {
  const manifest = await readManifest(folder)
  const size = await sizeOf(folder)
  let done = 0
  const problems = await checkFiles(folder, (more) => {
    done += more
    terminal.progress(`Checking the backup: ${bytes(done)} of ${bytes(size)}`)
  })
  if (problems.length > 0) throw new Failure(['The backup is damaged, so nothing was changed:', ...problems].join('\n  '))
  const needed = 2 * size + SPARE_BYTES
  if (freeBytes(dataDir) < needed) {
    throw new Failure(`The disk of ${dataDir} has ${bytes(freeBytes(dataDir))} free and restoring needs up to ${bytes(needed)}: free some space.`)
  }
  return manifest
}

/** Copies the secrets, from the backup or from where they were kept apart. */
const bringSecrets = async (folder: string, apart: string | undefined, { secrets }: Manifest, stage: string): Promise<void> => {
  const from = apart === undefined ? folder : resolve(apart)
  if (apart === undefined && secrets.kept !== 'here') {
    const where = secrets.kept === 'apart' ? 'were kept apart' : 'were left out'
    throw new Failure(`The secrets of this backup ${where}: say where they are with --secrets <folder> (the folder that holds "secrets").`)
  }
  if (!existsSync(join(from, 'secrets', 'master.key'))) {
    throw new Failure(`There is no secrets/master.key in ${from}: without it nothing personal can ever be read. Name the folder that holds "secrets".`)
  }
  for (const path of await filesIn(join(from, 'secrets'))) await copyPart(from, stage, `secrets/${path}`, () => undefined)
  const expected = secrets.files.find(({ path }) => path === 'secrets/master.key')
  const found = await hashOf(join(stage, 'secrets', 'master.key'), () => undefined)
  if (expected !== undefined && expected.sha256 !== found) throw new Failure(`The master key in ${from} is not the one that this backup was taken with.`)
}

interface Work {
  readonly folder: string
  readonly manifest: Manifest
  readonly stage: string
  readonly epoch: number
  readonly known: KnownErasures
  readonly register: 'found' | 'missing'
}

/** Puts the streams back and erases again, in the stage, with a server that nobody else can reach. */
const bringLog = async ({ folder, manifest, stage, epoch, known, register }: Work, config: Config, terminal: Terminal) => {
  const { takenAt, lastSequence } = manifest
  const server = await openServerFor(stage, config.natsUrl, () => undefined)
  try {
    const onProgress = (what: string): void => {
      checkWanted(terminal)
      terminal.progress(`Restoring ${what} ...`)
    }
    await putStreams({ copier: server.copier, folder, manifest, epoch, onProgress })
    onProgress('erasures')
    const js = await openJetStream(adminOptions(stage, server.url))
    try {
      const end = await js.log.lastSequence()
      const vault = openVault({
        store: js.keys, masterKey: await loadMasterKey(join(stage, 'secrets', 'master.key')), cacheSize: 1_000, maxAgeMs: 1_000, now: () => performance.now(),
      })
      const codec = createCodec({ vault, objects: fileObjects(join(stage, 'objects')) })
      const erasures = await eraseAgain(js, vault, codec, known.keyIds, { takenAt, lastSequence, register, now: terminal.now })
      return { end, erasures }
    } finally {
      await js.close()
    }
  } finally {
    await server.stop()
  }
}

const checkWanted = ({ interrupted }: Terminal): void => {
  if (interrupted.aborted) throw new Failure('The restore was stopped; nothing was changed.', EXIT.interrupted)
}

const restore = async (folder: string, options: Options, config: Config, terminal: Terminal): Promise<Restored> => {
  const { dataDir } = config
  const manifest = await checkBackup(folder, config, terminal)
  const outside = await readRegisters(registersOf(config), options.erasures)
  const known = await readRegisters([...registersOf(config), join(folder, REGISTER_FILE)], options.erasures)
  const register = outside.from.length > 0 ? 'found' : 'missing'
  const epoch = 1 + Math.max(manifest.epoch, known.epoch, await epochOnDisk(dataDir))
  const stage = await openStage(dataDir)
  try {
    await bringSecrets(folder, options.secrets, manifest, stage)
    for (const path of await filesIn(join(folder, 'objects'))) {
      checkWanted(terminal)
      await copyPart(folder, stage, `objects/${path}`, () => terminal.progress(`Restoring objects/${path} ...`))
    }
    const { end, erasures } = await bringLog({ folder, manifest, stage, epoch, known, register }, config, terminal)
    const tokens = await keepNewerTokens(dataDir, stage)
    const at = terminal.now().toISOString()
    for (const file of registersOf({ ...config, dataDir: stage })) {
      await enterInRegister(file, { at, keyIds: [...known.keyIds] })
      await enterInRegister(file, { at, epoch })
    }
    checkWanted(terminal)
    const aside = await putInPlace(dataDir, terminal.now())
    return { dataDir, manifest, epoch, end, erasures, register, registers: outside.from, tokens, aside, now: terminal.now() }
  } catch (error) {
    if (!isHalfDone(dataDir)) await rm(stageIn(dataDir), { recursive: true, force: true })
    throw error
  }
}

/** `zyra restore <folder>` */
export const runRestore = async (folder: string, options: Options, terminal: Terminal): Promise<ExitCode> => {
  const config = loadConfig()
  checkPlace(config, options.replace)
  const restored = await restore(resolve(folder), options, config, terminal)
  const { manifest, now: _now, ...rest } = restored
  if (options.json) terminal.out(JSON.stringify({ ...rest, takenAt: manifest.takenAt, lastSequence: manifest.lastSequence }))
  else terminal.out(...restoredLines(restored, terminal.paint))
  return EXIT.ok
}
