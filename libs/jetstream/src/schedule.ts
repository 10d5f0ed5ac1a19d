import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { entryId } from '@zyra/contracts'
import { openOwnedConsumer, type OwnedConsumer } from './consume.ts'
import { TIMER_STREAM } from './streams.ts'
import { decodeToken, encodeToken } from './subject.ts'

/** A timer of one merchant and service: setting it again replaces it. */
export interface Timer {
  readonly merchant: string
  readonly service: string
  readonly timer: string
  /** ISO 8601. A time that has passed fires at once. */
  readonly at: string
}

const subjectFor = (stage: 'set' | 'due', { service, merchant, timer }: Timer): string =>
  `timers.${stage}.${service}.${encodeToken(merchant)}.${encodeToken(timer)}`

/** Hands a timer to the server's scheduler (`@at`; the server's own cron would skip what falls into a downtime). Safe to repeat. */
export const setTimer = async (js: JetStreamClient, timer: Timer): Promise<void> => {
  const { merchant, service, timer: name, at } = timer
  await js.publish(subjectFor('set', timer), JSON.stringify({ at }), {
    msgID: entryId('timer', merchant, service, name, at),
    schedule: { specification: new Date(at), target: subjectFor('due', timer) },
    retries: 5,
  })
}

/** What carrying due timers into the log needs. */
export interface TimerCarrierOptions {
  readonly nc: NatsConnection
  readonly jsm: JetStreamManager
  readonly inboxPrefix: string
  readonly service: string
  /** Records that the timer fired. A rejection is tried again. */
  readonly onDue: (timer: Timer) => Promise<void>
  readonly onProblem: (problem: string) => void
}

const timerOf = (subject: string, data: unknown): Timer => {
  const [, , service = '', merchant = '', timer = ''] = subject.split('.')
  const at = typeof data === 'object' && data !== null && 'at' in data ? String(data.at) : ''
  return { service, merchant: decodeToken(merchant), timer: decodeToken(timer), at }
}

/** Reads a service's timers as they fall due, one at a time; what falls due while nobody listens is read at the next start. */
export const carryTimers = ({ nc, jsm, inboxPrefix, service, onDue, onProblem }: TimerCarrierOptions): Promise<OwnedConsumer> => {
  let carried = Promise.resolve()
  let ownership: AbortSignal | undefined
  return openOwnedConsumer({
    nc, jsm, inboxPrefix, onProblem,
    stream: TIMER_STREAM,
    durable: `${service}-timers`,
    filters: [`timers.due.${service}.>`],
    onOwnership: (lost) => {
      ownership = lost
    },
    onDelivery: ({ subject, json, ack }) => {
      const mine = ownership
      carried = carried.then(async () => {
        while (mine?.aborted === false) {
          try {
            await onDue(timerOf(subject, json()))
            return ack()
          } catch (error) {
            onProblem(`timer ${subject}: ${error instanceof Error ? error.message : String(error)}`)
            await new Promise((resolve) => setTimeout(resolve, 1_000))
          }
        }
      })
    },
  })
}
