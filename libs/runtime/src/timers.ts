import type { Port } from '@zyra/es'
import type { JetStream, OwnedConsumer } from '@zyra/jetstream'
import { watchAttendance } from './attendance.ts'
import type { HealthCheck } from './health-check.ts'
import type { Merchants } from './merchants.ts'
import { noTracer, type Tracer } from './tracing.ts'

/** What a reactor asks of the port `timers`, which every service has: setting a timer of the same name again replaces it. */
export interface TimerRequest {
  readonly timer: string
  /** ISO 8601; a time that has passed fires at once. */
  readonly at: string
  /** `everyone`: one for each merchant that has the app, whoever's event asks for it. */
  readonly whose?: 'everyone'
}

/** The port that sets timers. Setting one twice is harmless, so finding out whether it was set is setting it again. */
export const timerPort = (
  js: Pick<JetStream, 'setTimer'>, service: string, merchants: Pick<Merchants, 'all'>, tracer: Tracer = noTracer,
): Port<TimerRequest, TimerRequest> => {
  const set: Port<TimerRequest, TimerRequest>['do'] = async (request, { merchant }) => {
    const traceparent = tracer.traceparent()
    const { timer, at, whose } = request
    const names = whose === 'everyone' ? merchants.all().flatMap(({ name, installed }) => (installed ? [name] : [])) : [merchant]
    for (const name of names) await js.setTimer({ merchant: name, service, timer, at, ...(traceparent === undefined ? {} : { traceparent }) })
    return request
  }
  return { do: set, find: set }
}

/** What standing timers are looked after with. */
export interface StandingTimers {
  readonly js: Pick<JetStream, 'isTimerSet' | 'setTimer'>
  readonly merchants: Pick<Merchants, 'all'>
  readonly service: string
  readonly timers: readonly string[]
  readonly now: () => Date
}

/**
 * Lets those fire at once that are not set and should be, for every merchant that has the app: each firing sets its successor, and a chain that
 * broke would stay broken. Answers which those are. One of them may have fired a moment ago, its successor not being set yet: it then fires
 * twice, and there is still one chain, since setting a timer replaces the one of its name.
 * @throws LogUnavailable
 */
export const wakeTimers = async ({ js, merchants, service, timers, now }: StandingTimers): Promise<readonly string[]> => {
  const wanted = merchants.all().flatMap(({ name, installed }) => (installed ? timers.map((timer) => ({ merchant: name, service, timer })) : []))
  const woken: string[] = []
  for (const timer of wanted) {
    if (await js.isTimerSet(timer)) continue
    await js.setTimer({ ...timer, at: now().toISOString() })
    woken.push(`${timer.timer} of ${timer.merchant}`)
  }
  return woken
}

/** The state of what carries a service's due timers into the log. @param monotonic milliseconds that never jump */
export const checkTimers = (service: string, { state: look }: Pick<OwnedConsumer, 'state'>, monotonic: () => number): () => Promise<HealthCheck> => {
  const attendance = watchAttendance(monotonic)
  return async () => {
    const state = await look()
    const { ok, note } = attendance(state)
    return { name: `${service}-timers`, ok, detail: `${state.pending + state.inFlight} due${note}` }
  }
}
