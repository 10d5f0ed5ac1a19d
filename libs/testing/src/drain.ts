import type { EventLog } from '@zyra/jetstream'
import { setTimeout as delay } from 'node:timers/promises'

/** A durable consumer; what `@zyra/jetstream` opens is one. */
export interface DrainedDurable {
  readonly name: string
  readonly state: () => Promise<{ readonly pending: number; readonly inFlight: number }>
}

/** A projection: the subjects it reads, and the sequence up to which its rows hold. */
export interface DrainedProjection {
  readonly name: string
  readonly filters: readonly string[]
  readonly position: () => number | Promise<number>
}

/** What has to come to rest. */
export interface DrainOptions {
  readonly log: Pick<EventLog, 'lastSequence' | 'lastOf'>
  readonly durables: readonly DrainedDurable[]
  readonly projections?: readonly DrainedProjection[]
  /** 10 s by default. */
  readonly withinMs?: number
  /** Between two looks; 20 ms by default. */
  readonly pauseMs?: number
}

const waitingFor = async ({ log, durables, projections = [] }: DrainOptions): Promise<readonly string[]> => {
  const atWork = durables.map(async ({ name, state }) => {
    const { pending, inFlight } = await state()
    return pending + inFlight === 0 ? [] : [`${name} has ${pending} to be delivered and ${inFlight} in work`]
  })
  const behind = projections.map(async ({ name, filters, position }) => {
    const [head, reached] = [(await log.lastOf(filters)).at(-1)?.sequence ?? 0, await position()]
    return reached >= head ? [] : [`projection ${name} is at ${reached} of ${head}`]
  })
  return (await Promise.all([...atWork, ...behind])).flat()
}

/**
 * Waits until a running system has nothing left to do: no consumer has anything to deliver or in work, every projection has read its
 * newest event, and the log did not grow between two such looks.
 * @returns the sequence of the log's last event
 * @throws Error after `withinMs`, saying what was not drained
 */
export const drain = async (options: DrainOptions): Promise<number> => {
  const { log, withinMs = 10_000, pauseMs = 20 } = options
  const deadline = performance.now() + withinMs
  let settledAt: number | undefined
  for (;;) {
    const before = await log.lastSequence()
    const problems = await waitingFor(options)
    const last = await log.lastSequence()
    const grew = last === before ? [] : [`the log grew from ${before} to ${last}`]
    const waiting = [...problems, ...grew]
    if (waiting.length === 0 && settledAt === last) return last
    settledAt = waiting.length === 0 ? last : undefined
    if (performance.now() > deadline) throw new Error(`not drained within ${withinMs} ms: ${waiting.join('; ') || 'the log was still for one look only'}`)
    await delay(pauseMs)
  }
}
