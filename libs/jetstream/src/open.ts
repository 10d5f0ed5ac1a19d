import { jetstreamManager } from '@nats-io/jetstream'
import { setTimeout as delay } from 'node:timers/promises'
import { createAppender } from './append.ts'
import { ask, type ApiError } from './ask.ts'
import { connectNats, type ConnectOptions } from './connection.ts'
import { openOwnedConsumer, type OwnedConsumer, type OwnedConsumerOptions } from './consume.ts'
import { followLog } from './follow.ts'
import { createKeys, type JetStreamKeys } from './keys.ts'
import { hasReplicas, leaderOf } from './leader.ts'
import { watchLink } from './link.ts'
import { type EventLog, LogUnavailable } from './log.ts'
import { createReader } from './read.ts'
import { carryTimers, isTimerSet, setTimer, type Timer, type TimerCarrierOptions } from './schedule.ts'
import { createSnapshots, type Snapshots } from './snapshots.ts'
import { ensureStreams, LOG_STREAM, readEpoch } from './streams.ts'

type Ours = 'nc' | 'link' | 'inboxPrefix'

/** One user's connection to the log and to what stands beside it. */
export interface JetStream {
  readonly log: EventLog
  readonly keys: JetStreamKeys
  readonly snapshots: Snapshots
  /** Works on the log through a durable consumer, as its only owner. */
  readonly consume: (options: Omit<OwnedConsumerOptions, Ours | 'stream'>) => Promise<OwnedConsumer>
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

/** Connects as one user and reads the log's epoch. @throws when the server refuses the user or the streams are missing */
export const openJetStream = async (options: ConnectOptions): Promise<JetStream> => {
  const nc = await connectNats(options)
  const link = watchLink(nc)
  const ours = { nc, link, inboxPrefix: options.inboxPrefix }
  const [epoch, replicated] = await Promise.all([readEpoch(ours), hasReplicas(ours)]).catch(async (error: unknown) => {
    await nc.close()
    throw error
  })
  const reader = createReader(ours, { replicated })

  return {
    log: { epoch, append: createAppender({ nc, link, epoch, load: reader.load }), ...reader, follow: (follow) => followLog(ours, follow) },
    keys: createKeys(ours),
    snapshots: createSnapshots(ours),
    consume: (consume) => openOwnedConsumer({ ...ours, stream: LOG_STREAM, ...consume }),
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
    leader: () => leaderOf(ours),
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

/** Makes what an installation needs in the server, as its admin user. Safe to repeat. */
export const prepareJetStream = async (options: ConnectOptions & { readonly replicas?: number }): Promise<void> => {
  const nc = await connectNats(options)
  try {
    await ensureStreams(await jetstreamManager(nc), options.replicas === undefined ? {} : { replicas: options.replicas })
  } finally {
    await nc.close()
  }
}
