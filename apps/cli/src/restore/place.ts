import { existsSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { filesIn, syncFolder } from '../backup/files.ts'

/** What a restore brings, and what must not be mixed with it. */
const RESTORED = ['erasures.jsonl', 'secrets', 'objects', 'nats'] as const
const TAKEN_AWAY = [...RESTORED, 'postgres', 'exports'] as const

/** Where a restore is put together. While it is there, nothing starts on the data folder. */
export const stageIn = (dataDir: string): string => join(dataDir, 'restoring')

/** What lies in the data folder that a restore would have to take the place of. */
export const inTheWay = (dataDir: string): readonly string[] => TAKEN_AWAY.filter((name) => existsSync(join(dataDir, name)))

/** Tells that things have begun to be moved. */
const halfDone = (dataDir: string): string => join(stageIn(dataDir), 'half-done')

/** True where a restore was cut short between moving away what was there and putting the backup in its place. */
export const isHalfDone = (dataDir: string): boolean => existsSync(halfDone(dataDir))

/** A new, empty stage; what an earlier restore left there when it was cut short goes. */
export const openStage = async (dataDir: string): Promise<string> => {
  const stage = stageIn(dataDir)
  await rm(stage, { recursive: true, force: true })
  await mkdir(stage, { recursive: true, mode: 0o700 })
  return stage
}

const streamMeta = z.object({ metadata: z.object({ 'zyra.epoch': z.string().transform(Number) }) })

const epochIn = async (file: string): Promise<number> => {
  try {
    return streamMeta.parse(JSON.parse(await readFile(file, 'utf8'))).metadata['zyra.epoch']
  } catch {
    return 0
  }
}

/** The highest epoch of a log whose server is not running, by the server's own files; 0 where none says one. */
export const epochOnDisk = async (dataDir: string): Promise<number> => {
  const folder = join(dataDir, 'nats', 'jetstream', '$G', 'streams')
  if (!existsSync(folder)) return 0
  const epochs = await Promise.all((await readdir(folder)).map((name) => epochIn(join(folder, name, 'meta.inf'))))
  return Math.max(0, ...epochs)
}

/**
 * Etsy's tokens of the installation that is replaced, where its master key is the backup's: Etsy gives a new refresh token with each use, so
 * those of the backup are used up.
 */
export const keepNewerTokens = async (dataDir: string, stage: string): Promise<readonly string[]> => {
  const [old, restored] = [join(dataDir, 'secrets'), join(stage, 'secrets')]
  const keys = [old, restored].map((folder) => join(folder, 'master.key'))
  if (!keys.every((file) => existsSync(file))) return []
  const [ours, theirs] = keys.map((file) => readFileSync(file))
  if (ours === undefined || theirs === undefined || !ours.equals(theirs)) return []
  const tokens = (await readdir(old)).filter((name) => /^etsy-.*\.json$/.test(name))
  for (const name of tokens) await copyFile(join(old, name), join(restored, name))
  return tokens
}

const syncAll = async (folder: string): Promise<void> => {
  for (const path of await filesIn(folder)) {
    const handle = await open(join(folder, path), 'r')
    await handle.sync().finally(() => handle.close())
  }
}

/**
 * Puts what the stage holds in place; what was there goes into a folder of its own, the log last in and first out, so that nothing that is
 * half done can pass for an installation.
 * @returns the folder that holds what was there, undefined where nothing was
 */
export const putInPlace = async (dataDir: string, now: Date): Promise<string | undefined> => {
  const stage = stageIn(dataDir)
  await syncAll(stage)
  const there = inTheWay(dataDir)
  const aside = join(dataDir, `replaced-${now.toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-')}Z`)
  await writeFile(halfDone(dataDir), '')
  if (there.length > 0) await mkdir(aside, { mode: 0o700 })
  for (const name of there.toReversed()) await rename(join(dataDir, name), join(aside, name))
  for (const name of RESTORED) if (existsSync(join(stage, name))) await rename(join(stage, name), join(dataDir, name))
  await syncFolder(dataDir)
  await rm(stage, { recursive: true, force: true })
  return there.length > 0 ? basename(aside) : undefined
}
