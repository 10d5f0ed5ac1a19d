import fc from 'fast-check'
import type { Recorded, Row } from '@zyra/es'
import { applyToRow } from '@zyra/es'
import type { StockEvent, StockRow } from '../test/stock.ts'
import { at, named, recorded, sold, stock } from '../test/stock.ts'
import { startSpecServer } from '../test/server.ts'
import type { SpecServer } from '../test/server.ts'
import { openPostgres } from './database.ts'
import type { Postgres } from './database.ts'
import { ORIGIN } from './position.ts'
import { projector } from './projector.ts'
import { rows } from './rows.ts'

let server: SpecServer
let db: Postgres

beforeAll(async () => {
  server = await startSpecServer()
  db = await openPostgres({ url: server.url })
}, 60_000)

afterAll(async () => {
  await db.close()
  await server.stop()
}, 60_000)

const filled = async (name: string, log: readonly Recorded[], sizes: readonly number[] = [log.length], on = db) => {
  const projection = stock(name)
  const projecting = projector(on, projection)
  await projecting.position()
  let start = 0
  for (let turn = 0; start < log.length; turn += 1) {
    const events = log.slice(start, start + (sizes[turn % sizes.length] ?? 1))
    start += events.length
    await projecting.apply(events, at(events.at(-1)?.meta.sequence ?? 0))
  }
  return rows(db, projection)
}

const event: fc.Arbitrary<StockEvent> = fc.oneof(
  fc.record({ type: fc.constant('shop.Named' as const), data: fc.record({ sku: fc.constantFrom('A', 'B', '\u00e4\u0000\ud800"\\') }) }),
  fc.record({ type: fc.constant('shop.Sold' as const), data: fc.record({ count: fc.nat(2) }) }),
  fc.constant({ type: 'shop.Discontinued' as const, data: {} }),
  fc.constant({ type: 'shop.Ignored' as const, data: {} }),
)
const step = fc.record({
  gap: fc.integer({ min: 1, max: 3 }),
  key: fc.constantFrom('a', 'b', 'c'),
  merchant: fc.constantFrom('demo', 'other'),
  event,
})
const someSteps = fc.array(step, { minLength: 1, maxLength: 40 })
const batchSizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })

const cleaned = (row: Row | undefined): Row | undefined =>
  row && { ...row, sku: String(row['sku']).replaceAll('\u0000', '\uFFFD').toWellFormed() }

describe('rows as of a position', () => {
  it('are, for every position and however the log was cut into batches, what a fold of the log up to there gives', async () => {
    let run = 0
    await fc.assert(
      fc.asyncProperty(someSteps, batchSizes, async (steps, sizes) => {
        let sequence = 0
        const log = steps.map(({ gap, key, merchant, event: happened }) => recorded((sequence += gap), key, happened, merchant))
        const name = `shop_asof${(run += 1)}`
        const reading = await filled(name, log, sizes)
        for (const merchant of ['demo', 'other']) {
          for (let position = 0; position <= sequence + 1; position += 1) {
            const expected = ['a', 'b', 'c'].flatMap((key) => {
              const mine = log.filter(({ meta }) => meta.merchant === merchant && meta.aggregateId === key && meta.sequence <= position)
              const row = mine.reduce<Row | undefined>((before, happened) => cleaned(applyToRow(stock(name), before, happened)), undefined)
              return row === undefined ? [] : [{ key, row }]
            })
            const { found } = await reading.find(merchant, {}, { asOf: at(position) })
            expect(found.map(({ key, row }) => ({ key, row }))).toEqual(expected)
          }
        }
      }),
      { numRuns: 25, seed: 20_261_120 },
    )
    expect(run).toBeGreaterThanOrEqual(25)
  }, 120_000)

  it('say from and until when they were so', async () => {
    const ended = recorded(8, 'mug', { type: 'shop.Discontinued', data: {} })
    const reading = await filled('shop_until', [named(2, 'mug', 'BLUE'), sold(5, 'mug', 1), ended])
    const blue = { key: 'mug', row: { sku: 'BLUE', sold: 0 }, from: at(2), to: at(5) }
    const once = { key: 'mug', row: { sku: 'BLUE', sold: 1 }, from: at(5), to: at(8) }
    expect(await reading.get('demo', 'mug', { asOf: at(1) })).toEqual({ found: undefined, currentTo: at(8) })
    expect((await reading.get('demo', 'mug', { asOf: at(4) })).found).toEqual(blue)
    expect((await reading.get('demo', 'mug', { asOf: at(7) })).found).toEqual(once)
    expect((await reading.get('demo', 'mug')).found).toBeUndefined()
    expect(await reading.history('demo', 'mug')).toEqual({ found: [blue, once], currentTo: at(8) })
    expect((await reading.history('demo', 'mug', { after: at(2), limit: 1 })).found).toEqual([once])
  })
})

