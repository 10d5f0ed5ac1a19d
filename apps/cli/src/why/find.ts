import type { EventLog, StoredEvent } from '@zyra/jetstream'
import { EXIT, Failure } from '../base/failure.ts'
import type { Reading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import { itemsIfAny, type Item } from '../log/names.ts'
import { ALL, readBackwards } from '../log/ranges.ts'
import { didYouMean, thousands } from '../text/words.ts'

const SHORTEST_ID = 6

/** True for an event whose id begins so, and for the attempt of an effect whose id does. */
const isNamed =
  (id: string) =>
  ({ envelope, data }: StoredEvent): boolean => {
    const key: unknown = envelope.type === 'runtime.EffectAttempted' ? Reflect.get(Object(data), 'key') : undefined
    return envelope.id.startsWith(id) || (typeof key === 'string' && key.startsWith(id))
  }

const byId = async (log: EventLog, last: number, id: string, { interrupted, progress }: Terminal): Promise<StoredEvent | undefined> => {
  for await (const events of readBackwards({ log, filter: ALL, from: 1, to: last, signal: interrupted })) {
    progress(`Looking for ${id}: back to #${thousands(events[0]?.sequence ?? 1)}`)
    const named = events.filter(isNamed(id))
    const others = new Set(named.map(({ envelope }) => envelope.correlationId))
    if (others.size > 1) throw new Failure(`${id} is the beginning of several ids: type more of it.`, EXIT.usage)
    if (named.length > 0) return named.findLast(({ envelope }) => envelope.id.startsWith(id)) ?? named.at(-1)
  }
  return undefined
}

/** The last decision about an item; before the first one, the last thing that happened to it. */
export const lastDecisionOf = async (log: EventLog, { merchant, key }: Item): Promise<StoredEvent | undefined> => {
  const events = await log.load(`zyra.${merchant}.inventory.stock.${key}`)
  return events.findLast(({ envelope }) => envelope.type === 'inventory.EtsyQuantityDecided') ?? events.at(-1)
}

/**
 * The event that somebody means by its sequence, its id, the beginning of its id, an effect's id, a SKU or an inventory item.
 * @throws Failure with near matches where there is none
 */
export const findEvent = async (reading: Reading, meant: string, terminal: Terminal): Promise<StoredEvent> => {
  const { log } = reading
  const last = await log.lastSequence()
  const text = meant.replace(/^#/, '')
  if (/^\d{1,15}$/.test(text) && Number(text) >= 1 && Number(text) <= last) {
    const stored = await log.at(Number(text))
    if (stored !== undefined) return stored
  }
  const items = await itemsIfAny(reading)
  const item = items.find(({ row, key }) => row.sku === text || key === text)
  const decision = item === undefined ? undefined : await lastDecisionOf(log, item)
  const isId = text.length >= SHORTEST_ID && /^[0-9a-f-]+$/i.test(text)
  const found = decision ?? (isId ? await byId(log, last, text.toLowerCase(), terminal) : undefined)
  if (found !== undefined) return found
  const near = didYouMean(
    text,
    items.map(({ row }) => row.sku),
  )
  throw new Failure(`No event, effect or SKU is called "${meant}"; sequences go from 1 to ${thousands(last)}.${near}`)
}
