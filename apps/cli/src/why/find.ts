import type { EventLog, StoredEvent } from '@zyra/jetstream'
import { EXIT, Failure } from '../base/failure.ts'
import type { Reading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import { itemsIfAny, type Item } from '../log/names.ts'
import { ALL, readBackwards } from '../log/ranges.ts'
import { didYouMean, thousands } from '../text/words.ts'

/** What may begin an id: of an event, an effect, or a delivery as its sender calls it (Shopify's are hexadecimal, Etsy's begin with msg_). */
const ID = /^(?:[0-9a-f][0-9a-f-]{3,}|msg_\w{2,}|[\w-]{20,})$/i
/** So much of an id is enough: what is shorter is looked for in the whole log, since it may begin another one, too. */
const ENOUGH = 8
const LISTED = 5

const textIn = (data: unknown, field: string): string | undefined => {
  const value: unknown = Reflect.get(Object(data), field)
  return typeof value === 'string' ? value : undefined
}

/** The ids that an event goes by: its own, that of the effect that it tries, that of the delivery that it keeps. */
const idsOf = ({ envelope, data }: StoredEvent): readonly string[] =>
  [
    envelope.id,
    envelope.type === 'runtime.EffectAttempted' ? textIn(data, 'key') : undefined,
    envelope.type.startsWith('gateway.') ? textIn(data, 'webhookId') : undefined,
  ].filter((id) => id !== undefined)

/** The event that is meant by the beginning of an id; undefined where none is. @throws Failure listing them where it begins several chains' */
export const meantBy = (start: string, found: readonly StoredEvent[]): StoredEvent | undefined => {
  const named = found.filter((event) => idsOf(event).some((id) => id.toLowerCase().startsWith(start.toLowerCase())))
  const chains = [...Map.groupBy(named, ({ envelope }) => envelope.correlationId).values()]
  if (chains.length > 1) {
    const lines = chains.flatMap((events) => events.slice(-1)).map(({ sequence, envelope }) => `  #${sequence}  ${envelope.id}  ${envelope.type}`)
    const more = lines.length > LISTED ? [`  and ${lines.length - LISTED} more`] : []
    throw new Failure([`${start} is the beginning of several ids; type more of it:`, ...lines.slice(0, LISTED), ...more].join('\n'), EXIT.usage)
  }
  return named.findLast(({ envelope }) => envelope.id.startsWith(start.toLowerCase())) ?? named.at(-1)
}

const byId = async (log: EventLog, last: number, id: string, { interrupted, progress }: Terminal): Promise<StoredEvent | undefined> => {
  const found: StoredEvent[] = []
  for await (const events of readBackwards({ log, filter: ALL, from: 1, to: last, signal: interrupted })) {
    progress(`Looking for ${id}: back to #${thousands(events[0]?.sequence ?? 1)}`)
    found.unshift(...events.filter((event) => idsOf(event).some((each) => each.toLowerCase().startsWith(id.toLowerCase()))))
    if (found.length > 0 && id.length >= ENOUGH) break
  }
  return meantBy(id, found)
}

/** The last decision about an item; before the first one, the last thing that happened to it. */
export const lastDecisionOf = async (log: EventLog, { merchant, key }: Item): Promise<StoredEvent | undefined> => {
  const events = await log.load(`zyra.${merchant}.inventory.stock.${key}`)
  return events.findLast(({ envelope }) => envelope.type === 'inventory.EtsyQuantityDecided') ?? events.at(-1)
}

/**
 * The event that somebody means by its sequence, its id, an effect's id, a delivery's id, the beginning of one of these, a SKU or an inventory item.
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
  const found = decision ?? (ID.test(text) ? await byId(log, last, text, terminal) : undefined)
  if (found !== undefined) return found
  const near = didYouMean(
    text,
    items.map(({ row }) => row.sku),
  )
  throw new Failure(`No event, effect, delivery or SKU is called "${meant}"; sequences go from 1 to ${thousands(last)}.${near}`)
}
