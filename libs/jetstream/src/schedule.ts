import { headers as natsHeaders, type Msg } from '@nats-io/transport-node'
import { setTimeout as delay } from 'node:timers/promises'
import { ask, askApi, errorCodes, passes, type ApiError } from './ask.ts'
import { openOwnedConsumer, type Delivery, type OwnedConsumer, type OwnedConsumerOptions } from './consume.ts'
import { headersOf, type Headers } from './headers.ts'
import type { Connection } from './link.ts'
import { LogRefused, LogUnavailable } from './log.ts'
import { TIMER_STREAM } from './streams.ts'
import { decodeToken, encodeToken } from './subject.ts'

/** A timer of one merchant and service: setting it again replaces it. */
export interface Timer {
  readonly merchant: string
  readonly service: string
  readonly timer: string
  /** ISO 8601. A time that has passed fires at once. */
  readonly at: string
  /** The W3C traceparent of what set it. */
  readonly traceparent?: string
}

const subjectFor = (stage: 'set' | 'due', { service, merchant, timer }: Timer): string =>
  `timers.${stage}.${service}.${encodeToken(merchant)}.${encodeToken(timer)}`

const textIn = (data: unknown, name: string): string => (typeof data === 'object' && data !== null && name in data ? String(Reflect.get(data, name)) : '')
const timeIn = (data: unknown): string => textIn(data, 'at')

/** True if the timer fired for this very time: without an id of its own, since one would keep a timer from being moved away and back again. */
const hasFired = async (connection: Connection, timer: Timer, what: string): Promise<boolean> => {
  const answer = await ask(connection, `$JS.API.DIRECT.GET.${TIMER_STREAM}`, JSON.stringify({ last_by_subj: subjectFor('due', timer) }), { what })
  return headersOf(answer).code === 0 && timeIn(answer.json()) === timer.at
}

/** Stores a timer; where a sequence is given, only if its newest message has that one (0: if there is none). */
const put = async (connection: Connection, timer: Timer, what: string, expected?: number): Promise<'set' | 'moved'> => {
  const { at, traceparent } = timer
  const headers = natsHeaders()
  headers.set('Nats-Schedule', `@at ${new Date(at).toISOString()}`)
  headers.set('Nats-Schedule-Target', subjectFor('due', timer))
  if (expected !== undefined) headers.set('Nats-Expected-Last-Subject-Sequence', String(expected))
  const answer = await ask(connection, subjectFor('set', timer), JSON.stringify({ at, traceparent }), { headers, what })
  const { error } = answer.json<{ error?: ApiError }>()
  if (error === undefined) return 'set'
  if (expected !== undefined && error.err_code === errorCodes.wrongLastSequence) return 'moved'
  const sentence = `${what}: the server refuses with "${error.description}" (${error.err_code ?? error.code})`
  throw passes(error) ? new LogUnavailable(sentence) : new LogRefused(sentence)
}

/**
 * Hands a timer to the server's scheduler (`@at`; the server's own cron would skip what falls into a downtime), which forgets an earlier one of
 * the same name. Safe to repeat.
 * @throws RangeError for a time that is none, LogRefused without permission, LogUnavailable when the server does not answer
 */
export const setTimer = async (connection: Connection, timer: Timer): Promise<void> => {
  const { timer: name, at } = timer
  if (Number.isNaN(Date.parse(at))) throw new RangeError(`timer ${name}: "${at}" is no time, expected ISO 8601`)
  const what = `setting timer ${name}`
  if (!(await hasFired(connection, timer, what))) await put(connection, timer, what)
}

/** True while a timer of this name waits for its time. @throws LogUnavailable */
export const isTimerSet = async (connection: Connection, timer: Omit<Timer, 'at'>): Promise<boolean> => {
  const query = { last_by_subj: subjectFor('set', { ...timer, at: '' }) }
  return (await askApi(connection, `STREAM.MSG.GET.${TIMER_STREAM}`, query, [errorCodes.noMessageFound])).error === undefined
}

/** What carrying due timers into the log needs. */
export interface TimerCarrierOptions extends Pick<OwnedConsumerOptions, 'nc' | 'link' | 'inboxPrefix' | 'leaseMs' | 'onProblem'> {
  readonly service: string
  /** Records that the timer fired. A rejection is tried again. */
  readonly onDue: (timer: Timer) => Promise<void>
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** How often to look for timers that should have fired, in ms. */
  readonly reviveEveryMs?: number
}

const RETRY_AFTER_MS = 1_000
/** Two machines' clocks may differ by so much, in ms. */
const TOLERANCE_MS = 60_000
const REVIVE_EVERY_MS = 60_000
/** How many timers are read with one request. */
const PAGE = 500
const END_OF_BATCH = 204
const NOT_FOUND = 404

/** A timer and the sequence of the message that it was set with. */
interface SetTimer {
  readonly timer: Timer
  readonly sequence: number
}

const setTimerOf = (service: string, message: Msg): SetTimer => {
  const { values } = headersOf(message)
  const [, , , merchant = '', name = ''] = (values.get('Nats-Subject') ?? '').split('.')
  const body: unknown = message.json()
  const traceparent = textIn(body, 'traceparent')
  const timer = { service, merchant: decodeToken(merchant), timer: decodeToken(name), at: timeIn(body), ...(traceparent === '' ? {} : { traceparent }) }
  return { timer, sequence: Number(values.get('Nats-Sequence')) }
}

/**
 * What is set of a service's timers from a sequence on, a page at a time. The last of each subject in one answer would be refused for more than
 * 1,024 of them.
 */
