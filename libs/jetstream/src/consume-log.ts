import { openOwnedConsumer, type OwnedConsumer, type OwnedConsumerOptions } from './consume.ts'
import { createConsumerApi } from './consumer-api.ts'
import { askLeader } from './leader.ts'
import type { Chain, Segment, Segments } from './segments.ts'

const LOOK_EVERY_MS = 1_000

/** The consumer of one segment. */
interface Stage {
  readonly segment: Segment
  readonly consumer: OwnedConsumer
  /** What it is to this process: changes as ownerships come and go. */
  readonly is: { owned: boolean; leaving: boolean }
}

type Options = Omit<OwnedConsumerOptions, 'stream'>

/** The oldest segment whose consumer has something left; where none has, the newest that has a consumer. */
const segmentToBeginWith = async ({ segments, newest }: Chain, options: Options): Promise<Segment> => {
  if (segments.length === 1) return newest
  let reached = segments[0] ?? newest
  for (const segment of segments) {
    const api = createConsumerApi({ ...options, stream: segment.stream })
    if (!(await api.exists())) continue
    reached = segment
    const { pending, unacknowledged } = await api.facts()
    if (pending + unacknowledged > 0 || (segment.state === 'sealed' && !(await isDelivered(segment, options)))) break
  }
  return reached
}

/**
 * Whether everything of a sealed segment was delivered. The consumer counts what its own node has of it: where there are replicas, one that lags
 * has less than there is. Then what is not done with comes again, as far as there is something by then.
 */
const isDelivered = async ({ stream, replicas }: Segment, options: Options): Promise<boolean> => {
  if (replicas === 1) return true
  const api = createConsumerApi({ ...options, stream })
  const [last, { delivered, pending, unacknowledged }] = await Promise.all([askLeader(options).lastOf(stream, options.filters), api.facts()])
  if (delivered >= last) return true
  if (pending + unacknowledged === 0) await api.reset()
  return false
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * Works on the log as the only owner of a durable consumer, which is one per segment. The next segment's is begun when everything in the one
 * before was delivered: by the owner as soon as it has all that is left in work itself, so that a lane that waits holds up no other, and what
 * is delivered later stands behind it in its lane; by others when nothing is left. To who consumes, it is one ownership all along.
 */
export const consumeLog = async (segments: Segments, options: Options): Promise<OwnedConsumer> => {
  const { durable, onDelivery, onOwnership, onProblem } = options
  let stages: readonly Stage[] = []
  let mine: AbortController | undefined
  let [closed, isMoving, isTorn, moving] = [false, false, false, Promise.resolve()]
  // Both change while something is awaited, of which the compiler knows nothing.
  const isOver = (): boolean => closed || isTorn

  const giveUp = (): void => {
    mine?.abort()
    mine = undefined
    // What is in work in the other segments was given up with it, and only setting those back brings it again.
    isTorn ||= stages.length > 1
  }

  const open = async (segment: Segment): Promise<void> => {
    const is = { owned: false, leaving: false }
    const isFirst = (): boolean => stages[0]?.is === is || stages.length === 0
    const consumer = await openOwnedConsumer({
      ...options,
      stream: segment.stream,
      onDelivery: (delivery) => {
        if (mine !== undefined) onDelivery(delivery)
      },
      onOwnership: (lost) => {
        is.owned = true
        lost.addEventListener('abort', () => {
          is.owned = false
          if (!is.leaving) giveUp()
        }, { once: true })
        // While it is torn nothing is taken up: what a later segment delivers would overtake what comes again in an earlier one.
        if (isTorn || !isFirst()) return
        mine = new AbortController()
        onOwnership(mine.signal)
      },
    })
    stages = [...stages, { segment, consumer, is }]
  }

  const leave = async (left: readonly Stage[]): Promise<void> => {
    stages = stages.filter((stage) => !left.includes(stage))
    for (const { is, consumer } of left.toReversed()) {
      is.leaving = true
      await consumer.close()
    }
  }

  const begin = async (): Promise<void> => open(await segmentToBeginWith(await segments.current(), options))

  /** Answers whether there may be more to do. */
  const step = async (): Promise<boolean> => {
    if (isTorn || stages.length === 0) {
      await leave(stages)
      isTorn = false
      await begin()
      return false
    }
    const [first, last] = [stages[0], stages.at(-1)]
    if (first === undefined || last === undefined) return false
    const { segments: all } = await segments.current()
    const next = all.find(({ number }) => number === last.segment.number + 1)
    const isSealed = all.some(({ number, state }) => number === last.segment.number && state === 'sealed')
    if (next !== undefined && isSealed) {
      const { pending, inFlight } = await last.consumer.state()
      if (pending > 0 || !(await isDelivered(last.segment, options)) || isOver()) return false
      if (stages.length === 1 && inFlight === 0) {
        giveUp()
        await leave(stages)
        await open(next)
        return true
      }
      if (stages.every(({ is }) => is.owned)) {
        await open(next)
        return true
      }
    }
    if (first === last) return false
    const { pending, inFlight } = await first.consumer.state()
    if (pending + inFlight > 0 || isOver()) return false
    // What is not owned yet begins an ownership of its own.
    if (stages[1]?.is.owned !== true) {
      mine?.abort()
      mine = undefined
    }
    await leave([first])
    return true
  }
  const move = async (): Promise<void> => {
    while (!closed && (await step()));
  }
  const look = (): void => {
    if (isMoving || closed) return
    isMoving = true
    moving = move()
      .catch((error: unknown) => onProblem(`${durable} cannot go on in the next segment yet: ${messageOf(error)}`))
      .finally(() => {
        isMoving = false
      })
  }
  await begin()
  const timer = setInterval(look, LOOK_EVERY_MS)
  void options.nc.closed().then(() => clearInterval(timer))
  look()

  return {
    owns: () => stages.length > 0 && stages.every(({ consumer }) => consumer.owns()),
    state: async () => {
      const states = await Promise.all(stages.map(({ consumer }) => consumer.state()))
      const sum = (of: 'pending' | 'inFlight'): number => states.reduce((total, state) => total + state[of], 0)
      const known = { owner: states[0]?.owner ?? false, owned: states[0]?.owned ?? false, pending: sum('pending'), inFlight: sum('inFlight') }
      const reached = stages.at(-1)?.segment.number
      if ((await segments.current()).newest.number === reached) return known
      const { chain, lastSequence } = await segments.look()
      const end = chain.segments.find(({ number }) => number === reached)?.last ?? lastSequence
      // Nobody has counted what is for this consumer in the segments that follow: all of it, at most.
      return { ...known, pending: known.pending + lastSequence - end }
    },
    close: async () => {
      closed = true
      clearInterval(timer)
      await moving
      await leave(stages)
    },
  }
}
