import { addressOf, aggregateFilter, type EventLog } from '@zyra/jetstream'
import type { GateView, StopLevel } from './gate.ts'
import type { Merchants } from './merchants.ts'
import { readPlain } from './plain.ts'

/**
 * The stop switches as the log says now, the merchants' modes, and who removed the app.
 * @throws UnknownEventVersion, LogUnavailable: then the gate closes
 */
export const readSwitches = async (log: EventLog, merchants: Pick<Merchants, 'all'>): Promise<GateView> => {
  const stored = await log.lastOf([aggregateFilter('orchestrator', 'stop-switch')])
  const stops = new Map(
    stored.map((one): [string, StopLevel] => {
      const event = readPlain(one, 'orchestrator.CallsStopped', 'orchestrator.CallsResumed')
      return [addressOf(one.subject).merchant, event?.type === 'orchestrator.CallsStopped' ? event.data.level : 'nothing']
    }),
  )
  const known = merchants.all()
  const removed = new Set(known.filter(({ installed }) => !installed).map(({ name }) => name))
  return { stops, modes: new Map(known.map(({ name, mode }) => [name, mode])), removed }
}
