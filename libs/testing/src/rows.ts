import { applyToRow, rowKey, type AnyProjection, type Recorded, type Row } from '@zyra/es'
import { deepFreeze, throughJson } from './deep-freeze.ts'
import { checked, type ZyraEvent } from './zyra-event.ts'

/** A projection that fills this kind of row. */
export interface ProjectionOf<R extends Row> extends AnyProjection {
  readonly on: Readonly<Record<string, ((row: never, event: never) => R | undefined) | undefined>>
}

/** The rows of a projection by their keys. */
export interface Rows<R extends Row> {
  /**
   * After these events, oldest first. Rows and events are deep-frozen while they are folded, events are held to their contracts, and a row
   * must be what JSON can say.
   * @throws Error when events of two merchants come together, whose rows never meet
   */
  readonly after: (...events: readonly Recorded<ZyraEvent>[]) => Readonly<Record<string, R>>
}

/** `rows(projection).after(...events)`; see {@link Rows}. */
export const rows = <R extends Row>(projection: ProjectionOf<R>): Rows<R> => ({
  after: (...events) => {
    const merchants = new Set(events.map(({ meta }) => meta.merchant))
    if (merchants.size > 1) {
      throw new Error(`${projection.name}: events of several merchants (${[...merchants].join(', ')}) have no rows in common; tell one story for each`)
    }
    const found = new Map<string, Row>()
    for (const event of events) {
      const key = rowKey(projection, checked(event))
      const row = applyToRow(projection, found.get(key), event)
      if (row === undefined) {
        found.delete(key)
        continue
      }
      throughJson(row)
      found.set(key, deepFreeze(row))
    }
    return Object.fromEntries(found) as Record<string, R>
  },
})
