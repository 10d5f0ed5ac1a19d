import { open, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Config } from './config.ts'

/**
 * What a restored log cannot know by itself, kept outside of it: which keys were erased since, and how high its epochs went.
 * Lines of JSON that are only ever added. Ids of keys are random, so nothing in it is about a person.
 */
export interface ErasureRegister {
  /** Every key id that was ever entered, oldest first. */
  readonly keyIds: readonly string[]
  /** The highest epoch that was entered, 0 if none was. */
  readonly epoch: number
  /** When the newest line was written, ISO 8601; undefined in an empty one. */
  readonly newestAt: string | undefined
}

const line = z.union([
  z.strictObject({ at: z.iso.datetime(), keyIds: z.array(z.string()) }),
  z.strictObject({ at: z.iso.datetime(), epoch: z.number().int().positive() }),
])

/** The name of the register in whichever folder it lies. */
export const REGISTER_FILE = 'erasures.jsonl'

/** Where the register is kept: in the data folder, and in the folder that the configuration names beside it. */
export const registersOf = ({ dataDir, erasuresDir }: Pick<Config, 'dataDir' | 'erasuresDir'>): readonly string[] =>
  [dataDir, ...(erasuresDir === undefined ? [] : [erasuresDir])].map((folder) => join(folder, REGISTER_FILE))

/** One line of the register. */
export type RegisterEntry = z.infer<typeof line>

const isMissing = (error: unknown): boolean => typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT'

const textOf = async (file: string): Promise<string | undefined> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const entriesIn = (file: string, text: string): readonly RegisterEntry[] => {
  const lines = text.split('\n')
  return lines.flatMap((one, index) => {
    const { success, data } = line.safeParse(parse(one))
    if (success) return [data]
    // A power cut may leave half a line; what it was about is entered again, since its outcome was not recorded.
    const isTorn = one === '' || parse(one) === undefined
    if (isTorn) return []
    throw new Error(`${file}, line ${index + 1}: expected an entry of the register of erasures. Put back a copy of the file.`)
  })
}

/** @throws Error naming the line that is no entry */
export const readRegister = async (file: string): Promise<ErasureRegister | undefined> => {
  const text = await textOf(file)
  if (text === undefined) return undefined
  const entries = entriesIn(file, text)
  return {
    keyIds: [...new Set(entries.flatMap((entry) => ('keyIds' in entry ? entry.keyIds : [])))],
    epoch: Math.max(0, ...entries.map((entry) => ('epoch' in entry ? entry.epoch : 0))),
    newestAt: entries.map(({ at }) => at).toSorted().at(-1),
  }
}

const isKnown = (register: ErasureRegister | undefined, entry: RegisterEntry): boolean => {
  if ('epoch' in entry) return (register?.epoch ?? 0) >= entry.epoch
  return entry.keyIds.every((id) => register?.keyIds.includes(id))
}

/**
 * Adds a line and resolves once it is on disk; what the register holds already is not repeated. Makes the file, but not its folder: that of a
 * disk which is not there would lie on another.
 * @throws Error naming a file that cannot be written
 */
export const enterInRegister = async (file: string, entry: RegisterEntry): Promise<void> => {
  const text = await textOf(file)
  if (isKnown(text === undefined ? undefined : await readRegister(file), entry)) return
  const handle = await open(file, 'a', 0o600).catch((cause: unknown) => {
    throw new Error(`The register of erasures cannot be written to ${file}: mount its disk and make its folder, or correct ZYRA_ERASURES.`, { cause })
  })
  try {
    await handle.writeFile(`${text === undefined || text === '' || text.endsWith('\n') ? '' : '\n'}${JSON.stringify(entry)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  const folder = await open(dirname(file))
  await folder.sync().finally(() => folder.close())
}
