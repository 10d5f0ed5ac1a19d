import { createInbox, type Msg, type Subscription } from '@nats-io/transport-node'
import { createConsumerApi } from './consumer-api.ts'
import { positionOf } from './delivery.ts'
import { headersOf } from './headers.ts'
import type { Connection } from './link.ts'
import { createPulls, type Pulls } from './pulls.ts'
import { toStored, type StoredEvent } from './wire.ts'

/** One delivery of a durable consumer. Exactly one owner at a time works on a consumer, so messages of a subject come in order. */
export interface Delivery {
  readonly subject: string
  readonly sequence: number
  /** The event, for messages of the log. @throws Error naming the sequence when it is not what Zyra writes */
  readonly read: () => StoredEvent
  /** The body as JSON. */
  readonly json: () => unknown
  /** A header's value, '' where there is none. */
  readonly header: (name: string) => string
  /** Tells the server that it is done with. Without effect once the ownership is lost. */
  readonly ack: () => void
}

/** A durable consumer and who works on it. */
export interface OwnedConsumerOptions extends Connection {
  readonly inboxPrefix: string
  readonly stream: string
  readonly durable: string
  readonly filters: readonly string[]
  /** The most messages that may be in work at once. */
  readonly maxInFlight?: number
  /** How long an owner may be silent before another takes over, in ms. */
  readonly leaseMs?: number
  /** After how long a message that nobody keeps working on is delivered again, in ms. */
  readonly ackWaitMs?: number
  readonly onDelivery: (delivery: Delivery) => void
  /** Called with an abort signal that fires when the ownership is lost; deliveries from before must not be acted on any more. */
  readonly onOwnership: (lost: AbortSignal) => void
  readonly onProblem: (problem: string) => void
}

/** What is known of a consumer. */
export interface ConsumerState {
  /** True if this process is the owner. */
  readonly owner: boolean
  /** True if any process is, as far as the server knows. False at times while there is nothing to deliver. */
  readonly owned: boolean
  /** Messages not delivered yet. */
  readonly pending: number
  /** Messages delivered and not done with. */
  readonly inFlight: number
}

/** See {@link openOwnedConsumer}. */
export interface OwnedConsumer {
  /** True only while the server confirmed this process as the owner within the lease. False while there is nothing to own. */
  readonly owns: () => boolean
  readonly state: () => Promise<ConsumerState>
  /** Lets another take over at once. */
  readonly close: () => Promise<void>
}

