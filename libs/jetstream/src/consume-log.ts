import { openOwnedConsumer, type OwnedConsumer, type OwnedConsumerOptions } from './consume.ts'
import { createConsumerApi } from './consumer-api.ts'
import { askLeader } from './leader.ts'
import type { Chain, Segment, Segments } from './segments.ts'

const LOOK_EVERY_MS = 1_000

/** The consumer of one segment. */
interface Stage {
  readonly segment: Segment
  readonly consumer: OwnedConsumer
}

type Options = Omit<OwnedConsumerOptions, 'stream'>

/** A consumer is made in a segment only when the one in the segment before has nothing left. */
const stageToBeginWith = async ({ segments, newest }: Chain, options: Options): Promise<Segment> => {
  if (segments.length === 1) return newest
  for (const segment of segments.toReversed()) if (await createConsumerApi({ ...options, stream: segment.stream }).exists()) return segment
  return segments[0] ?? newest
}

/**
 * Whether everything of a sealed segment was delivered. The consumer counts what its own node has of it: where there are replicas, one that lags
 * has less than there is. Then what is not done with comes again, as far as there is something by then.
 */
const isDelivered = async ({ stream, replicas }: Segment, options: Options): Promise<boolean> => {
  if (replicas === 1) return true
  const api = createConsumerApi({ ...options, stream })
  const [last, { delivered }] = await Promise.all([askLeader(options).lastOf(stream, options.filters), api.facts()])
  if (delivered < last) await api.reset()
  return delivered >= last
}

/** The segment to go on in, once nothing is left in a sealed one. What is acknowledged there stays so. */
const stageAfter = async (chain: Chain, { segment, consumer }: Stage, options: Options): Promise<Segment | undefined> => {
  const next = chain.segments.find(({ number }) => number === segment.number + 1)
  const isSealed = chain.segments.some(({ number, state }) => number === segment.number && state === 'sealed')
  if (next === undefined || !isSealed) return undefined
  const { pending, inFlight } = await consumer.state()
  return pending + inFlight === 0 && (await isDelivered(segment, options)) ? next : undefined
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * Works on the log as the only owner of a durable consumer, which is one per segment. The next segment's is not begun before the last message
 * of the one before is done with, so that nothing overtakes what came before it.
 */
export const consumeLog = async (segments: Segments, options: Options): Promise<OwnedConsumer> => {
  const { durable, onProblem } = options
  const open = async (segment: Segment): Promise<Stage> => ({ segment, consumer: await openOwnedConsumer({ ...options, stream: segment.stream }) })
  let stage = await open(await stageToBeginWith(await segments.current(), options))
  let [closed, moving] = [false, Promise.resolve()]
  let [isMoving, next]: [boolean, Segment | undefined] = [false, undefined]

  const move = async (): Promise<void> => {
    const chain = await segments.current()
    next ??= await stageAfter(chain, stage, options)
    if (next === undefined || closed) return
    await stage.consumer.close()
    stage = await open(next)
    next = undefined
    // Further segments may have been sealed meanwhile.
    await move()
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
  const timer = setInterval(look, LOOK_EVERY_MS)
  void options.nc.closed().then(() => clearInterval(timer))
  look()

  return {
    owns: () => stage.consumer.owns(),
    state: async () => {
      const { segment, consumer } = stage
      const state = await consumer.state()
      if ((await segments.current()).newest.number === segment.number) return state
      const { chain, lastSequence } = await segments.look()
      const end = chain.segments.find(({ number }) => number === segment.number)?.last ?? lastSequence
      // Nobody has counted what is for this consumer in the segments that follow: all of it, at most.
      return { ...state, pending: state.pending + lastSequence - end }
    },
    close: async () => {
      closed = true
      clearInterval(timer)
      await moving
      await stage.consumer.close()
    },
  }
}
