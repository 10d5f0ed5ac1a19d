import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { createAppender } from './append.ts'
import { connectNats, type ConnectOptions } from './connection.ts'
import { openOwnedConsumer, type OwnedConsumer, type OwnedConsumerOptions } from './consume.ts'
import { createKeys, type JetStreamKeys } from './keys.ts'
import type { EventLog } from './log.ts'
import { createReader, followLog } from './read.ts'
import { carryTimers, setTimer, type Timer, type TimerCarrierOptions } from './schedule.ts'
import { ensureStreams, LOG_STREAM, readEpoch } from './streams.ts'

type Ours = 'nc' | 'jsm' | 'inboxPrefix'

/** One user's connection to the log and to what stands beside it. */
export interface JetStream {
  readonly log: EventLog
  readonly keys: JetStreamKeys
  /** Works on the log through a durable consumer, as its only owner. */
  readonly consume: (options: Omit<OwnedConsumerOptions, Ours | 'stream'>) => Promise<OwnedConsumer>
  readonly setTimer: (timer: Timer) => Promise<void>
  readonly carryTimers: (options: Omit<TimerCarrierOptions, Ours>) => Promise<OwnedConsumer>
  /** Appends to the probe stream; resolves with how long that took, in ms. @throws when it cannot */
  readonly probe: (service: string, instance: string) => Promise<number>
  readonly connected: () => boolean
  /** Calls back with every change of the connection, in words. */
  readonly onStatus: (listener: (status: string) => void) => void
  readonly close: () => Promise<void>
}

/** Connects as one user and reads the log's epoch. @throws when the server refuses the user or the streams are missing */
export const openJetStream = async (options: ConnectOptions): Promise<JetStream> => {
  const nc = await connectNats(options)
  const js = jetstream(nc)
  const jsm = await jetstreamManager(nc, { checkAPI: false })
  const epoch = await readEpoch(jsm)
  const reader = createReader(nc, jsm)
  const ours = { nc, jsm, inboxPrefix: options.inboxPrefix }
  let connected = true
  const listeners = new Set<(status: string) => void>()
  const watch = async (): Promise<void> => {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect') connected = false
      if (status.type === 'reconnect') connected = true
      if (status.type === 'disconnect' || status.type === 'reconnect' || status.type === 'error') for (const listener of listeners) listener(status.type)
    }
  }
  void watch()

  return {
    log: { epoch, append: createAppender({ nc, epoch }), ...reader, follow: (follow) => followLog(js, follow) },
    keys: createKeys(nc, jsm),
    consume: (consume) => openOwnedConsumer({ ...ours, stream: LOG_STREAM, ...consume }),
    setTimer: (timer) => setTimer(js, timer),
    carryTimers: (carrier) => carryTimers({ ...ours, ...carrier }),
    probe: async (service, instance) => {
      const from = performance.now()
      await js.publish(`probes.${service}.${instance}`, '', { timeout: 2_000 })
      return performance.now() - from
    },
    connected: () => connected && !nc.isClosed(),
    onStatus: (listener) => {
      listeners.add(listener)
    },
    close: async () => {
      await nc.drain()
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
