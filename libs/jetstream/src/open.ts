import { jetstreamManager } from '@nats-io/jetstream'
import { setTimeout as delay } from 'node:timers/promises'
import { createAppender } from './append.ts'
import { ask, type ApiError } from './ask.ts'
import { connectNats, type ConnectOptions } from './connection.ts'
import { consumeLog } from './consume-log.ts'
import type { OwnedConsumer, OwnedConsumerOptions } from './consume.ts'
import { followLog } from './follow.ts'
import { createKeys, type JetStreamKeys } from './keys.ts'
import { leaderOf } from './leader.ts'
import { watchLink, type Connection } from './link.ts'
import { type EventLog, LogUnavailable } from './log.ts'
import { readRaw, type RawMessage, type RawRange } from './raw.ts'
import { createReader } from './read.ts'
import { finishSealing, sealIfItSpans, sealSegment } from './seal.ts'
import { createSealedHeads } from './sealed-heads.ts'
import { createSeam } from './seam.ts'
import { describeSegments, type SegmentFacts } from './segment-facts.ts'
import { watchSegments } from './segments.ts'
import { carryTimers, isTimerSet, setTimer, type Timer, type TimerCarrierOptions } from './schedule.ts'
import { createSnapshots, type Snapshots } from './snapshots.ts'
import { ensureStreams } from './streams.ts'

type Ours = 'nc' | 'link' | 'inboxPrefix'

/** One user's connection to the log and to what stands beside it. */
export interface JetStream {
  readonly log: EventLog
  /** A part of the log as it is stored, see {@link readRaw}. */
  readonly readRaw: (range: RawRange) => AsyncGenerator<readonly RawMessage[]>
  readonly keys: JetStreamKeys
  readonly snapshots: Snapshots
  /** Works on the log through a durable consumer, as its only owner. */
  readonly consume: (options: Omit<OwnedConsumerOptions, Ours | 'stream'>) => Promise<OwnedConsumer>
  /** The stretches of the log, oldest first: each a stream of its own. */
  readonly segments: () => Promise<readonly SegmentFacts[]>
  readonly setTimer: (timer: Timer) => Promise<void>
  /** True while a timer of this name waits for its time. */
  readonly isTimerSet: (timer: Omit<Timer, 'at'>) => Promise<boolean>
  readonly carryTimers: (options: Omit<TimerCarrierOptions, Ours>) => Promise<OwnedConsumer>
  /** Appends to the probe stream; resolves with how long that took, in ms. @throws when it cannot */
  readonly probe: (service: string, instance: string) => Promise<number>
  /** The node that leads the log; undefined on a single server, and while one is being elected. @throws LogUnavailable */
  readonly leader: () => Promise<string | undefined>
  readonly connected: () => boolean
  /** Calls back with every change of the connection, in words. */
  readonly onStatus: (listener: (status: string) => void) => void
  /** Sends what is on its way, for two seconds at most, and disconnects. */
  readonly close: () => Promise<void>
}

const PROBE_TIMEOUT_MS = 2_000
const DRAIN_TIMEOUT_MS = 2_000
const YEAR_MS = 365 * 24 * 3_600_000

/** Connects as one user and reads the log's epoch. @throws when the server refuses the user or the streams are missing */
export const openJetStream = async (options: ConnectOptions): Promise<JetStream> => {
  const nc = await connectNats(options)
  const link = watchLink(nc)
  const ours = { nc, link, inboxPrefix: options.inboxPrefix }
  const segments = watchSegments(ours)
  const { newest: { epoch }, segments: known } = await segments.current().catch(async (error: unknown) => {
    await nc.close()
    throw error
  })
  const replicated = known.some(({ replicas }) => replicas > 1)
  const heads = createSealedHeads(ours)
  const reader = createReader({ ...ours, segments, heads, replicated })
  const append = createAppender({ nc, link, epoch, segments, seam: createSeam({ ...ours, heads }), load: reader.load })

  return {
    log: { epoch, append, ...reader, follow: (follow) => followLog(ours, segments, follow) },
    readRaw: (range) => readRaw(ours, segments, range),
    keys: createKeys(ours),
    snapshots: createSnapshots(ours),
    consume: (consume) => consumeLog(segments, { ...ours, ...consume }),
    segments: async () => describeSegments(ours, (await segments.look()).chain),
    setTimer: (timer) => setTimer(ours, timer),
    isTimerSet: (timer) => isTimerSet(ours, timer),
    carryTimers: (carrier) => carryTimers({ ...ours, ...carrier }),
    probe: async (service, instance) => {
      const from = performance.now()
      const answer = await ask(ours, `probes.${service}.${instance}`, '', { timeoutMs: PROBE_TIMEOUT_MS, what: 'the probe' })
      const { error } = answer.json<{ error?: ApiError }>()
      if (error !== undefined) throw new LogUnavailable(`the probe: the server refuses with "${error.description}"`)
      return performance.now() - from
    },
    leader: async () => leaderOf(ours, (await segments.current()).newest.stream),
    connected: link.connected,
    onStatus: (listener) => {
      link.onStatus(listener)
    },
    close: async () => {
      if (link.connected()) await Promise.race([nc.drain(), delay(DRAIN_TIMEOUT_MS, undefined, { ref: false })]).catch(() => undefined)
      await nc.close()
    },
  }
}

const asAdmin = async <Result>(options: ConnectOptions, work: (connection: Connection) => Promise<Result>): Promise<Result> => {
  const nc = await connectNats(options)
  try {
    return await work({ nc, link: watchLink(nc) })
  } finally {
    await nc.close()
  }
}

/** Makes what an installation needs in the server, as its admin user, and finishes what was begun of sealing a segment. Safe to repeat. */
export const prepareJetStream = (options: ConnectOptions & { readonly replicas?: number }): Promise<void> =>
  asAdmin(options, async (connection) => {
    await ensureStreams(await jetstreamManager(connection.nc), options.replicas === undefined ? {} : { replicas: options.replicas })
    await finishSealing(connection)
  })

/**
 * Seals the log's open segment and opens the next one, as the installation's admin user. Appends wait meanwhile, little more than
 * {@link HANDOVER_MS}. What it did not come to do, it does when it is called again, and so does `prepareJetStream`.
 * @returns false where this is not the newest segment, or it is empty
 * @throws LogUnavailable, LogRefused
 */
export const sealOpenSegment = ({ number, ...options }: ConnectOptions & { readonly number: number }): Promise<boolean> =>
  asAdmin(options, (connection) => sealSegment(connection, number))

/**
 * Seals the open segment if its newest event is more than a year younger than its first: the machine's clock may be wrong. Answers whether it was.
 * @throws LogUnavailable, LogRefused
 */
export const sealWhenDue = (options: ConnectOptions): Promise<boolean> => asAdmin(options, (connection) => sealIfItSpans(connection, YEAR_MS))
