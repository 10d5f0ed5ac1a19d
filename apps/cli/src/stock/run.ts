import { addressOf } from '@zyra/jetstream'
import type { Position } from '@zyra/postgres'
import { EXIT, Failure, wrongUsage, type ExitCode } from '../base/failure.ts'
import { withReading, type Reading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import { checkMerchant, itemsOf, merchantsIn } from '../log/names.ts'
import { sequenceAsOf } from '../log/ranges.ts'
import { lotsOfItem } from '../parked/about.ts'
import { readLots } from '../parked/read.ts'
import { readTime, TIMES } from '../text/time.ts'
import { didYouMean, thousands } from '../text/words.ts'
import { lastDecisionOf } from '../why/find.ts'
import { showChain } from '../why/run.ts'
import { changeBuffer } from './buffer.ts'
import { checkStock, type StockOptions } from './options.ts'
import { itemJson, itemLines, leftOut, stockSummary, stockTable, type ShownItem } from './view.ts'

const positionAt = async ({ log }: Reading, text: string, terminal: Terminal): Promise<Position> => {
  const last = await log.lastSequence()
  const sequence = /^#?\d+$/.test(text) ? Number(text.replace('#', '')) : undefined
  if (sequence !== undefined) {
    if (sequence >= 1 && sequence <= last) return { epoch: log.epoch, sequence }
    throw new Failure(`--as-of: the log goes from #1 to #${thousands(last)}, found "${text}".`, EXIT.usage)
  }
  const time = readTime(text, terminal.now())
  if (time === undefined) throw wrongUsage(`--as-of: expected a sequence, or ${TIMES}, found "${text}".`)
  return { epoch: log.epoch, sequence: await sequenceAsOf(log, time, last, terminal.interrupted) }
}

const chooseMerchants = async ({ log }: Reading, wanted: string | undefined): Promise<readonly string[]> => {
  await checkMerchant(log, wanted)
  return wanted === undefined ? merchantsIn(log) : [wanted]
}

const itemsNamed = (items: readonly ShownItem[], sku: string): readonly ShownItem[] => {
  const found = items.filter(({ row, key }) => row.sku === sku || key === sku)
  const folded = found.length > 0 ? found : items.filter(({ row }) => row.sku.toLowerCase() === sku.toLowerCase())
  if (folded.length > 0) return folded
  throw new Failure(
    `No item has the SKU "${sku}".${
      didYouMean(
        sku,
        items.map(({ row }) => row.sku),
      ) || ' "npx zyra stock" lists them all.'
    }`,
  )
}

const only = (found: readonly ShownItem[]): ShownItem => {
  const [item, ...others] = found
  if (item !== undefined && others.length === 0) return item
  throw new Failure(
    `${found.length} inventory items have this SKU; name one by its id: ${found.map(({ key }) => key).join(', ')}.`,
    EXIT.usage,
  )
}

const explain = async (reading: Reading, item: ShownItem, { json, all }: StockOptions, terminal: Terminal): Promise<void> => {
  if (!json) terminal.out(...itemLines(item, terminal.paint), '')
  const stored = await lastDecisionOf(reading.log, item)
  if (stored === undefined) throw new Failure(`Nothing is recorded of inventory item ${item.key} yet.`)
  if (!json && stored.envelope.type !== 'inventory.EtsyQuantityDecided')
    terminal.out(
      `Nothing was decided about it yet; this is the last thing that was seen of it (${addressOf(stored.subject).aggregate}):`,
      '',
    )
  await showChain(reading, stored, { json, all, personal: false }, terminal)
}

const showOne = async (reading: Reading, found: readonly ShownItem[], options: StockOptions, terminal: Terminal): Promise<void> => {
  if (options.buffer !== undefined) return changeBuffer(reading, only(found), options.buffer, options.json, terminal)
  if (options.why) return explain(reading, only(found), options, terminal)
  if (options.json) return found.forEach((item) => terminal.out(JSON.stringify(itemJson(item))))
  terminal.out(...found.flatMap((item, index) => [...(index === 0 ? [] : ['']), ...itemLines(item, terminal.paint)]))
}

/** `zyra stock` */
export const runStock = (sku: string | undefined, options: StockOptions, terminal: Terminal): Promise<ExitCode> => {
  checkStock(sku, options)
  return withReading(async (reading) => {
    const merchants = await chooseMerchants(reading, options.merchant)
    const asOf = options.asOf === undefined ? undefined : await positionAt(reading, options.asOf, terminal)
    const { items: found, currentTo } = await itemsOf(await reading.database(), merchants, asOf)
    // What waits now says nothing about what was.
    const lots = asOf === undefined ? await readLots(reading) : []
    const items = found.map((item): ShownItem => ({ ...item, parked: lotsOfItem(lots, item) }))
    if (asOf !== undefined && !options.json) terminal.out(terminal.paint('dim', `As it was after #${thousands(asOf.sequence)}:`))
    if (sku !== undefined) await showOne(reading, itemsNamed(items, sku), options, terminal)
    else if (options.json) items.forEach((item) => terminal.out(JSON.stringify(itemJson(item))))
    else if (items.length === 0) terminal.out('No item is known yet: the first reconcile reads them ("npx zyra reconcile").')
    else
      terminal.out(
        ...stockTable(items, terminal),
        '',
        ...leftOut(items).map((line) => terminal.paint('dim', line)),
        terminal.paint('dim', `${stockSummary(items)} Rows stand at #${thousands(asOf?.sequence ?? currentTo?.sequence ?? 0)}.`),
      )
    return EXIT.ok
  })
}
