import { createInbox, type Msg } from '@nats-io/transport-node'
import { z } from 'zod'
import { ask, askApi, type ApiError } from './ask.ts'
import { connectNats, type ConnectOptions } from './connection.ts'
import { headersOf } from './headers.ts'
import { watchLink, type Connection } from './link.ts'
import { LogRefused, LogUnavailable } from './log.ts'
import { PROBE_STREAM, SNAPSHOT_STREAM } from './streams.ts'

/** A stream's or a consumer's configuration as the server tells it: kept whole, understood nowhere else. */
export type ServerConfig = Readonly<Record<string, unknown>>

/** A stream as it stands. */
export interface StreamFacts {
  readonly name: string
  readonly config: ServerConfig
  /** The epoch, for streams of events; undefined for keys and timers. */
  readonly epoch: number | undefined
  /** ISO 8601. */
  readonly createdAt: string
  readonly messages: number
  readonly bytes: number
  readonly firstSequence: number
  readonly lastSequence: number
}

/** A durable consumer and up to where everything is done with. */
export interface DurableFacts {
  readonly stream: string
  readonly name: string
  readonly config: ServerConfig
  readonly ackFloor: number
}

/** Copies streams out of the server and back, as the admin user. Every function throws LogUnavailable or LogRefused. */
export interface StreamCopier {
  /** The server's version. */
  readonly version: string
  /** Zyra's streams, those of the log before the others, oldest first; without the probes' and the snapshots', which come about by themselves. */
  readonly streams: () => Promise<readonly StreamFacts[]>
  readonly durables: (stream: string) => Promise<readonly DurableFacts[]>
  /**
   * Hands over one stream, chunk by chunk, while everything goes on. What is handed over holds at least the messages of the answer, without a
   * gap before its own last one. Consumers are left out: the server copies them after the messages, so that they may stand beyond them.
   */
  readonly take: (stream: string, write: (chunk: Uint8Array) => Promise<void>, signal: AbortSignal) => Promise<StreamFacts>
  /** Makes a stream from what `take` handed over; with an epoch in place of its own. Answers how it stands. */
  readonly put: (stream: Pick<StreamFacts, 'name' | 'config'>, chunks: AsyncIterable<Uint8Array>, epoch?: number) => Promise<StreamFacts>
  /** Makes a durable consumer that delivers everything after its ack floor. */
  readonly putDurable: (durable: DurableFacts) => Promise<void>
  readonly close: () => Promise<void>
}

const EPOCH = 'zyra.epoch'
/** Nothing at all came of a copy for so long: it is given up, in ms. */
const SILENT_AFTER_MS = 20_000
/** The server reads the whole stream before it answers the end of a restore, in ms. */
const RESTORED_WITHIN_MS = 600_000

const metadataOf = (config: ServerConfig): Readonly<Record<string, string>> => z.record(z.string(), z.string()).catch({}).parse(config['metadata'])

const streamInfo = z.object({
  config: z.record(z.string(), z.unknown()),
  created: z.string(),
  state: z.object({ messages: z.number(), bytes: z.number(), first_seq: z.number(), last_seq: z.number() }),
})
const consumerInfo = z.object({
  name: z.string(), config: z.record(z.string(), z.unknown()), ack_floor: z.object({ stream_seq: z.number() }),
})

/** Without what the server notes in it for itself. */
const ownConfig = (config: ServerConfig, more: Readonly<Record<string, string>> = {}): ServerConfig => {
  const kept = Object.entries(metadataOf(config)).filter(([name]) => !name.startsWith('_nats.'))
  return { ...config, metadata: { ...Object.fromEntries(kept), ...more } }
}

const factsOf = (info: unknown): StreamFacts => {
  const { config, created, state } = streamInfo.parse(info)
  const epoch = metadataOf(config)[EPOCH]
  return {
    name: String(config['name']),
    config: ownConfig(config),
    epoch: epoch === undefined ? undefined : Number(epoch),
    createdAt: created, messages: state.messages, bytes: state.bytes, firstSequence: state.first_seq, lastSequence: state.last_seq,
  }
}

/** By sequence, where streams follow each other: the server gives a restored stream the time of its restore. */
const byAge = (one: StreamFacts, other: StreamFacts): number =>
  one.epoch !== undefined && other.epoch !== undefined ? one.firstSequence - other.firstSequence : one.createdAt.localeCompare(other.createdAt)

const isOurs = ({ name }: StreamFacts): boolean => (name === 'ZYRA' || name.startsWith('ZYRA_')) && name !== PROBE_STREAM && name !== SNAPSHOT_STREAM

/** Pages of one of the server's lists. */
const listOf = async (connection: Connection, api: string, field: string): Promise<readonly unknown[]> => {
  const found: unknown[] = []
  for (;;) {
    const page: Readonly<Record<string, unknown>> = await askApi(connection, api, { offset: found.length })
    const items = z.array(z.unknown()).catch([]).parse(page[field])
    found.push(...items)
    if (items.length === 0 || found.length >= Number(page['total'] ?? 0)) return found
  }
}

