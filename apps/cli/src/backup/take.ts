import type { DurableFacts, StreamCopier, StreamFacts } from '@zyra/jetstream'
import { REGISTER_FILE } from '@zyra/runtime'
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../base/failure.ts'
import { bytes } from '../text/words.ts'
import { copyPart, filesIn, freeBytes, writePart, type Part } from './files.ts'
import { MANIFEST, streamFile, SUMS, sumsOf, type Manifest } from './manifest.ts'

/** What a backup is taken of, and where to. */
export interface TakeOptions {
  readonly copier: StreamCopier
  readonly dataDir: string
  /** An empty folder that exists. */
  readonly target: string
  /** Where secrets go: a folder, or nowhere. */
  readonly secrets: string | undefined
  readonly takenAt: string
  readonly release: string
  readonly signal: AbortSignal
  readonly onProgress: (what: string, done: number, all: number) => void
}

const SPARE_BYTES = 50_000_000
/** Objects and secrets that are being written have names of their own until they are whole. */
const isWhole = (path: string): boolean => !/\.[0-9a-f-]{36}$/.test(path)

const isLog = ({ epoch }: StreamFacts): boolean => epoch !== undefined

/**
 * The log first, the newest of its streams before those that it follows, so that what is taken is the log as it stood at one moment. Then what
 * the log speaks of: timers that it says are set. Keys come last: each was there before the first event that needs it, and one that is
 * erased meanwhile is not taken.
 */
export const inOrder = (streams: readonly StreamFacts[]): readonly StreamFacts[] => {
  const holdsKeys = ({ name }: StreamFacts): boolean => name.startsWith('ZYRA_KEYS')
  const others = streams.filter((stream) => !isLog(stream) && !holdsKeys(stream))
  return [...streams.filter(isLog).toReversed(), ...others, ...streams.filter(holdsKeys)]
}

const sizesOf = async (folder: string, paths: readonly string[]): Promise<number> => {
  const sizes = await Promise.all(paths.map(async (path) => (await stat(join(folder, path))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

const requireSpace = (target: string, needed: number): void => {
  const free = freeBytes(target)
  if (free >= needed + SPARE_BYTES) return
  throw new Failure(`The disk of ${target} has ${bytes(free)} free and the backup needs up to ${bytes(needed + SPARE_BYTES)}: free some space.`)
}

const checkWanted = (signal: AbortSignal): void => {
  if (signal.aborted) throw new Failure('The backup was stopped; nothing of it is left.', 130)
}

/**
 * Takes a backup while everything runs. Every file is on disk, and the manifest and the checksums with them, when it resolves.
 * @throws Failure when it is interrupted or the disk is too small
 */
export const takeBackup = async (options: TakeOptions): Promise<Manifest> => {
  const { copier, dataDir, target, secrets, takenAt, release, signal, onProgress } = options
  const streams = inOrder(await copier.streams())
  const [newest] = streams.filter(isLog)
  if (newest === undefined) throw new Failure('The log server holds no log of Zyra: start it once with "npm start".')
  // Before anything is taken: what was done with by then is in the copy, and what comes again is recognised.
  const durables: DurableFacts[] = []
  for (const { name } of streams) durables.push(...(await copier.durables(name)))
  const objectsDir = join(dataDir, 'objects')
  const known = await sizesOf(objectsDir, (await filesIn(objectsDir)).filter(isWhole))
  const all = streams.reduce((sum, stream) => sum + stream.bytes, known)
  requireSpace(target, all)

  let done = 0
  const progress = (what: string) => (more: number): void => {
    checkWanted(signal)
    done += more
    onProgress(what, done, Math.max(all, done))
  }
  const copyAll = async (from: string, to: string, prefix: string, paths: readonly string[]): Promise<readonly Part[]> => {
    const parts: Part[] = []
    for (const path of paths) parts.push(await copyPart(from, to, `${prefix}${path}`, progress(prefix)))
    return parts
  }

  const parts: Part[] = []
  const taken: StreamFacts[] = []
  const takeStreams = async (which: readonly StreamFacts[]): Promise<void> => {
    for (const { name } of which) {
      const onBytes = progress(`stream ${name}`)
      parts.push(await writePart(target, streamFile(name), async (write) => {
        taken.push(await copier.take(name, async (chunk) => {
          await write(chunk)
          onBytes(chunk.length)
        }, signal))
      }))
    }
  }
  await takeStreams(streams.filter(isLog))
  // An object is on disk before the event that names it, so that it is there once the log is taken.
  const objects = await copyAll(dataDir, target, 'objects/', (await filesIn(objectsDir)).filter(isWhole))
  await takeStreams(streams.filter((stream) => !isLog(stream)))
  const secretPaths = (await filesIn(join(dataDir, 'secrets'))).filter(isWhole)
  const kept = secrets === undefined ? [] : await copyAll(dataDir, secrets, 'secrets/', secretPaths)
  const register = existsSync(join(dataDir, REGISTER_FILE)) ? [await copyPart(dataDir, target, REGISTER_FILE, progress('erasures'))] : []

  const manifest: Manifest = {
    format: 1, zyra: release, natsServer: copier.version, takenAt,
    epoch: Math.max(...taken.map(({ epoch }) => epoch ?? 0)),
    lastSequence: taken.find(({ name }) => name === newest.name)?.lastSequence ?? 0,
    streams: taken.map((stream) => ({ ...stream })),
    durables: durables.map((durable) => ({ ...durable })),
    objects: { files: objects.length, bytes: objects.reduce((sum, part) => sum + part.bytes, 0) },
    secrets: { kept: secrets === undefined ? 'nowhere' : secrets === target ? 'here' : 'apart', files: [...kept] },
  }
  const said = await writePart(target, MANIFEST, (write) => write(Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)))
  const listed = [...parts, ...objects, ...(secrets === target ? kept : []), ...register, said]
  await writePart(target, SUMS, (write) => write(Buffer.from(sumsOf(listed))))
  return manifest
}