describe('finding rows', () => {
  const keys = Array.from({ length: 25 }, (_, index) => `k${String(index).padStart(2, '0')}`)

  it('by the value of an indexed field, in pages', async () => {
    const reading = await filled('shop_pages', keys.map((key, index) => named(index + 1, key, index % 2 === 0 ? 'EVEN' : 'ODD')))
    const first = await reading.find('demo', { sku: 'EVEN' }, { limit: 10 })
    const rest = await reading.find('demo', { sku: 'EVEN' }, { limit: 10, after: first.found.at(-1)?.key ?? '' })
    expect([...first.found, ...rest.found].map(({ key }) => key)).toEqual(keys.filter((_, index) => index % 2 === 0))
    expect((await reading.find('demo', { sku: 'even' })).found).toEqual([])
    expect((await reading.find('other', { sku: 'EVEN' })).found).toEqual([])
    expect((await reading.find('demo', { sku: 'ODD' }, { asOf: at(4) })).found.map(({ key }) => key)).toEqual(['k01', 'k03'])
  })

  it('follows the index, and the field may hold any text', async () => {
    const long = 'x'.repeat(20_000)
    const log = keys.map((key, index) => named(index + 1, key, 'S'))
    const reading = await filled('shop_index', [...log, named(100, 'long', long), named(101, 'q', '\'"; --')])
    expect((await reading.find('demo', { sku: long })).found.map(({ key }) => key)).toEqual(['long'])
    expect((await reading.find('demo', { sku: '\'"; --' })).found.map(({ key }) => key)).toEqual(['q'])
    const hash = 'jsonb_hash_extended(\'"S"\', 0)'
    const sql = `explain select * from zyra.shop_index where merchant = 'demo' and by_sku = ${hash} order by key limit 3`
    const plan = await db.transaction(async (query) => {
      await query('set local enable_seqscan to off')
      return query<Record<'QUERY PLAN', string>>(sql)
    })
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toMatch(/Index Scan using shop_index__by__sku/)
  })

  it('touches no index for fields that stay as they are', async () => {
    const many = Array.from({ length: 300 }, (_, index) => `k${index}`)
    const log = [...many.map((key, index) => named(index + 1, key, 'S')), ...many.map((key, index) => sold(index + 301, key, 1))]
    const single = await openPostgres({ url: server.url, poolSize: 1 })
    await filled('shop_hot', log, [300], single)
    await single.query('select pg_stat_force_next_flush()')
    const sql = 'select n_tup_upd::int as updates, n_tup_hot_upd::int as hot from pg_stat_user_tables where relname = \'shop_hot\''
    expect(await single.query(sql)).toEqual([{ updates: 300, hot: 300 }])
    await single.close()
  })

  it('refuses fields without an index and pages beyond all measure', async () => {
    const reading = rows<StockEvent, StockRow>(db, stock('shop_refuse'))
    await expect(reading.find('demo', { sold: 1 })).rejects.toThrow('no index on "sold"')
    await expect(reading.find('demo', {}, { limit: 1_001 })).rejects.toThrow('from 1 to 1000')
  })

  it('answers nothing, current to the origin, before the projection ever ran', async () => {
    const reading = rows(db, stock('shop_never'))
    expect(await reading.get('demo', 'mug')).toEqual({ found: undefined, currentTo: ORIGIN })
    expect(await reading.find('demo', { sku: 'A' }, { asOf: at(3) })).toEqual({ found: [], currentTo: ORIGIN })
  })
})
