import { currentVersion, definitionOf, entryId, readEvent } from '@zyra/contracts'
import type { GatewayEvent, InventoryEvent, OrchestratorEvent, RuntimeEvent } from '@zyra/contracts'
import type { DomainEvent, EventMeta, EventNamed, Recorded } from '@zyra/es'
import { deepFreeze, throughJson } from './deep-freeze.ts'

/** Every event that a contract declares. */
export type ZyraEvent = GatewayEvent | InventoryEvent | OrchestratorEvent | RuntimeEvent

/**
 * The event deep-frozen, once its contract agrees with it.
 * @throws InvalidEventData naming the field; Error for an event that no contract declares
 */
export const checked = <E extends DomainEvent>(event: E): E => {
  const definition = definitionOf(event.type)
  readEvent(event.type, definition, currentVersion(definition), throughJson(event.data))
  return deepFreeze(event)
}

/**
 * An event as handlers see it. What `meta` does not say is made up: merchant `demo`, aggregate id `1`, sequence 1 of epoch 1, eight o'clock
 * on 20 November 2026, an id that depends on type, data and the rest of `meta` alone, and itself as its own cause.
 * @throws InvalidEventData where the data is not what the event's contract says
 */
export const recorded = <Type extends ZyraEvent['type']>(
  type: Type,
  data: EventNamed<ZyraEvent, Type>['data'],
  meta: Partial<EventMeta> = {},
): Recorded<{ readonly type: Type; readonly data: EventNamed<ZyraEvent, Type>['data'] }> => {
  const id = meta.id ?? entryId('recorded', type, JSON.stringify(data), JSON.stringify(meta))
  const made: EventMeta = {
    id, time: '2026-11-20T08:00:00.000Z', merchant: 'demo', service: type.slice(0, type.indexOf('.')), aggregate: definitionOf(type).aggregate,
    aggregateId: '1', epoch: 1, sequence: 1, correlationId: id, causationId: id, actor: 'spec', backfill: false, ...meta,
  }
  return checked({ type, data, meta: made })
}
