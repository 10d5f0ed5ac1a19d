import { formatSeal, parseSeal, type Seal } from '@zyra/seals'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode, writeOnce, writeWhole } from './files.ts'

/** A file that has the name of a seal and is none. */
export interface BrokenSeal {
  readonly file: string
  /** The first sequence of the range that its name stands for. */
  readonly sequence: number
}

/** All seals of a folder, in order, and what is not one. */
export interface StoredSeals {
  readonly seals: readonly Seal[]
  readonly broken: readonly BrokenSeal[]
}

/** What the name of a seal's file tells of it. */
export interface SealName extends Pick<Seal, 'epoch' | 'first'> {
  readonly file: string
}

/** Seals as files. */
export interface SealStore {
  readonly folder: string
  /** The names of all files, in order: a year has thousands, so reading them is for whoever verifies. */
  readonly names: () => Promise<readonly SealName[]>
  /** One seal; undefined where the file is not the seal that its name stands for. */
  readonly read: (file: string) => Promise<Seal | undefined>
  readonly all: () => Promise<StoredSeals>
  /** Keeps a seal and the leaves of its range. False where one of the same epoch and first sequence is there: somebody else was first. */
  readonly add: (seal: Seal, leaves: Uint8Array) => Promise<boolean>
  /** The leaves of a range as they were when it was sealed, unchecked; undefined where they are gone. */
  readonly leavesOf: (seal: Seal) => Promise<Uint8Array | undefined>
}

/** Where the seals of an installation are: in the folder of its objects, since what copies the one must copy the other. */
export const sealsIn = (dataDir: string): string => join(dataDir, 'objects', 'seals')

const DIGITS = 12
const NAME = /^(\d+)-(\d{12})\.json$/

/** The name of a seal's file. Names sort as the seals of one epoch follow each other. */
export const sealFile = ({ epoch, first }: Pick<Seal, 'epoch' | 'first'>): string => `${epoch}-${String(first).padStart(DIGITS, '0')}.json`

const missingIsUndefined = (error: unknown): undefined => {
  if (hasCode(error, 'ENOENT')) return undefined
  throw error
}

/** Seals in a folder, which is made with the first one. */
export const sealStore = (folder: string): SealStore => {
  // Two processes may seal ranges of the same first sequence and different lengths: each has leaves of its own.
  const leavesPath = (seal: Seal): string => join(folder, sealFile(seal).replace(/\.json$/, `-${String(seal.last).padStart(DIGITS, '0')}.leaves`))

  const read = async (file: string): Promise<Seal | undefined> => {
    const seal = parseSeal(await readFile(join(folder, file), 'utf8'))
    return seal !== undefined && sealFile(seal) === file ? seal : undefined
  }

  const names = async (): Promise<readonly SealName[]> => {
    const found = (await readdir(folder).catch(missingIsUndefined)) ?? []
    const named = found.flatMap((file) => {
      const [, epoch, first] = NAME.exec(file) ?? []
      return epoch === undefined ? [] : [{ file, epoch: Number(epoch), first: Number(first) }]
    })
    return named.toSorted((a, b) => a.epoch - b.epoch || a.first - b.first)
  }

  return {
    folder,
    names,
    read,
    all: async () => {
      const seals: Seal[] = []
      const broken: BrokenSeal[] = []
      for (const { file, first } of await names()) {
        const seal = await read(file)
        if (seal === undefined) broken.push({ file, sequence: first })
        else seals.push(seal)
      }
      return { seals, broken }
    },
    add: async (seal, leaves) => {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      // Leaves come first: without them a change can be narrowed down to the seal's range only.
      await writeWhole(leavesPath(seal), leaves)
      if (await writeOnce(join(folder, sealFile(seal)), formatSeal(seal))) return true
      const other = await read(sealFile(seal))
      if (other?.last !== seal.last) await rm(leavesPath(seal), { force: true })
      return false
    },
    leavesOf: (seal) => readFile(leavesPath(seal)).catch(missingIsUndefined),
  }
}