/** Receives chunks in order, each acknowledged once it is written, so that the server never sends more than its window. */
const receive = async (
  { nc, link }: Connection, inbox: string, write: (chunk: Uint8Array) => Promise<void>, signal: AbortSignal, begin: () => Promise<unknown>,
): Promise<void> => {
  const done = Promise.withResolvers<unknown>()
  let written = Promise.resolve()
  let heardAt = performance.now()
  const fail = (why: string): void => done.reject(new LogUnavailable(`copying a stream was interrupted: ${why}`))
  const onMessage = (message: Msg): void => {
    heardAt = performance.now()
    if (message.data.length === 0) {
      const { code, description } = headersOf(message)
      // A stream that fits into one chunk ends without a status (nats-server 2.15.1).
      written = written.then(() => (code === 0 || code === 204 ? done.resolve(undefined) : fail(`the server ended it with ${code} ${description}`)))
    } else {
      written = written.then(() => write(message.data)).then(() => {
        heardAt = performance.now()
        if (!nc.isClosed()) message.respond()
      })
    }
    written.catch(done.reject)
  }
  const subscription = nc.subscribe(inbox, { callback: (error, message) => (error === null ? onMessage(message) : done.reject(error)) })
  const stopWatching = link.onStatus((status) => status === 'disconnect' && fail('the connection broke'))
  const watching = setInterval(() => performance.now() - heardAt > SILENT_AFTER_MS && fail('nothing came for a while'), 1_000)
  const abort = (): void => fail('it was stopped')
  signal.addEventListener('abort', abort, { once: true })
  try {
    if (signal.aborted) abort()
    await Promise.all([begin(), done.promise])
  } finally {
    signal.removeEventListener('abort', abort)
    clearInterval(watching)
    stopWatching()
    if (!nc.isClosed()) subscription.unsubscribe()
  }
}

const refusal = (what: string, { description, err_code, code }: ApiError): LogRefused =>
  new LogRefused(`${what}: the server refuses with "${description}" (${err_code ?? code})`)

const send = async (connection: Connection, name: string, to: string, chunk: Uint8Array | '', timeoutMs: number): Promise<unknown> => {
  const what = `restoring stream ${name}`
  const answer = await ask(connection, to, chunk, { what, timeoutMs })
  if (answer.data.length === 0) return undefined
  const said = answer.json<{ readonly error?: ApiError }>()
  if (said.error !== undefined) throw refusal(what, said.error)
  return said
}

/** Connects as the admin user. @throws when the server refuses it */
export const openStreamCopier = async (options: ConnectOptions): Promise<StreamCopier> => {
  const nc = await connectNats(options)
  const connection = { nc, link: watchLink(nc) }

  return {
    version: nc.info?.version ?? 'unknown',

    streams: async () => {
      const ours = (await listOf(connection, 'STREAM.LIST', 'streams')).map(factsOf).filter(isOurs)
      const [log, others] = [ours.filter(({ epoch }) => epoch !== undefined), ours.filter(({ epoch }) => epoch === undefined)]
      return [...log.toSorted(byAge), ...others.toSorted(byAge)]
    },

    durables: async (stream) => (await listOf(connection, `CONSUMER.LIST.${stream}`, 'consumers')).flatMap((found) => {
      const { name, config, ack_floor: floor } = consumerInfo.parse(found)
      return typeof config['durable_name'] === 'string' ? [{ stream, name, config: ownConfig(config), ackFloor: floor.stream_seq }] : []
    }),

    take: async (stream, write, signal) => {
      const inbox = createInbox(options.inboxPrefix)
      const before = factsOf(await askApi(connection, `STREAM.INFO.${stream}`, undefined))
      await receive(connection, inbox, write, signal, () =>
        askApi(connection, `STREAM.SNAPSHOT.${stream}`, { deliver_subject: inbox, no_consumers: true }))
      return before
    },

    put: async ({ name, config }, chunks, epoch) => {
      const request = { config: ownConfig(config, epoch === undefined ? {} : { [EPOCH]: String(epoch) }), state: {} }
      const { deliver_subject: to } = await askApi<{ deliver_subject: string }>(connection, `STREAM.RESTORE.${name}`, request)
      for await (const chunk of chunks) await send(connection, name, to, chunk, SILENT_AFTER_MS)
      await send(connection, name, to, '', RESTORED_WITHIN_MS)
      return factsOf(await askApi(connection, `STREAM.INFO.${name}`, undefined))
    },

    putDurable: async ({ stream, name, config, ackFloor }) => {
      await askApi(connection, `CONSUMER.CREATE.${stream}.${name}`, { stream_name: stream, config, action: 'create' })
      if (ackFloor > 0) await askApi(connection, `CONSUMER.RESET.${stream}.${name}`, { seq: ackFloor + 1 })
    },

    close: () => nc.close(),
  }
}
