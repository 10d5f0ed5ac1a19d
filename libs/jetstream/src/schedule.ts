import { headers as natsHeaders } from '@nats-io/transport-node'
import { setTimeout as delay } from 'node:timers/promises'
import { ask, askApi, errorCodes, passes, type ApiError } from './ask.ts'
import { openOwnedConsumer, type Delivery, type OwnedConsumer, type OwnedConsumerOptions } from './consume.ts'
import { headersOf } from './headers.ts'
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

/**
 * Hands a timer to the server's scheduler (`@at`; the server's own cron would skip what falls into a downtime), which forgets an earlier one of
 * the same name. Safe to repeat.
 * @throws RangeError for a time that is none, LogRefused without permission, LogUnavailable when the server does not answer
 */
export const setTimer = async (connection: Connection, timer: Timer): Promise<void> => {
  const { timer: name, at, traceparent } = timer
  if (Number.isNaN(Date.parse(at))) throw new RangeError(`timer ${name}: "${at}" is no time, expected ISO 8601`)
  const what = `setting timer ${name}`
  if (await hasFired(connection, timer, what)) return
  const headers = natsHeaders()
  headers.set('Nats-Schedule', `@at ${new Date(at).toISOString()}`)
  headers.set('Nats-Schedule-Target', subjectFor('due', timer))
  const answer = await ask(connection, subjectFor('set', timer), JSON.stringify({ at, traceparent }), { headers, what })
  const { error } = answer.json<{ error?: ApiError }>()
  if (error === undefined) return
  const sentence = `${what}: the server refuses with "${error.description}" (${error.err_code ?? error.code})`
  throw passes(error) ? new LogUnavailable(sentence) : new LogRefused(sentence)
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
}

const RETRY_AFTER_MS = 1_000

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
 * Reads a service's timers as they fall due, one at a time; what falls due while nobody listens is read at the next start.
 * What is no timer of the service is told as a problem and dropped.
 */
export const carryTimers = ({ service, onDue, ...options }: TimerCarrierOptions): Promise<OwnedConsumer> => {
  const { onProblem } = options
  let carried = Promise.resolve()
  let ownership = AbortSignal.abort()

  const carry = async (delivery: Delivery, lost: AbortSignal): Promise<void> => {
    let timer: Timer
    try {
      timer = timerOf(delivery)
    } catch (error) {
      onProblem(`dropped the message ${delivery.subject} #${delivery.sequence}: ${error instanceof Error ? error.message : String(error)}`)
      return delivery.ack()
    }
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

  return openOwnedConsumer({
    ...options,
    stream: TIMER_STREAM,
    durable: `${service}-timers`,
    filters: [`timers.due.${service}.>`],
    onOwnership: (lost) => {
      ownership = lost
    },
    onDelivery: (delivery) => {
      const lost = ownership
      carried = carried.then(() => carry(delivery, lost))
    },
  })
}
