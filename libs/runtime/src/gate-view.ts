import { definitionOf, type OrchestratorEvent } from '@zyra/contracts'
import { addressOf, aggregateFilter, type EventLog } from '@zyra/jetstream'
import type { GateView, StopLevel } from './gate.ts'
import type { Merchants } from './merchants.ts'

/** The stop switches as the log says now, and the merchants' modes. */
export const readSwitches = async (log: EventLog, merchants: Merchants): Promise<GateView> => {
  const stored = await log.lastOf([aggregateFilter('orchestrator', 'stop-switch')])
  const stops = new Map(
    stored.map(({ subject, envelope, data }): [string, StopLevel] => {
      const event = { type: envelope.type, data: definitionOf(envelope.type).schema.parse(data) } as OrchestratorEvent
      return [addressOf(subject).merchant, event.type === 'orchestrator.CallsStopped' ? event.data.level : 'nothing']
    }),
  )
  return { stops, modes: new Map(merchants.all().map(({ name, mode }) => [name, mode])) }
}
