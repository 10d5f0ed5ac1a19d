import { INSTALLATION } from '@zyra/contracts'
import { encodeToken, type EventLog, type StoredEvent } from '@zyra/jetstream'
import type { Codec } from '@zyra/runtime'
import { EXIT, Failure, type ExitCode } from '../base/failure.ts'
import { withReading, type Reading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import { entryJson, openEntries, type Entry } from '../log/entry.ts'
import { checkMerchant, itemsIfAny, namesFrom, type Item } from '../log/names.ts'
import { readBackwards, readRange, sequenceBefore, type Range } from '../log/ranges.ts'
import { count, didYouMean } from '../text/words.ts'
import { dayLine, eventLines, eventTitles } from './line.ts'
import { filterOf, timeOption, wantedTypes, type EventsOptions } from './options.ts'

const SHOWN = 20

type Wanted = (stored: StoredEvent) => boolean

const wantedBy =
  (types: ReadonlySet<string> | undefined, since: number | undefined, until: number | undefined): Wanted =>
  ({ envelope }) => {
    const time = Date.parse(envelope.time)
    return (types?.has(envelope.type) ?? true) && time >= (since ?? -Infinity) && time <= (until ?? Infinity)
  }

/** The first events from a sequence on, or the newest ones: oldest first either way. */
const select = async (range: Range, wanted: Wanted, fromStart: boolean, limit: number): Promise<readonly StoredEvent[]> => {
  let found: StoredEvent[] = []
  for await (const events of fromStart ? readRange(range) : readBackwards(range)) {
    const more = events.filter(wanted)
    found = fromStart ? [...found, ...more].slice(0, limit) : [...more, ...found].slice(-limit)
    if (found.length >= limit) break
  }
  return found
}

const printer = (options: EventsOptions, terminal: Terminal, items: readonly Item[]): ((entries: readonly Entry[]) => void) => {
  const { out, paint, width } = terminal
  const lines = { nameOf: namesFrom(items), paint, width }
  let before: Entry | undefined
  return (entries) => {
    for (const entry of entries) {
      if (options.json) out(JSON.stringify(entryJson(entry)))
      else {
        if (before === undefined) out(eventTitles(lines))
        const newDay = dayLine(before, entry, lines)
        out(...(newDay === undefined ? [] : [newDay]), ...eventLines(entry, lines))
      }
      before = entry
    }
  }
}

/** A SKU stands for its inventory item. */
const byItem = (options: EventsOptions, items: readonly Item[]): EventsOptions => {
  const item = items.find(({ row }) => row.sku === options.id)
  return item === undefined ? options : { ...options, id: item.key }
}

/** @throws Failure where nothing at all is recorded under the id that was asked for */
const checkId = async (log: EventLog, { id }: EventsOptions, options: EventsOptions, items: readonly Item[]): Promise<void> => {
  if (id === undefined || options.id === undefined || (await log.lastOf([`zyra.*.*.*.${encodeToken(options.id)}`])).length > 0) return
  const skus = items.map(({ row }) => row.sku)
  throw new Failure(`Nothing is recorded of "${id}".${didYouMean(id, skus) || ' --id takes a SKU, an inventory item, or the end of what OF shows.'}`)
}

const follow = async (
  { log }: Reading,
  codec: Codec,
  filter: string,
  from: number,
  wanted: Wanted,
  terminal: Terminal,
  print: (entries: readonly Entry[]) => void,
): Promise<void> => {
  for await (const { events } of log.follow({ filters: [filter], fromSequence: from, signal: terminal.interrupted })) {
    print(await openEntries(codec, events.filter(wanted)))
  }
}

/** `zyra events` */
export const runEvents = (given: EventsOptions, terminal: Terminal): Promise<ExitCode> => {
  const types = wantedTypes(given)
  const since = timeOption('since', given.since, terminal.now())
  const until = timeOption('until', given.until, terminal.now())
  return withReading(async (reading) => {
    const { log } = reading
    if (given.merchant !== INSTALLATION) await checkMerchant(log, given.merchant)
    const items = given.json && given.id === undefined ? [] : await itemsIfAny(reading)
    const options = byItem(given, items)
    const codec = options.personal ? await reading.whole() : reading.hidden
    const wanted = wantedBy(types, since, until)
    const [filter, last] = [filterOf(options, types), await log.lastSequence()]
    const from = Math.max(options.from ?? 1, since === undefined ? 1 : await sequenceBefore(log, since, last))
    const range = { log, filter, from, to: last, signal: terminal.interrupted }
    const print = printer(options, terminal, items)
    const limit = options.limit ?? (options.json && !options.follow ? Infinity : SHOWN)
    const found = await select(range, wanted, options.from !== undefined, limit)
    print(await openEntries(codec, found))
    if (options.follow) await follow(reading, codec, filter, Math.max(from, last + 1), wanted, terminal, print)
    else if (found.length === 0) {
      await checkId(log, given, options, items)
      if (!options.json) terminal.err(`No such event among the ${count(last, 'event')} of the log.`)
    }
    return EXIT.ok
  })
}
