import type { Projection, Recorded } from '@zyra/es'
import type { StockEvent, StockRow } from '../test/stock.ts'
import { at, batches, named, sold, stock } from '../test/stock.ts'
import { startSpecServer } from '../test/server.ts'
import type { SpecServer } from '../test/server.ts'
import { compare } from './compare.ts'
import { openPostgres } from './database.ts'
import type { Postgres } from './database.ts'
import { PositionLost, VersionMismatch } from './errors.ts'
import type { Position } from './position.ts'
import { projectionStates, projector } from './projector.ts'
import { discardRebuilt, rebuild, switchTo } from './rebuild.ts'
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

const KEYS = 5
const logOf = (length: number): Recorded[] =>
  Array.from({ length }, (_, index) => (index < KEYS ? named(index + 1, `k${index}`, 'S') : sold(index + 1, `k${index % KEYS}`, 1)))

const projected = async (name: string, log: readonly Recorded[], version = 1) => {
  const projecting = projector(db, stock(name, version))
  await projecting.position()
  for await (const { events, upTo } of batches(log, 10)) await projecting.apply(events, upTo)
  return projecting
}

const after = (log: readonly Recorded[]) => ({ sequence }: Position) => batches(log.slice(sequence), 3)

describe('rebuilt rows', () => {
  it('are identical to the live ones, which stay until the switch', async () => {
    const log = logOf(40)
    await projected('shop_same', log)
    expect(await rebuild(db, stock('shop_same'), batches(log, 7))).toEqual({ position: at(40), events: 40, versions: 40 })
    expect(await compare(db, stock('shop_same'))).toEqual({ identical: true, upTo: at(40), compared: 40, different: 0, differences: [] })
    expect(await switchTo(db, stock('shop_same'))).toEqual(at(40))
    expect(await rows(db, stock('shop_same')).get('demo', 'k0')).toMatchObject({ found: { row: { sold: 7 } }, currentTo: at(40) })
    await expect(compare(db, stock('shop_same'))).rejects.toThrow(PositionLost)
  })

  it('are compared up to the position that both have reached', async () => {
    const log = logOf(40)
    await projected('shop_ahead', log)
    await rebuild(db, stock('shop_ahead'), batches(log.slice(0, 23), 7))
    expect(await compare(db, stock('shop_ahead'))).toMatchObject({ identical: true, upTo: at(23), compared: 23 })
  })

  it('differ by key, field and both values from live ones that somebody changed', async () => {
    const log = logOf(20)
    await projected('shop_planted', log)
    await rebuild(db, stock('shop_planted'), batches(log, 7))
    await db.query('update zyra.shop_planted set row = row || \'{"sold": 99}\' where key = \'k2\'')
    await db.query('delete from zyra.shop_planted__history where key = \'k3\' and from_sequence = 9')
    await db.query('update zyra.shop_planted__history set to_sequence = 11 where key = \'k4\' and from_sequence = 5')
    expect(await compare(db, stock('shop_planted'))).toEqual({
      identical: false,
      upTo: at(20),
      compared: 20,
      different: 3,
      differences: [
        { merchant: 'demo', key: 'k2', from: at(18), field: 'sold', live: 99, rebuilt: 3 },
        { merchant: 'demo', key: 'k3', from: at(9), field: '(row)', live: undefined, rebuilt: { sku: 'S', sold: 1 } },
        { merchant: 'demo', key: 'k4', from: at(5), field: '(to)', live: at(11), rebuilt: at(10) },
      ],
    })
  })

  it('take the place of live ones that go on meanwhile, and no reader sees a gap or a step back', async () => {
    const log = logOf(600)
    const live = await projected('shop_live', log.slice(0, 100))
    const reading = rows(db, stock('shop_live'))
    let done = false
    const seen: number[] = []
    const readers = async () => {
      while (!done) {
        const { found, currentTo } = await reading.find('demo', {})
        const sum = found.reduce((total, { row }) => total + row.sold, 0)
        expect(sum).toBe(currentTo.sequence - KEYS)
        seen.push(currentTo.sequence)
      }
    }
    const projecting = async () => {
      for await (const { events, upTo } of batches(log.slice(100), 5)) await live.apply(events, upTo)
    }
    const rebuilding = async () => {
      for (let turn = 0; turn < 3; turn += 1) {
        await rebuild(db, stock('shop_live'), batches(log.slice(0, 100 + turn), 20))
        await switchTo(db, stock('shop_live'), after(log))
      }
    }
    const reader = readers()
    await Promise.all([projecting(), rebuilding()]).finally(() => {
      done = true
    })
    await reader
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(await reading.find('demo', {})).toMatchObject({ currentTo: at(600) })
    await rebuild(db, stock('shop_live'), batches(log, 50))
    expect(await compare(db, stock('shop_live'))).toMatchObject({ identical: true, compared: 600 })
  }, 60_000)

  it('refuse to replace live rows that are ahead of them', async () => {
    const log = logOf(20)
    await projected('shop_behind', log)
    await rebuild(db, stock('shop_behind'), batches(log.slice(0, 10), 7))
    await expect(switchTo(db, stock('shop_behind'))).rejects.toThrow(/stand at epoch 1, sequence 10, live ones at epoch 1, sequence 20/)
    await expect(switchTo(db, stock('shop_behind'), after(log.slice(0, 15)))).rejects.toThrow(PositionLost)
    expect((await rows(db, stock('shop_behind')).get('demo', 'k0')).currentTo).toEqual(at(20))
    expect(await switchTo(db, stock('shop_behind'), after(log))).toEqual(at(20))
  })

  it('of a newer version end the older one\'s projector', async () => {
    const log = logOf(20)
    const older = await projected('shop_newer', log)
    const newer: Projection<StockEvent, StockRow> = { ...stock('shop_newer', 2), indexes: ['sold'] }
    const projecting = projector(db, newer)
    expect(await projecting.needsRebuild()).toBe(true)
    await rebuild(db, newer, batches(log, 7))
    await switchTo(db, newer)
    expect(await projecting.needsRebuild()).toBe(false)
    expect((await rows(db, newer).find('demo', { sold: 3 })).found).toHaveLength(KEYS)
    await expect(older.apply([sold(21, 'k0', 1)], at(21))).rejects.toThrow(VersionMismatch)
    expect((await projectionStates(db)).find(({ name }) => name === 'shop_newer')).toMatchObject({ version: 2, position: at(20) })
  })

  it('belong to the rebuild that began last', async () => {
    const log = logOf(20)
    await projected('shop_rivals', log)
    async function* interrupted() {
      yield* batches(log.slice(0, 10), 10)
      await rebuild(db, stock('shop_rivals'), batches(log.slice(0, 5), 5))
      yield* batches(log.slice(10), 10)
    }
    await expect(rebuild(db, stock('shop_rivals'), interrupted())).rejects.toThrow(PositionLost)
    await discardRebuilt(db, stock('shop_rivals'))
    await expect(switchTo(db, stock('shop_rivals'))).rejects.toThrow(/no rebuilt rows/)
  })
})
