import type { z } from 'zod'
import { EXIT, type ExitCode } from '../base/failure.ts'
import { withReading, type Reading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import { entryJson, known, type Entry } from '../log/entry.ts'
import { itemsIfAny, namesFrom } from '../log/names.ts'
import { gist, type NameOf } from '../text/gist.ts'
import { table, type Column } from '../text/table.ts'
import { duration } from '../text/time.ts'
import { count } from '../text/words.ts'
import { askGateway, type Accepted } from './gateway.ts'
import type { reconcileOptions } from './options.ts'
import { untilChain } from './outcome.ts'

const READ_WITHIN_MS = 120_000
const ENDS: ReadonlySet<string> = new Set(['inventory.ReconcileFinished', 'inventory.ReconcileFailed', 'inventory.ChannelsReadFailed'])

type Answer = Accepted['answers'][number]

/** Reads what came of a run: it is over once the run has ended and each decision of it has its answer. */
const resultOf = (reading: Reading, { merchant, event }: Answer, after: number, terminal: Terminal): Promise<readonly Entry[]> => {
  const filters = ['stock', 'etsy-quantity', 'reconcile', 'channels'].map((aggregate) => `zyra.${merchant}.inventory.${aggregate}.*`)
  const isOver = (types: readonly string[]): boolean => {
    const amount = (...names: readonly string[]): number => types.filter((type) => names.includes(type)).length
    return (
      types.some((type) => ENDS.has(type)) &&
      amount('inventory.EtsyQuantityDecided') <= amount('inventory.EtsyQuantitySet', 'inventory.EtsyQuantityRefused')
    )
  }
  return untilChain(reading, { filters, after, correlationId: event, isOver, withinMs: READ_WITHIN_MS }, terminal)
}

interface Changed {
  readonly item: string
  readonly found: readonly Entry[]
}

const itemColumns = (nameOf: NameOf, merchant: string): readonly Column<Changed>[] => [
  { title: 'SKU', text: ({ item }) => nameOf(merchant, item), style: () => 'bold' },
  { title: 'WHAT', text: ({ found }) => found.map((entry) => gist(entry, nameOf)).join('; '), shrinksTo: 30 },
  { title: 'WHY', text: ({ found }) => `npx zyra why ${found.at(-1)?.stored.sequence ?? ''}`, style: () => 'dim' },
]

const tell = (merchant: string, entries: readonly Entry[], nameOf: NameOf, terminal: Terminal): ExitCode => {
  const { out, err, paint, width } = terminal
  const events = entries.flatMap((entry) => known(entry) ?? [])
  const failed = events.find(({ type }) => type === 'inventory.ReconcileFailed' || type === 'inventory.ChannelsReadFailed')
  const finished = events.find((event) => event.type === 'inventory.ReconcileFinished')
  if (failed !== undefined && 'reason' in failed.data) {
    err(`${merchant}: the channels could not be read: ${failed.data.reason}. It is tried again within a minute.`)
    return EXIT.problem
  }
  if (finished === undefined) {
    err(`${merchant}: a run is under way since before; "npx zyra events --aggregate reconcile --follow" tells when it ends.`)
    return EXIT.problem
  }
  const [first, last] = [events[0], events.at(-1)]
  const took = first === undefined || last === undefined ? 0 : Date.parse(last.meta.time) - Date.parse(first.meta.time)
  const changes = entries.filter(
    ({
      stored: {
        envelope: { type },
      },
    }) => /DriftFound|EtsyQuantitySet|EtsyQuantityRefused|ItemIdentified|EtsyListing/.test(type),
  )
  const items = [...Map.groupBy(changes, ({ event: { meta } }) => meta.aggregateId)].map(([item, found]) => ({ item, found }))
  const what = items.length === 0 ? 'nothing had to be set right' : `${items.length} set right`
  out(`${merchant}: ${count(finished.data.items, 'item')} on both channels, ${what}, in ${duration(took)}.`)
  if (items.length > 0) out('', ...table(items, itemColumns(nameOf, merchant), { paint, width }))
  return changes.some(({ stored }) => stored.envelope.type === 'inventory.EtsyQuantityRefused') ? EXIT.problem : EXIT.ok
}

/** `zyra reconcile` */
export const runReconcile = ({ merchant, json }: z.infer<typeof reconcileOptions>, terminal: Terminal): Promise<ExitCode> =>
  withReading(async (reading) => {
    const after = await reading.log.lastSequence()
    const { answers } = await askGateway(reading.installation, 'reconcile', merchant === undefined ? {} : { merchant })
    let code: ExitCode = EXIT.ok
    for (const answer of answers) {
      terminal.progress(`Reading both channels of ${answer.merchant} ...`)
      const entries = await resultOf(reading, answer, after, terminal)
      if (json) terminal.out(JSON.stringify({ ...answer, events: entries.map(entryJson) }))
      else code = tell(answer.merchant, entries, namesFrom(await itemsIfAny(reading)), terminal) === EXIT.ok ? code : EXIT.problem
    }
    return code
  })
