import { createHash } from 'node:crypto'
import { createReadStream, existsSync, statfsSync } from 'node:fs'
import { mkdir, open, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A file and what is in it. The path is relative to the folder that it is counted in, with slashes. */
export interface Part {
  readonly path: string
  readonly bytes: number
  /** Hex. */
  readonly sha256: string
}

/** Files below a folder as relative paths with slashes, in order; none where there is no such folder. Links are left out. */
export const filesIn = async (folder: string): Promise<readonly string[]> => {
  if (!existsSync(folder)) return []
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .toSorted()
}

/** Makes a name in a folder outlive a power cut. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}

/** Writes a new file that only its owner may read, and answers what was written once it is on disk. */
export const writePart = async (
  folder: string,
  path: string,
  fill: (write: (chunk: Uint8Array) => Promise<void>) => Promise<unknown>,
): Promise<Part> => {
  const file = join(folder, path)
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const hash = createHash('sha256')
  let bytes = 0
  const handle = await open(file, 'wx', 0o600)
  try {
    await fill(async (chunk) => {
      hash.update(chunk)
      bytes += chunk.length
      await handle.write(chunk)
    })
    await handle.sync()
  } finally {
    await handle.close()
  }
  await syncFolder(dirname(file))
  return { path, bytes, sha256: hash.digest('hex') }
}

/** A file's bytes, in pieces that the log server takes as they are. */
export const chunksOf = (file: string): AsyncIterable<Buffer> => createReadStream(file, { highWaterMark: 256 * 1024 })

/** Copies one file, and answers what was copied. */
export const copyPart = (from: string, to: string, path: string, onBytes: (bytes: number) => void): Promise<Part> =>
  writePart(to, path, async (write) => {
    for await (const chunk of chunksOf(join(from, path))) {
      await write(chunk)
      onBytes(chunk.length)
    }
  })

/** The SHA-256 of a file's bytes, hex. */
export const hashOf = async (file: string, onBytes: (bytes: number) => void): Promise<string> => {
  const hash = createHash('sha256')
  for await (const chunk of chunksOf(file)) {
    hash.update(chunk)
    onBytes(chunk.length)
  }
  return hash.digest('hex')
}

/** Free bytes on the disk of a folder, or of the first one above it that exists. */
export const freeBytes = (folder: string): number => {
  let existing = folder
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing)
  const { bavail, bsize } = statfsSync(existing)
  return bavail * bsize
}
