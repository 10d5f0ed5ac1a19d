import type { Port } from '@zyra/es'
import type { JetStream, OwnedConsumer } from '@zyra/jetstream'
import { watchAttendance } from './attendance.ts'
import type { HealthCheck } from './context.ts'

/** What a reactor asks of the port `timers`, which every service has: setting a timer of the same name again replaces it. */
export interface TimerRequest {
  readonly timer: string
  /** ISO 8601; a time that has passed fires at once. */
  readonly at: string
}

/** The port that sets timers. Setting one twice is harmless, so finding out whether it was set is setting it again. */
export const timerPort = (js: Pick<JetStream, 'setTimer'>, service: string): Port<TimerRequest, TimerRequest> => {
  const set: Port<TimerRequest, TimerRequest>['do'] = async (request, { merchant }) => {
    await js.setTimer({ merchant, service, ...request })
    return request
  }
  return { do: set, find: set }
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
