import { createInbox, nanos, type Msg } from '@nats-io/transport-node'
import { askApi } from './ask.ts'
import { positionOf, type DeliveryPosition } from './delivery.ts'
import { headersOf } from './headers.ts'
import type { Connection } from './link.ts'
import { LogRefused } from './log.ts'

/** Where reading starts: from a sequence or a time on (ISO 8601, by the server's clock), or with the last message of each subject. */
export type OrderedStart = { readonly fromSequence: number } | { readonly fromTime: string } | 'last of each subject'

/** One stretch of a stream to be read in order. */
export interface OrderedOptions extends Connection {
  readonly inboxPrefix: string
  readonly stream: string
  readonly filters: readonly string[]
  readonly start: OrderedStart
  /** Leaves out the bodies. */
  readonly headersOnly?: boolean
  readonly signal: AbortSignal
}

/** A message and where it stands. */
export interface Arrived {
  readonly message: Msg
  readonly position: DeliveryPosition
}

/** One consumer on the server, for as long as nothing is missing from what it sends. */
export interface OrderedSession {
  /** What arrived since the last call, oldest first; lets the server send on. */
  readonly take: () => Arrived[]
  /** Resolves when there is something to take, or when the session ended. */
  readonly news: () => Promise<void>
  /** Something is missing, or the server forgot the consumer: the session sends nothing any more. */
  readonly ended: () => boolean
  /** @throws LogRefused when the server does not let this user read */
  readonly check: () => void
  /** How many messages there were when it began. */
  readonly pendingAtStart: number
  readonly close: () => void
}

const HEARTBEAT_MS = 1_000
const SILENT_AFTER_MS = 3_500
/** The server forgets a consumer so long after nobody listens to it. */
const FORGOTTEN_AFTER_MS = 1_000

const deliveryFrom = (start: OrderedStart) => {
  if (start === 'last of each subject') return { deliver_policy: 'last_per_subject' }
  if ('fromTime' in start) return { deliver_policy: 'by_start_time', opt_start_time: start.fromTime }
  return { deliver_policy: 'by_start_sequence', opt_start_seq: Math.max(1, start.fromSequence) }
}

const configOf = ({ filters, start, headersOnly = false }: OrderedOptions, inbox: string) => ({
  deliver_subject: inbox,
  filter_subjects: filters,
  ...deliveryFrom(start),
  headers_only: headersOnly,
  ack_policy: 'none',
  max_deliver: 1,
  flow_control: true,
  idle_heartbeat: nanos(HEARTBEAT_MS),
  inactive_threshold: nanos(FORGOTTEN_AFTER_MS),
  mem_storage: true,
  num_replicas: 1,
})

/**
 * Opens a push consumer that nobody acknowledges and that costs the server no fsync. The client library's ordered consumer is not used:
 * it pulls by the consumer's name, so its user needs permission to pull from, and to delete, every other service's consumer.
 * @throws LogRefused, LogUnavailable
 */
export const openOrderedSession = async (options: OrderedOptions): Promise<OrderedSession> => {
  const { nc, link, inboxPrefix, stream, signal } = options
  const inbox = createInbox(inboxPrefix)
  let [arrived, delivered, heardAt, ended]: [Arrived[], number, number, boolean] = [[], 0, performance.now(), false]
  let refused: Error | undefined
  let waitingForRoom: string | undefined
  let changed = Promise.withResolvers<unknown>()

  const tell = (): void => changed.resolve(undefined)
  const end = (): void => {
    ended = true
    tell()
  }
  const giveRoom = (): void => {
    if (waitingForRoom !== undefined && !nc.isClosed()) nc.publish(waitingForRoom)
    waitingForRoom = undefined
  }
  /** Heartbeats name the last message sent, so that a loss is seen although nothing follows; flow control asks whether there is room. */
  const receiveStatus = (message: Msg): void => {
    const { code, values } = headersOf(message)
    if (code !== 100) return end()
    const last = values.get('Nats-Last-Consumer')
    if (last !== undefined && Number(last) !== delivered) return end()
    waitingForRoom = message.reply !== undefined && message.reply !== '' ? message.reply : values.get('Nats-Consumer-Stalled')
    if (arrived.length === 0) giveRoom()
  }
  const receive = (message: Msg): void => {
    if (ended) return
    heardAt = performance.now()
    if (message.subject === inbox) return receiveStatus(message)
    const position = positionOf(message.reply ?? '')
    if (position.delivery !== delivered + 1) return end()
    delivered = position.delivery
    arrived.push({ message, position })
    tell()
  }

  const subscription = nc.subscribe(inbox, {
    callback: (error, message) => {
      if (error === null) return receive(message)
      refused = new LogRefused(`reading from ${stream} is not allowed with these credentials`, { cause: error })
      end()
    },
  })
  const stopWatching = link.onStatus((status) => status === 'disconnect' && end())
  const watching = setInterval(() => performance.now() - heardAt > SILENT_AFTER_MS && end(), HEARTBEAT_MS)
  signal.addEventListener('abort', end, { once: true })
  const close = (): void => {
    ended = true
    signal.removeEventListener('abort', end)
    stopWatching()
    clearInterval(watching)
    if (!nc.isClosed()) subscription.unsubscribe()
  }

  try {
    const request = { stream_name: stream, config: configOf(options, inbox), action: 'create' }
    const asked = askApi<{ num_pending?: number }>({ nc, link }, `CONSUMER.CREATE.${stream}`, request)
    const interrupted = Promise.withResolvers<undefined>()
    void changed.promise.then(() => ended && interrupted.resolve(undefined))
    const info = await Promise.race([asked, interrupted.promise])
    return {
      pendingAtStart: info?.num_pending ?? 0,
      ended: () => ended,
      check: () => {
        if (refused !== undefined) throw refused
      },
      take: () => {
        const taken = arrived
        arrived = []
        giveRoom()
        return taken
      },
      news: async () => {
        if (arrived.length > 0 || ended) return
        changed = Promise.withResolvers<unknown>()
        await changed.promise
      },
      close,
    }
  } catch (error) {
    close()
    throw error
  }
}
