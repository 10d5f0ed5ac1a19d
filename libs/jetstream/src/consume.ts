import { type ConsumerInfo, type JetStreamManager, AckPolicy, DeliverPolicy, JetStreamApiError } from '@nats-io/jetstream'
import { createInbox, nanos, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node'
import { toStored } from './direct-get.ts'
import type { StoredEvent } from './wire.ts'

/** One delivery of a durable consumer. Exactly one owner at a time works on a consumer, so messages of a subject come in order. */
export interface Delivery {
  readonly subject: string
  readonly sequence: number
  /** The event, for messages of the log. @throws Error naming the sequence when it is not what Zyra writes */
  readonly read: () => StoredEvent
  /** The body as JSON. */
  readonly json: () => unknown
  /** Tells the server that it is done with. Without effect once the ownership is lost. */
  readonly ack: () => void
}

/** A durable consumer and who works on it. */
export interface OwnedConsumerOptions {
  readonly nc: NatsConnection
  readonly jsm: JetStreamManager
  readonly inboxPrefix: string
  readonly stream: string
  readonly durable: string
  readonly filters: readonly string[]
  /** The most messages that may be in work at once. */
  readonly maxInFlight?: number
  /** How long an owner may be silent before another takes over, in ms. */
  readonly leaseMs?: number
  readonly onDelivery: (delivery: Delivery) => void
  /** Called with an abort signal that fires when the ownership is lost; deliveries from before must not be acted on any more. */
  readonly onOwnership: (lost: AbortSignal) => void
  readonly onProblem: (problem: string) => void
}

/** What is known of a consumer. */
export interface ConsumerState {
  readonly owner: boolean
  /** Messages not delivered yet. */
  readonly pending: number
  /** Messages delivered and not done with. */
  readonly inFlight: number
}

/** See {@link openOwnedConsumer}. */
export interface OwnedConsumer {
  /** True only while the server confirmed this process as the owner within the lease. */
  readonly owns: () => boolean
  readonly state: () => Promise<ConsumerState>
  readonly close: () => Promise<void>
}

const GROUP = 'owner'
const PIN_MISMATCH = 423
const CONSUMER_NOT_FOUND = 10014

/** `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream sequence>...`; servers with domains put two tokens before the stream. */
const streamSequenceOf = (reply: string): number => {
  const tokens = reply.split('.')
  return Number(tokens[tokens.length === 9 ? 5 : 7])
}

/** Makes the durable consumer, or brings its filters up to date. */
const ensureConsumer = async ({ jsm, stream, durable, filters, leaseMs = 4_000 }: OwnedConsumerOptions): Promise<ConsumerInfo> => {
  const changeable = {
    filter_subjects: [...filters],
    ack_wait: nanos(60_000),
    max_ack_pending: 2_048,
    max_deliver: -1,
    priority_groups: [GROUP],
    priority_policy: 'pinned_client' as const,
    priority_timeout: nanos(leaseMs),
  }
  try {
    await jsm.consumers.info(stream, durable)
    return await jsm.consumers.update(stream, durable, changeable)
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== CONSUMER_NOT_FOUND) throw error
    return jsm.consumers.add(stream, { durable_name: durable, ack_policy: AckPolicy.Explicit, deliver_policy: DeliverPolicy.All, ...changeable })
  }
}

/**
 * Works on a durable consumer as its only owner (pinned client). On becoming the owner it sets the consumer back to its ack floor:
 * everything that was not done with, by whomever, comes again first and in order. Then nothing ever overtakes.
 */
