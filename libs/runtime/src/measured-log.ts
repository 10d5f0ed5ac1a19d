import type { EventLog } from '@zyra/jetstream'
import type { Observer } from './observer.ts'

/** The same log; each append is measured. */
export const measuredLog = (log: EventLog, observer: Pick<Observer, 'appended'>): EventLog => ({
  ...log,
  append: async (request, signal) => {
    const from = performance.now()
    let result: Parameters<Observer['appended']>[1] = 'failed'
    try {
      const answer = await log.append(request, signal)
      result = answer.status
      return answer
    } finally {
      observer.appended(request.events.map(({ envelope }) => envelope), result, (performance.now() - from) / 1_000)
    }
  },
})
