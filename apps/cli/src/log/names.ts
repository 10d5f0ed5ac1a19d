import { stockRows, type StockRow } from '@zyra/all'
import { addressOf, type EventLog } from '@zyra/jetstream'
import { rows, type Position, type Postgres, type RowVersion } from '@zyra/postgres'
import { printable } from '@zyra/runtime/terminal-text'
import { Failure } from '../base/failure.ts'
import type { Reading } from '../base/reading.ts'
import type { NameOf } from '../text/gist.ts'

/** The merchants that the log knows, by name. */
export const merchantsIn = async (log: EventLog): Promise<readonly string[]> => {
  const registered = await log.lastOf(['zyra.*.orchestrator.merchant.*'])
  return [...new Set(registered.map(({ subject }) => addressOf(subject).merchant))].toSorted()
}

/** @throws Failure naming those that there are, where a merchant is meant that there is not */
export const checkMerchant = async (log: EventLog, meant: string | undefined): Promise<void> => {
  const known = meant === undefined ? [] : await merchantsIn(log)
  if (meant === undefined || known.includes(meant)) return
  throw new Failure(`There is no merchant "${meant}": ${known.length === 0 ? 'none is registered yet' : `there is ${known.join(', ')}`}.`)
}

const PAGE = 1_000

/** A row of stock and whose it is. */
export interface Item extends RowVersion<StockRow> {
  readonly merchant: string
}

/** All items of the merchants, with the position that their rows stand for. */
export const itemsOf = async (
  db: Postgres,
  merchants: readonly string[],
  asOf?: Position,
): Promise<{ readonly items: readonly Item[]; readonly currentTo: Position | undefined }> => {
  const items: Item[] = []
  let currentTo: Position | undefined
  for (const merchant of merchants) {
    for (let after: string | undefined = ''; after !== undefined;) {
      const page = await rows(db, stockRows).find(merchant, {}, { limit: PAGE, after, ...(asOf === undefined ? {} : { asOf }) })
      currentTo = page.currentTo
      items.push(...page.found.map((row) => ({ merchant, ...row })))
      after = page.found.length === PAGE ? page.found.at(-1)?.key : undefined
    }
  }
  return { items, currentTo }
}

/** SKUs by merchant and inventory item, to call things by their names; ids where the database does not answer. */
export const namesFrom = (items: readonly Item[]): NameOf => {
  const skus = new Map(items.map(({ merchant, key, row }) => [`${merchant}|${key}`, row.sku]))
  return (merchant, item) => {
    const sku = skus.get(`${merchant}|${item}`) ?? ''
    return printable(sku === '' ? item : sku)
  }
}

/** All items where the database answers, none elsewhere: names are a convenience. */
export const itemsIfAny = async ({ log, database }: Reading): Promise<readonly Item[]> => {
  try {
    return (await itemsOf(await database(), await merchantsIn(log))).items
  } catch {
    return []
  }
}
