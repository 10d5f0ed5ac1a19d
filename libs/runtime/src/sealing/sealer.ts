import { MAX_SEALED, sealHash, type Seal } from '@zyra/seals'
import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '../errors.ts'
import { within } from '../grace.ts'
import type { OutsidePlace } from './outside.ts'
import { publishSeals } from './publish.ts'
import { newestSeal, sealLog, type SealingTools } from './seal-log.ts'

/** What a sealer works with. */
export interface SealerOptions extends Omit<SealingTools, 'signal'> {
  /** At the latest so often, in ms, while there is something to seal. */
  readonly everyMs: number
  readonly outside: OutsidePlace | undefined
  /** Whether a sequence is the record of a seal: such records alone are not worth another one. */
  readonly isRecord: (sequence: number) => Promise<boolean>
  /** Records in the log that a seal was made. Repeating is safe. */
  readonly record: (seal: Seal) => Promise<void>
  readonly onProblem: (what: string) => void
  /** What is sealed, and how many seals wait to be published. */
  readonly onProgress: (sealedTo: number, unpublished: number) => void
  /** Milliseconds that never jump. */
  readonly monotonic: () => number
}

/** Seals the log in ranges as it grows. */
export interface Sealer {
  /** Looks at the log once and does what is due. Never rejects. */
  readonly look: () => Promise<void>
  /** Seals what is left, and publishes it if that is possible at once. */
  readonly finish: () => Promise<void>
}

/** How often the log's length is asked for, and publishing is tried again, in ms. */
const LOOK_EVERY_MS = 30_000
const FINISH_WITHIN_MS = 10_000

/** See {@link Sealer}. Nothing here can hold up or fail anything else: what goes wrong is told, once while it stays the same, and tried again. */
export const createSealer = (options: SealerOptions): Sealer => {
  const { js, store, everyMs, outside, record, isRecord, onProblem, onProgress, monotonic, now } = options
  const stopped = new AbortController()
  const tools: SealingTools = { ...options, signal: stopped.signal }
  let newest: Seal | undefined
  let recorded: string | undefined
  let dueAt: number | undefined
  let published: string | undefined
  const told = new Set<string>()

  /** The records of other sealers are not worth a seal either: two that do not share their seals would answer each other for ever. */
  const isWorthIt = async (last: number): Promise<boolean> => {
    const sealedTo = newest?.last ?? 0
    if (last > sealedTo && newest?.epoch !== js.log.epoch) return true
    for (let sequence = sealedTo + 1; sequence <= last; sequence += 1) if (!(await isRecord(sequence))) return true
    return false
  }

  const seal = async (rest: boolean): Promise<void> => {
    const last = await js.log.lastSequence()
    if (dueAt === undefined) newest = await newestSeal(tools, last)
    const isDue = rest || dueAt === undefined || monotonic() >= dueAt
    if (last - (newest?.last ?? 0) >= MAX_SEALED || (isDue && (await isWorthIt(last)))) newest = await sealLog(tools, { rest: isDue, known: newest })
    if (isDue) dueAt = monotonic() + everyMs
  }

  const tellRecord = async (): Promise<void> => {
    if (newest === undefined || sealHash(newest) === recorded) return
    await record(newest)
    recorded = sealHash(newest)
  }

  const publish = async (): Promise<void> => {
    const hash = newest === undefined ? undefined : sealHash(newest)
    if (outside === undefined || hash === published) return onProgress(newest?.last ?? 0, 0)
    const { left, why } = await publishSeals(store, outside, now())
    onProgress(newest?.last ?? 0, left)
    if (why !== undefined) throw new Error(`seals are not published: ${why}`)
    published = hash
  }

  const attempt = async (...steps: readonly (() => Promise<void>)[]): Promise<void> => {
    const problems = new Set<string>()
    for (const step of steps) await step().catch((error: unknown) => problems.add(messageOf(error)))
    for (const problem of problems) if (!told.has(problem)) onProblem(problem)
    told.clear()
    for (const problem of problems) told.add(problem)
  }

  return {
    look: () => attempt(() => seal(false), tellRecord, publish),
    finish: async () => {
      await within(FINISH_WITHIN_MS, attempt(() => seal(true), publish))
      stopped.abort()
    },
  }
}

/** Runs a sealer until `stop`, which seals what is left. */
export const runSealer = (sealer: Sealer): { readonly stop: () => Promise<void> } => {
  const stopped = new AbortController()
  const work = async (): Promise<void> => {
    for (;;) {
      await delay(LOOK_EVERY_MS, undefined, { signal: stopped.signal }).catch(() => undefined)
      if (stopped.signal.aborted) return
      await sealer.look()
    }
  }
  const working = work()
  return {
    stop: async () => {
      stopped.abort()
      await Promise.race([working, delay(FINISH_WITHIN_MS, undefined, { ref: false })])
      await sealer.finish()
    },
  }
}