async function* setTimers(connection: Connection, service: string): AsyncGenerator<SetTimer> {
  const what = `reading the timers of ${service}`
  for (let [seq, left] = [1, true]; left;) {
    const query = JSON.stringify({ seq, next_by_subj: `timers.set.${service}.>`, batch: PAGE })
    const answers = await connection.nc.requestMany(`$JS.API.DIRECT.GET.${TIMER_STREAM}`, query, { strategy: 'sentinel', maxWait: 5_000 })
    const page: SetTimer[] = []
    let end: Headers | undefined
    for await (const message of answers) {
      const headers = headersOf(message)
      if (headers.code === 0) page.push(setTimerOf(service, message))
      else end = headers
    }
    if (end === undefined) throw new LogUnavailable(`${what}: the answer stopped after ${page.length} of them; it is safe to try again`)
    if (end.code !== END_OF_BATCH && end.code !== NOT_FOUND) throw new LogUnavailable(`${what}: the server answers ${end.code} ${end.description}`)
    yield* page
    seq = (page.at(-1)?.sequence ?? seq) + 1
    left = page.length > 0 && Number(end.values.get('Nats-Num-Pending') ?? 0) > 0
  }
}

/**
 * Sets timers again that should have fired and did not, because the server's clock jumped: it computes when to look next by the time that it
 * believed in. Those that did fire, or that somebody moves meanwhile, are left alone.
 * @returns the names of those that were set again
 * @throws LogUnavailable, LogRefused
 */
export const reviveTimers = async (connection: Connection, service: string, now: number): Promise<readonly string[]> => {
  const newest = new Map<string, SetTimer>()
  for await (const found of setTimers(connection, service)) newest.set(subjectFor('set', found.timer), found)
  const revived: string[] = []
  for (const { timer, sequence } of newest.values()) {
    if (!(Date.parse(timer.at) < now - TOLERANCE_MS)) continue
    const what = `setting timer ${timer.timer} again`
    if (await hasFired(connection, timer, what)) continue
    if ((await put(connection, timer, what, sequence)) === 'set') revived.push(timer.timer)
  }
  return revived
}

/** @throws Error when the message is not what the scheduler made of a timer of this very service */
const timerOf = ({ subject, json, header }: Delivery): Timer => {
  const [, , service = '', merchant = '', name = ''] = subject.split('.')
  const [body, traceparent] = [json(), textIn(json(), 'traceparent')]
  const at = timeIn(body)
  const timer = { service, merchant: decodeToken(merchant), timer: decodeToken(name), at, ...(traceparent === '' ? {} : { traceparent }) }
  if (header('Nats-Scheduler') !== subjectFor('set', timer) || Number.isNaN(Date.parse(at))) throw new Error('it was not set by this service')
  return timer
}

/**
 * Reads a service's timers as they fall due, one at a time; what falls due while nobody listens is read at the next start. What the server fires
 * too early, since its clock jumped ahead, waits until it is due; what it should have fired long ago is set again.
 * What is no timer of the service is told as a problem and dropped.
 */
export const carryTimers = async (carrier: TimerCarrierOptions): Promise<OwnedConsumer> => {
  const { service, onDue, now = Date.now, reviveEveryMs = REVIVE_EVERY_MS, ...options } = carrier
  const { onProblem } = options
  let carried = Promise.resolve()
  let ownership = AbortSignal.abort()

  const read = (delivery: Delivery): Timer | undefined => {
    try {
      return timerOf(delivery)
    } catch (error) {
      onProblem(`dropped the message ${delivery.subject} #${delivery.sequence}: ${error instanceof Error ? error.message : String(error)}`)
      delivery.ack()
      return undefined
    }
  }

  const untilDue = async ({ at }: Timer, lost: AbortSignal): Promise<void> => {
    while (!lost.aborted && Date.parse(at) - now() > TOLERANCE_MS) await delay(RETRY_AFTER_MS, undefined, { signal: lost }).catch(() => undefined)
  }

  const carry = async (delivery: Delivery, timer: Timer, lost: AbortSignal): Promise<void> => {
    while (!lost.aborted) {
      try {
        await onDue(timer)
        return delivery.ack()
      } catch (error) {
        onProblem(`timer ${delivery.subject}: ${error instanceof Error ? error.message : String(error)}`)
        await delay(RETRY_AFTER_MS, undefined, { signal: lost }).catch(() => undefined)
      }
    }
  }

  const consumer = await openOwnedConsumer({
    ...options,
    stream: TIMER_STREAM,
    durable: `${service}-timers`,
    filters: [`timers.due.${service}.>`],
    onOwnership: (lost) => {
      ownership = lost
    },
    onDelivery: (delivery) => {
      const [lost, timer] = [ownership, read(delivery)]
      if (timer === undefined) return
      // One that is early keeps no other waiting.
      const due = Date.parse(timer.at) - now() > TOLERANCE_MS ? untilDue(timer, lost) : undefined
      const queue = (): Promise<void> => (carried = carried.then(() => carry(delivery, timer, lost)))
      if (due === undefined) void queue()
      else void due.then(queue)
    },
  })

  const revive = async (): Promise<void> => {
    if (!options.link.connected()) return
    const tell = (error: unknown): void => onProblem(`timers of ${service}: ${error instanceof Error ? error.message : String(error)}`)
    await reviveTimers(options, service, now()).catch(tell)
  }
  const reviving = setInterval(() => void revive(), reviveEveryMs)
  reviving.unref()
  return {
    ...consumer,
    close: () => {
      clearInterval(reviving)
      return consumer.close()
    },
  }
}
