import { type StreamConfig, type JetStreamManager, DiscardPolicy, RetentionPolicy, StorageType, StoreCompression, JetStreamApiError } from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import { errorCodes } from './ask.ts'
import { LogRefused } from './log.ts'

/** The stream of the log's first segment. A restored log starts a new epoch. */
export const LOG_STREAM = 'ZYRA'
/** What an open segment takes. */
export const LOG_SUBJECTS = 'zyra.>'
/** The stream of a segment: the first is from before there were more. */
export const segmentStream = (number: number): string => (number === 1 ? LOG_STREAM : `${LOG_STREAM}_${number}`)

/** Timers: a stream that allows schedules loses `deny_purge` without a word, so it is never the log's. */
export const TIMER_STREAM = 'ZYRA_TIMERS'
/** Where each process proves that it can append. */
export const PROBE_STREAM = 'ZYRA_PROBES'
/** Wrapped keys; deleting one overwrites it. */
export const KEY_STREAM = 'ZYRA_KEYS'
/** States of long aggregates: a shortcut that may be thrown away. */
export const SNAPSHOT_STREAM = 'ZYRA_SNAPSHOTS'
/** All streams that are no segments of the log. Permissions for segments, which are named by a wildcard, do not reach these. */
export const OTHER_STREAMS = [TIMER_STREAM, PROBE_STREAM, KEY_STREAM, SNAPSHOT_STREAM] as const

const HOUR = 3_600_000

/** Shopify retries a delivery for four hours: an id is known for six. */
export const DUPLICATE_WINDOW_MS = 6 * HOUR

const logConfig = (replicas: number, epoch: number): Partial<StreamConfig> & { name: string } => ({
  name: LOG_STREAM,
  subjects: [LOG_SUBJECTS],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.New,
  compression: StoreCompression.S2,
  num_replicas: replicas,
  deny_delete: true,
  deny_purge: true,
  allow_direct: true,
  allow_atomic: true,
  duplicate_window: nanos(DUPLICATE_WINDOW_MS),
  metadata: { 'zyra.epoch': String(epoch) },
})

const timerConfig = (replicas: number): Partial<StreamConfig> & { name: string } => ({
  name: TIMER_STREAM,
  subjects: ['timers.>'],
  storage: StorageType.File,
  num_replicas: replicas,
  allow_msg_schedules: true,
  allow_direct: true,
  max_msgs_per_subject: 16,
  max_age: nanos(400 * 24 * HOUR),
})

const probeConfig = (replicas: number): Partial<StreamConfig> & { name: string } => ({
  name: PROBE_STREAM,
  subjects: ['probes.>'],
  storage: StorageType.File,
  num_replicas: replicas,
  max_msgs_per_subject: 1,
  max_age: nanos(HOUR),
})

const keyConfig = (replicas: number): Partial<StreamConfig> & { name: string } => ({
  name: KEY_STREAM,
  subjects: ['keys.>'],
  storage: StorageType.File,
  num_replicas: replicas,
  allow_direct: true,
  max_msgs_per_subject: 1,
})

/** In bytes; beyond it the oldest snapshots go. The server sets as much of the disk aside. */
const MAX_SNAPSHOT_BYTES = 64 * 1024 * 1024

const snapshotConfig = (replicas: number): Partial<StreamConfig> & { name: string } => ({
  name: SNAPSHOT_STREAM,
  subjects: ['snapshots.>'],
  storage: StorageType.File,
  compression: StoreCompression.S2,
  discard: DiscardPolicy.Old,
  num_replicas: replicas,
  allow_direct: true,
  max_msgs_per_subject: 1,
  max_bytes: MAX_SNAPSHOT_BYTES,
})

/** Gives a stream more replicas where it has fewer. Answers false where there is no such stream. */
const raise = async (jsm: JetStreamManager, name: string, replicas: number): Promise<boolean> => {
  const found = await jsm.streams.info(name).catch((error: unknown) => {
    if (error instanceof JetStreamApiError && error.code === errorCodes.streamNotFound) return undefined
    throw error
  })
  if (found === undefined || found.config.num_replicas >= replicas) return found !== undefined
  try {
    await jsm.streams.update(name, { num_replicas: replicas })
  } catch (error) {
    if (!(error instanceof JetStreamApiError)) throw error
    const stays = `stream ${name} stays on ${found.config.num_replicas} node(s), fewer than the ${replicas} that ZYRA_REPLICAS asks for`
    throw new LogRefused(`${stays}: the server refuses with "${error.message}" (${error.code}). Start again once ${replicas} nodes are up`, { cause: error })
  }
  return true
}

/**
 * Makes the streams that are missing. Those that exist, and every segment of the log, sealed ones too, stay as they are, but for getting more
 * replicas where more are asked for. Needs the installation's own credentials: no service may create, change or delete a stream.
 * @throws LogRefused naming the stream that stays on fewer replicas than asked
 */
export const ensureStreams = async (jsm: JetStreamManager, { replicas = 1, epoch = 1 }: { replicas?: number; epoch?: number } = {}): Promise<void> => {
  const beside = [timerConfig, probeConfig, keyConfig, snapshotConfig].map((configOf) => configOf(replicas))
  for (const config of [logConfig(replicas, epoch), ...beside]) if (!(await raise(jsm, config.name, replicas))) await jsm.streams.add(config)
  for (let number = 2; await raise(jsm, segmentStream(number), replicas); number += 1);
}