/** What one process owns from taking over until it loses the ownership. */
interface Ownership {
  readonly pin: string
  readonly lost: AbortController
  /** The newest delivery of each message in work. */
  readonly inWork: Map<number, Msg>
  /** The highest sequence delivered: what comes again below it was done with, or is in work. */
  highest: number
  /** When the request was sent that the server last answered with "still yours". */
  confirmedAt: number
  ready: boolean
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * Works on a durable consumer as its only owner (pinned client). On becoming the owner it sets the consumer back to its ack floor:
 * everything that was not done with, by whomever, comes again first and in order (with it what was acknowledged out of turn above the floor).
 * Then nothing ever overtakes. An ownership ends with the lease, with the connection, or when the server says so.
 */
export const openOwnedConsumer = async (options: OwnedConsumerOptions): Promise<OwnedConsumer> => {
  const { nc, link, inboxPrefix, durable, filters, maxInFlight = 256, leaseMs = 4_000, ackWaitMs = 60_000, onDelivery, onOwnership, onProblem } = options
  const api = createConsumerApi(options)
  await api.ensure({ filters, leaseMs, ackWaitMs })
  const [expiresMs, tickMs, marginMs] = [leaseMs / 2, leaseMs / 4, leaseMs / 8]

  let subscription: Subscription | undefined
  let pulls: Pulls = createPulls('')
  let mine: Ownership | undefined
  let [closed, ticking] = [false, false]

  const isOverdue = ({ confirmedAt }: Ownership): boolean => performance.now() - confirmedAt > leaseMs - marginMs

  const pull = (): void => {
    if (closed || nc.isDraining() || !link.connected() || mine?.ready === false) return
    const open = pulls.open()
    // One message is enough to become the owner, and all that came would be set back anyway.
    const room = (mine === undefined ? 1 : maxInFlight - mine.inWork.size) - open
    if (room <= 0 || (open > 0 && room < maxInFlight / 4)) return
    api.pull(pulls.add(room, performance.now() + expiresMs + 1_000), { batch: room, expiresMs, pin: mine?.pin })
  }

  const listen = (): void => {
    if (!nc.isClosed()) subscription?.unsubscribe()
    const inbox = createInbox(inboxPrefix)
    pulls = createPulls(inbox)
    if (closed || nc.isClosed() || nc.isDraining()) return
    subscription = nc.subscribe(`${inbox}.*`, { callback: (error, message) => (error === null ? receive(message, inbox) : onProblem(error.message)) })
  }

  const lose = (): void => {
    mine?.lost.abort()
    mine = undefined
    listen()
    pull()
  }

  const keep = async (owned: Ownership): Promise<void> => {
    const sentAt = performance.now()
    const renewal = await api.renew(owned.pin, leaseMs / 2)
    // The server takes a request of a former owner as well while there is none.
    const confirmed = renewal === 'renewed' && (await api.facts()).pin === owned.pin
    if (confirmed) owned.confirmedAt = Math.max(owned.confirmedAt, sentAt)
    else if (renewal !== 'unclear' && mine === owned) lose()
  }

  const takeOver = async (pin: string): Promise<void> => {
    const taken: Ownership = { pin, lost: new AbortController(), inWork: new Map(), highest: 0, confirmedAt: performance.now(), ready: false }
    mine?.lost.abort()
    mine = taken
    listen()
    try {
      await keep(taken)
      if (mine !== taken) return
      await api.reset()
      if (mine !== taken) return
      taken.ready = true
      onOwnership(taken.lost.signal)
      pull()
    } catch (error) {
      onProblem(`cannot take over ${durable}: ${messageOf(error)}`)
      if (mine === taken) lose()
    }
  }

  const receiveStatus = (inbox: string, code: number, description: string): void => {
    pulls.ended(inbox)
    if (code === 423) return mine === undefined ? undefined : lose()
    if (code === 409) onProblem(`${durable}: ${description}`)
    if (code === 404 || code === 408) pull()
  }

  const deliver = (owned: Ownership, message: Msg): void => {
    const { sequence } = positionOf(message.reply ?? '')
    if (owned.inWork.has(sequence)) return void owned.inWork.set(sequence, message)
    if (sequence <= owned.highest) return void message.respond('+ACK')
    owned.highest = sequence
    owned.inWork.set(sequence, message)
    onDelivery({
      subject: message.subject,
      sequence,
      read: () => toStored(message.subject, sequence, headersOf(message), message.data),
      json: () => message.json<unknown>(),
      header: (name) => headersOf(message).values.get(name) ?? '',
      ack: () => {
        const newest = owned.inWork.get(sequence)
        if (mine !== owned || newest === undefined || isOverdue(owned)) return
        owned.inWork.delete(sequence)
        newest.respond('+ACK')
        pull()
      },
    })
  }

  const receive = (message: Msg, inbox: string): void => {
    if (closed || nc.isDraining() || subscription?.getSubject() !== `${inbox}.*`) return
    const { code, description, values } = headersOf(message)
    // A process that slept finds old deliveries in its buffers.
    if (mine !== undefined && isOverdue(mine)) return lose()
    if (code > 0) return receiveStatus(message.subject, code, description)
    pulls.delivered()
    const pin = values.get('Nats-Pin-Id')
    if (pin !== undefined && pin !== mine?.pin) return void takeOver(pin)
    if (mine !== undefined) deliver(mine, message)
  }

  /** Messages that a former owner held are delivered to nobody before their ack wait is over, unless the consumer is set back. */
  const freeWhatNobodyHolds = async (): Promise<void> => {
    const { pin, unacknowledged } = await api.facts()
    if (pin === undefined && unacknowledged > 0 && mine === undefined && !closed) await api.reset()
  }

  /** A candidate may have become the owner meanwhile: then nothing is left to let go of. */
  const letGo = async ({ pin }: Ownership): Promise<void> => {
    if ((await api.facts()).pin !== pin) return
    await api.reset()
    await api.unpin()
  }

  const tick = async (): Promise<void> => {
    if (mine !== undefined && isOverdue(mine)) lose()
    pulls.forgetOverdue(performance.now())
    pull()
    if (ticking || closed || !link.connected()) return
    ticking = true
    await (mine === undefined ? freeWhatNobodyHolds() : keep(mine)).catch((error: unknown) => onProblem(`${durable}: ${messageOf(error)}`))
    ticking = false
  }

  const keepInWork = (): void => {
    if (link.connected()) for (const message of mine?.inWork.values() ?? []) message.respond('+WPI')
  }

  listen()
  pull()
  const timers = [setInterval(() => void tick(), tickMs), setInterval(keepInWork, ackWaitMs / 3)]
  // What was on its way when the connection broke was delivered as far as the server knows: only setting it back brings it again in order.
  const stopWatching = link.onStatus((status) => (status === 'disconnect' || status === 'reconnect') && lose())

  const stop = (): void => {
    closed = true
    timers.forEach(clearInterval)
    stopWatching()
    lose()
  }
  void nc.closed().then(stop)

  return {
    owns: () => mine !== undefined && mine.ready && !isOverdue(mine),
    state: async () => {
      const { pin, pending, unacknowledged } = await api.facts()
      const owner = mine !== undefined
      return { owner, owned: owner || pin !== undefined, pending, inFlight: unacknowledged }
    },
    close: async () => {
      if (closed) return
      const owned = mine
      stop()
      if (owned === undefined || !link.connected()) return
      await letGo(owned).catch((error: unknown) => onProblem(`${durable} is let go only when the lease ends: ${messageOf(error)}`))
    },
  }
}
