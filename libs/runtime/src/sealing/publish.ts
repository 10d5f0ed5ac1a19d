import { formatSeal, type Seal } from '@zyra/seals'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../errors.ts'
import { hasCode, writeWhole } from './files.ts'
import type { OutsidePlace } from './outside.ts'
import { sealFile, type SealStore } from './seal-store.ts'

const schema = z.strictObject({
  /** How the outside place is called. */
  place: z.string(),
  /** The newest seal that is there. */
  file: z.string().nullable(),
  /** Since when publishing fails, and why; null while it does not. */
  failing: z.strictObject({ since: z.iso.datetime(), why: z.string() }).nullable(),
})

/** How far the seals of a folder are published. */
export type Published = z.infer<typeof schema>

const FILE = 'outside.json'

/** What was published from a folder of seals; undefined where nothing ever was. */
export const readPublished = async (folder: string): Promise<Published | undefined> => {
  try {
    return schema.safeParse(JSON.parse(await readFile(join(folder, FILE), 'utf8'))).data
  } catch (error) {
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The seals, or the names of seals, that are still to be published, oldest first. */
export const unpublished = <Named extends Pick<Seal, 'epoch' | 'first'>>(seals: readonly Named[], published: Published | undefined): readonly Named[] =>
  seals.slice(seals.findIndex((seal) => sealFile(seal) === published?.file) + 1)

/**
 * Publishes what is not published yet, oldest first, and keeps a record of how far it came. Starts over where the place is another one.
 * @returns how many seals are left, 0 unless it failed; why it failed
 */
export const publishSeals = async (store: SealStore, place: OutsidePlace, now: Date): Promise<{ readonly left: number; readonly why?: string }> => {
  const names = await store.names()
  const recorded = await readPublished(store.folder)
  const before = recorded?.place === place.name ? recorded : undefined
  const waiting = unpublished(names, before)
  if (waiting.length === 0 && before?.failing == null) return { left: 0 }
  let file = before?.file ?? null
  let done = 0
  try {
    if (file !== null && !(await place.has(file))) {
      throw new Error(`${place.name} no longer holds ${file}: mount what was there, or remove ${join(store.folder, FILE)} to publish all seals again`)
    }
    for (const name of waiting) {
      const seal = await store.read(name.file)
      // What is no seal is told of when the log is verified.
      if (seal !== undefined) {
        await place.put(name.file, formatSeal(seal))
        file = name.file
      }
      done += 1
    }
    await writeWhole(join(store.folder, FILE), `${JSON.stringify({ place: place.name, file, failing: null })}\n`)
    return { left: 0 }
  } catch (error) {
    const why = messageOf(error)
    const failing = { since: before?.failing?.since ?? now.toISOString(), why }
    await writeWhole(join(store.folder, FILE), `${JSON.stringify({ place: place.name, file, failing })}\n`)
    return { left: waiting.length - done, why }
  }
}
