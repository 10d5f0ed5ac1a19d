import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { EXIT, Failure, wrongUsage, type ExitCode } from '../base/failure.ts'
import { findInstallation } from '../base/installation.ts'
import { commonOptions, someText } from '../base/options.ts'
import type { Terminal } from '../base/terminal.ts'
import { duration } from '../text/time.ts'
import { bytes, count, thousands } from '../text/words.ts'
import { openAdmin } from './admin.ts'
import { syncFolder } from './files.ts'
import { PARTIAL, sizeOf, type Manifest } from './manifest.ts'
import { takeBackup } from './take.ts'

/** The options of `zyra backup`, as typed. `--without-secrets` makes `secrets` false. */
export const backupOptions = z.strictObject({ ...commonOptions, secretsTo: someText.optional(), secrets: z.boolean().default(true) })

type Options = z.infer<typeof backupOptions>

const nameOf = (takenAt: string): string => `zyra-${takenAt.slice(0, 19).replaceAll(':', '').replace('T', '-')}Z`

const releaseOf = async (): Promise<string> => {
  const text = await readFile(new URL('../../../../package.json', import.meta.url), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version
}

const aboutSecrets = ({ secrets: { kept } }: Manifest, target: string, apart: string): readonly string[] => {
  switch (kept) {
    case 'here':
      return [
        'It holds the master key beside the keys that it opens: whoever has this folder reads every customer\'s data in it, also',
        'of those who are erased later. Keep it like money, and delete old ones. The secrets can be kept apart: --secrets-to.',
      ]
    case 'apart':
      return [`The secrets are in ${apart}: without them the backup cannot be restored, and together they open`, 'everything in it. Keep them apart.']
    case 'nowhere':
      return ['The secrets are not in it: without a copy of the secrets folder it cannot be restored.']
  }
}

const tell = (manifest: Manifest, size: number, ms: number, target: string, apart: string, { out, paint }: Terminal): void => {
  const { epoch, lastSequence, objects, streams } = manifest
  const large = `${count(objects.files, 'file')} of large bodies and seals`
  out(
    paint('bold', target),
    `  ${count(streams.length, 'stream')}, the log up to #${thousands(lastSequence)} at least (epoch ${epoch}), ${large}: ${bytes(size)} in ${duration(ms)}`,
    '',
    ...aboutSecrets(manifest, target, apart),
    `Check it:  npx zyra backup verify ${target}`,
  )
}

/** Never made: a stick that is not plugged in must not be mistaken for one. @throws Failure */
const requireFolder = (folder: string): void => {
  if (!existsSync(folder)) throw new Failure(`There is no folder ${folder}: is the disk plugged in? Make the folder first if it is to be a new one.`)
}

/** `zyra backup <folder>` */
export const runBackup = async (folder: string, { secretsTo, secrets, json }: Options, terminal: Terminal): Promise<ExitCode> => {
  if (!secrets && secretsTo !== undefined) throw wrongUsage('--without-secrets and --secrets-to <folder> exclude each other.')
  const { config: { dataDir }, natsUrl } = findInstallation()
  const takenAt = terminal.now().toISOString()
  const from = performance.now()
  const target = join(resolve(folder), nameOf(takenAt))
  const apart = secretsTo === undefined ? undefined : join(resolve(secretsTo), nameOf(takenAt))
  // Renamed when all of it is on disk: what has its proper name is whole. What is apart comes first, since nothing is whole without it.
  const moves = [...(apart === undefined ? [] : [apart]), target].map((to) => ({ partial: `${to}${PARTIAL}`, to }))
  const secretsIn = apart === undefined ? `${target}${PARTIAL}` : `${apart}${PARTIAL}`
  for (const place of [folder, ...(secretsTo === undefined ? [] : [secretsTo])]) requireFolder(resolve(place))
  const copier = await openAdmin(dataDir, natsUrl)
  try {
    for (const { partial } of moves) await mkdir(partial, { recursive: true, mode: 0o700 })
    const manifest = await takeBackup({
      copier, dataDir, takenAt, target: `${target}${PARTIAL}`, secrets: secrets ? secretsIn : undefined,
      release: await releaseOf(), signal: terminal.interrupted,
      onProgress: (what, done, all) => terminal.progress(`Backing up ${what}: ${bytes(done)} of about ${bytes(all)}`),
    })
    for (const { partial, to } of moves) {
      await rename(partial, to)
      await syncFolder(join(to, '..'))
    }
    const size = await sizeOf(target)
    if (json) terminal.out(JSON.stringify({ folder: target, secretsFolder: apart ?? null, bytes: size, ...manifest }))
    else tell(manifest, size, performance.now() - from, target, apart ?? '', terminal)
    return EXIT.ok
  } catch (error) {
    for (const { partial } of moves) await rm(partial, { recursive: true, force: true })
    if (!terminal.interrupted.aborted) throw error
    throw new Failure('The backup was stopped; nothing of it is left.', EXIT.interrupted, { cause: error })
  } finally {
    await copier.close()
  }
}