export const openOwnedConsumer = async (options: OwnedConsumerOptions): Promise<OwnedConsumer> => {
  const { nc, jsm, inboxPrefix, stream, durable, maxInFlight = 256, leaseMs = 4_000, onDelivery, onOwnership, onProblem } = options
  await ensureConsumer(options)

  let subscription: Subscription | undefined
  let pin: string | undefined
  let lost = new AbortController()
  let inFlight = new Map<number, Msg>()
  let requested = 0
  let requestedAt = 0
  let heardAt = performance.now()
  let resetting = false
  let closed = false

  const pull = (): void => {
    // Asking for at least one keeps the pin while everything in work has to wait.
    const batch = Math.max(maxInFlight - inFlight.size, 1) - requested
    if (closed || resetting || nc.isClosed() || subscription === undefined || batch <= 0) return
    requested += batch
    requestedAt = performance.now()
    const request = { batch, expires: nanos(leaseMs / 2), idle_heartbeat: nanos(leaseMs / 5), group: GROUP, ...(pin === undefined ? {} : { id: pin }) }
    nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`, JSON.stringify(request), { reply: subscription.getSubject() })
  }

  const listen = (): void => {
    subscription?.unsubscribe()
    requested = 0
    inFlight = new Map()
    const inbox = createInbox(inboxPrefix)
    subscription = nc.subscribe(inbox, { callback: (error, message) => (error === null ? receive(message, inbox) : onProblem(error.message)) })
  }

  const loseOwnership = (): void => {
    if (pin !== undefined) lost.abort()
    pin = undefined
    listen()
  }

  const becomeOwner = async (newPin: string): Promise<void> => {
    pin = newPin
    resetting = true
    lost = new AbortController()
    listen()
    try {
      await jsm.consumers.reset(stream, durable)
      heardAt = performance.now()
      onOwnership(lost.signal)
      resetting = false
      pull()
    } catch (error) {
      onProblem(`cannot take over ${durable}: ${error instanceof Error ? error.message : String(error)}`)
      resetting = false
      loseOwnership()
    }
  }

  const receiveStatus = (message: Msg): void => {
    const code = message.headers?.code ?? 0
    if (code === 100) return
    if (code === PIN_MISMATCH) return loseOwnership()
    requested = 0
    if (code === 409) onProblem(`${durable}: ${message.headers?.description ?? 'the server ended the request'}`)
    if (code === 408 || code === 404) pull()
  }

  const deliver = (message: Msg): void => {
    const sequence = streamSequenceOf(message.reply ?? '')
    if (inFlight.has(sequence)) return
    const mine = inFlight
    mine.set(sequence, message)
    onDelivery({
      subject: message.subject,
      sequence,
      read: () => toStored(message.subject, sequence, message.headers, message.data),
      json: () => message.json<unknown>(),
      ack: () => {
        if (inFlight !== mine) return
        mine.delete(sequence)
        message.respond('+ACK')
        if (maxInFlight - inFlight.size - requested >= maxInFlight / 4) pull()
      },
    })
  }

  const receive = (message: Msg, inbox: string): void => {
    if (closed || subscription?.getSubject() !== inbox) return
    heardAt = performance.now()
    if (message.subject === inbox && message.headers !== undefined && message.headers.code > 0) return receiveStatus(message)
    const newPin = message.headers?.get('Nats-Pin-Id')
    if (newPin !== undefined && newPin !== '' && newPin !== pin) return void becomeOwner(newPin)
    requested = Math.max(0, requested - 1)
    deliver(message)
  }

  /** Keeps what is in work from being delivered again, and asks again where an answer is overdue (a server that went away). */
  const tick = (): void => {
    const now = performance.now()
    if (now - requestedAt > leaseMs / 2 + 1_000) requested = 0
    pull()
  }
  const keepAlive = (): void => {
    if (nc.isClosed()) return
    for (const message of inFlight.values()) message.respond('+WPI')
  }

  listen()
  pull()
  const ticking = setInterval(tick, leaseMs / 4)
  const working = setInterval(keepAlive, 20_000)

  return {
    owns: () => pin !== undefined && !resetting && performance.now() - heardAt < leaseMs - 500,
    state: async () => {
      const info = await jsm.consumers.info(stream, durable)
      return { owner: pin !== undefined, pending: info.num_pending, inFlight: info.num_ack_pending }
    },
    close: async () => {
      closed = true
      clearInterval(ticking)
      clearInterval(working)
      subscription?.unsubscribe()
      lost.abort()
      if (!nc.isClosed()) await nc.flush()
    },
  }
}
