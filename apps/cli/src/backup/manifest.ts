import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { EXIT, Failure } from '../base/failure.ts'
import { filesIn, hashOf, type Part } from './files.ts'

const config = z.record(z.string(), z.unknown())
const part = z.strictObject({ path: z.string(), bytes: z.int().nonnegative(), sha256: z.string().length(64) })

const manifest = z.strictObject({
  format: z.literal(1),
  zyra: z.string(),
  /** The version of the log server that wrote the streams: an older one may not understand them. */
  natsServer: z.string(),
  takenAt: z.iso.datetime(),
  epoch: z.int().positive(),
  /** The newest event that was there when the backup began; it may hold some that came while it was taken. */
  lastSequence: z.int().nonnegative(),
  streams: z.array(
    z.strictObject({
      name: z.string(), config, epoch: z.int().optional(), createdAt: z.string(),
      messages: z.int(), bytes: z.int(), firstSequence: z.int(), lastSequence: z.int(),
    }),
  ),
  durables: z.array(z.strictObject({ stream: z.string(), name: z.string(), config, ackFloor: z.int().nonnegative() })),
  objects: z.strictObject({ files: z.int(), bytes: z.int() }),
  /** `here`: in the backup, `apart`: in a folder of their own, `nowhere`: left out. */
  secrets: z.strictObject({ kept: z.enum(['here', 'apart', 'nowhere']), files: z.array(part) }),
})

/** What a backup says of itself. */
export type Manifest = z.infer<typeof manifest>

export const MANIFEST = 'manifest.json'
/** Lines as the program sha256sum writes and checks them. */
export const SUMS = 'SHA256SUMS'
/** Ends the name of a backup that is being taken, or was cut short. */
export const PARTIAL = '.partial'

/** Where a stream lies in a backup. */
export const streamFile = (name: string): string => `streams/${name}.snapshot`

/** The text of SHA256SUMS. */
export const sumsOf = (parts: readonly Part[]): string => parts.map(({ sha256, path }) => `${sha256}  ${path}\n`).join('')

const parseSums = (text: string): ReadonlyMap<string, string> =>
  new Map(text.split('\n').flatMap((line) => {
    const [, sha256, path] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? []
    return sha256 === undefined || path === undefined ? [] : [[path, sha256]]
  }))

/** @throws Failure when the folder holds no whole backup, or one of a newer release */
export const readManifest = async (folder: string): Promise<Manifest> => {
  if (!existsSync(folder)) throw new Failure(`There is no folder ${folder}.`, EXIT.usage)
  if (basename(folder).endsWith(PARTIAL)) throw new Failure(`${folder} is not a whole backup: taking it was cut short. Remove it.`)
  const file = join(folder, MANIFEST)
  if (!existsSync(file)) throw new Failure(`${folder} is not a backup: it has no ${MANIFEST}. Name the folder that "npx zyra backup" made.`)
  const text = await readFile(file, 'utf8')
  try {
    return manifest.parse(JSON.parse(text))
  } catch (cause) {
    throw new Failure(`${file} cannot be read as a backup of format 1: it was changed, or a newer release wrote it.`, EXIT.problem, { cause })
  }
}

/** What is wrong with a backup's files, as sentences; nothing where each is there and as it was written. */
export const checkFiles = async (folder: string, onBytes: (bytes: number) => void): Promise<readonly string[]> => {
  const sums = existsSync(join(folder, SUMS)) ? parseSums(await readFile(join(folder, SUMS), 'utf8')) : new Map<string, string>()
  if (sums.size === 0) return [`${SUMS} is missing or empty.`]
  const problems: string[] = []
  for (const [path, sha256] of sums) {
    if (!existsSync(join(folder, path))) problems.push(`${path} is missing.`)
    else if ((await hashOf(join(folder, path), onBytes)) !== sha256) problems.push(`${path} was changed since the backup.`)
  }
  const strays = (await filesIn(folder)).filter((path) => path !== SUMS && !sums.has(path))
  const { streams } = await readManifest(folder)
  const unlisted = [MANIFEST, ...streams.map(({ name }) => streamFile(name))].filter((path) => !sums.has(path))
  return [
    ...problems,
    ...strays.map((path) => `${path} does not belong to the backup.`),
    ...unlisted.map((path) => `${path} has no checksum in ${SUMS}.`),
  ]
}

/** All bytes of a backup. */
export const sizeOf = async (folder: string): Promise<number> => {
  const sizes = await Promise.all((await filesIn(folder)).map(async (path) => (await stat(join(folder, path))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}
