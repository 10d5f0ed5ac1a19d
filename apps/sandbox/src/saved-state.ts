import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Scheduler } from '@zyra/vendor-faults'
import { z } from 'zod'

/** How late a change may be written, in milliseconds; with the writing itself it stays below a second. */
const DELAY_MS = 500

const savedSchema = z.object({
  version: z.literal(1),
  /** Whether this was written when the sandbox was closed, so that nothing happened afterwards. */
  closed: z.boolean(),
  visits: z.int().min(0),
  shopify: z.unknown(),
  etsy: z.unknown(),
})

/** What outlives the process; the fakes' parts are theirs to check. */
export type Saved = z.infer<typeof savedSchema>

/** Reads what was saved; undefined when there is nothing. Throws an Error or ZodError when the file cannot be used. */
export const readSaved = async (file: string): Promise<Saved | undefined> => {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
  if (text === undefined) return undefined
  return savedSchema.parse(JSON.parse(text))
}

/** Moves a file that cannot be used out of the way and answers its new path, which carries the time. */
export const moveAside = async (file: string, now: Date): Promise<string> => {
  const aside = `${file}.damaged-${now.toISOString().replaceAll(/[:.]/g, '-')}`
  await rename(file, aside)
  return aside
}

export interface Saver {
  /** Something changed: it will be on disk within a second. */
  readonly changed: () => void
  /** Writes now, for the last time; later changes are not saved. Rejects when the file cannot be written. */
  readonly close: () => Promise<void>
}

export interface SaverOptions {
  readonly file: string
  readonly snapshot: () => Omit<Saved, 'version' | 'closed'>
  readonly scheduler: Scheduler
  /** Told in one sentence when writing fails; the next change tries again. */
  readonly warn: (sentence: string) => void
}

/** Writes a snapshot whole or not at all (beside the file, then renamed), soon after each change, one at a time. */
export const createSaver = ({ file, snapshot, scheduler, warn }: SaverOptions): Saver => {
  let waiting = false
  let closing = false
  let written: Promise<void> = Promise.resolve()

  const write = async (closed: boolean) => {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(`${file}.new`, JSON.stringify({ version: 1, closed, ...snapshot() } satisfies Saved), { mode: 0o600, flush: true })
    await rename(`${file}.new`, file)
  }

  return {
    changed: () => {
      if (waiting || closing) return
      waiting = true
      scheduler.after(DELAY_MS, () => {
        waiting = false
        if (closing) return
        written = written.then(() => write(false)).catch((error: unknown) => {
          warn(`The sandbox could not save its state to ${file} (${messageOf(error)}): make room or correct the folder's permissions.`)
        })
      })
    },
    close: async () => {
      closing = true
      await written
      await write(true)
    },
  }
}

/** What an error says, in one line. */
export const messageOf = (error: unknown): string => {
  const [issue] = error instanceof z.ZodError ? error.issues : []
  if (issue !== undefined) return `${issue.path.join('.') || 'the whole'}: ${issue.message}`
  return (error instanceof Error ? error.message : String(error)).split('\n', 1).join()
}

const isMissing = (error: unknown): boolean => typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT'
