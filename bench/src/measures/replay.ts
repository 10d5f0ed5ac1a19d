import { stockRows } from '@zyra/all'
import { openPostgres, rebuild, type Postgres, type Source } from '@zyra/postgres'
import { foldInMemory, openReader } from '../fold.ts'
import type { Figure } from '../figure.ts'
import { rawClient, rawConsumeRate } from '../floors/raw-client.ts'
import { inRounds, type LargeInstallation, type Measure, type Tools } from '../measure.ts'
import { watchCores } from '../process-facts.ts'

const STOCK = 'zyra.*.inventory.stock.*'

async function* upTo(source: Source, count: number): Source {
  let seen = 0
  for await (const batch of source) {
    yield batch
    seen += batch.events.length
    if (seen >= count) return
  }
}

const INSERT = 'insert into bench_floor (merchant, key, sequence, row) select * from unnest($1::text[], $2::text[], $3::bigint[], $4::jsonb[])'
const ROWS_AT_ONCE = 1_000

/** Rows per second that are inserted into a table with a primary key, so many at once, without a look at what stands there. */
const plainInsertRate = async (db: Postgres, count: number): Promise<number> => {
  await db.query('drop table if exists bench_floor')
  await db.query('create table bench_floor (merchant text, key text, sequence bigint, row jsonb, primary key (merchant, key, sequence))')
  const row = JSON.stringify({ sku: 'MUG-BLUE', title: 'Stoneware mug', available: 4, buffer: 2, listingId: '1', decided: 4, etsy: 4, problem: null })
  const from = performance.now()
  for (let start = 0; start < count; start += ROWS_AT_ONCE) {
    const numbers = Array.from({ length: ROWS_AT_ONCE }, (_, index) => start + index)
    await db.query(INSERT, [numbers.map(() => 'demo'), numbers.map((one) => `item-${one % 100_000}`), numbers, numbers.map(() => row)])
  }
  return count / ((performance.now() - from) / 1_000)
}

const inMemory = async (tools: Tools, large: LargeInstallation): Promise<Figure> => {
  const [reader, raw] = [await openReader(await large.open('inventory'), large.dir), await rawClient(large.nats)]
  const floor: number[] = []
  let note = ''
  try {
    const values = await inRounds(tools, 'replay folded in memory', async () => {
      floor.push(await rawConsumeRate(raw, STOCK, large.events))
      const [watched, from] = [watchCores({ reader: process.pid, NATS: large.nats.pid }), performance.now()]
      const count = await foldInMemory(reader.source(new AbortController().signal))
      note = watched(count)
      return count / ((performance.now() - from) / 1_000)
    })
    return {
      name: 'replay-memory', title: 'replay folded in memory', unit: '/s', values, target: 200_000,
      floor: { what: 'a bare consumer that looks at nothing', values: floor }, note,
    }
  } finally {
    await Promise.all([reader.close(), raw.close()])
  }
}

const intoPostgres = async (tools: Tools, large: LargeInstallation): Promise<Figure> => {
  const [reader, db] = [await openReader(await large.open('inventory'), large.dir), await openPostgres({ url: large.postgres.url })]
  const count = Math.min(large.events, tools.pick(400_000, 50_000))
  const floor: number[] = []
  let note = ''
  try {
    const values = await inRounds(tools, 'replay into Postgres', async () => {
      floor.push(await plainInsertRate(db, count / 4))
      const [watched, from, stopped] = [watchCores({ reader: process.pid, NATS: large.nats.pid }), performance.now(), new AbortController()]
      const { events } = await rebuild(db, stockRows, upTo(reader.source(stopped.signal), count))
      stopped.abort()
      note = `${watched(events)}; the rest is Postgres`
      return events / ((performance.now() - from) / 1_000)
    })
    return {
      name: 'replay-postgres', title: 'replay folded into Postgres', unit: '/s', values, target: 50_000,
      floor: { what: 'plain inserts of 1,000 rows at once', values: floor }, note,
    }
  } finally {
    await reader.close()
    await db.query('drop table if exists bench_floor')
    await db.close()
  }
}

const measure = async (tools: Tools): Promise<readonly Figure[]> => {
  const large = await tools.large()
  return [await inMemory(tools, large), await intoPostgres(tools, large)]
}

/** How fast history is read and folded. */
export const replay: Measure = { name: 'replay', title: 'replay', run: measure }
