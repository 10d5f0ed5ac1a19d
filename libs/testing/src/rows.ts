import { applyToRow, rowKey, type DomainEvent, type Projection, type Recorded, type Row } from '@zyra/es'
import { deepFreeze, throughJson } from './deep-freeze.ts'
import { checked } from './zyra-event.ts'

/**
 * `rowsOf(projection, ...events)`: the rows by their keys after those events, oldest first. Rows and events are deep-frozen while they
 * are folded, events are held to their contracts, and a row must be what JSON can say.
 * @throws Error when events of two merchants come together, whose rows never meet
 */
export const rowsOf = <E extends DomainEvent, R extends Row>(projection: Projection<E, R>, ...events: readonly Recorded<E>[]): Readonly<Record<string, R>> => {
  const merchants = new Set(events.map(({ meta }) => meta.merchant))
  if (merchants.size > 1) throw new Error(`${projection.name}: events of several merchants (${[...merchants].join(', ')}) have no rows in common; tell one story for each`)
  const rows = new Map<string, Row>()
  for (const event of events) {
    const key = rowKey(projection, checked(event))
    const row = applyToRow(projection, rows.get(key), event)
    if (row === undefined) rows.delete(key)
    else rows.set(key, deepFreeze(row))
    throughJson([...rows.values()])
  }
  return Object.fromEntries(rows) as Record<string, R>
}
