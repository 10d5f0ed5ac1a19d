import { at, batches, named, recorded, sold, stock } from '../test/stock.ts'
import { startSpecServer } from '../test/server.ts'
import type { SpecServer } from '../test/server.ts'
import { openPostgres } from './database.ts'
import type { Postgres } from './database.ts'
import { PositionLost, ProjectionFailed, VersionMismatch } from './errors.ts'
import { ORIGIN } from './position.ts'
import { projectionStates, projector } from './projector.ts'
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

const started = async (name: string, version = 1, on = db) => {
  const projecting = projector(on, stock(name, version))
  await projecting.position()
  return projecting
}

const state = async (name: string) => (await projectionStates(db)).find((projection) => projection.name === name)

describe('a projector', () => {
  it('begins before the first event and moves its checkpoint even where nothing concerned it', async () => {
    const projecting = projector(db, stock('shop_begin'))
    expect(await projecting.position()).toEqual(ORIGIN)
    expect(await projecting.apply([], at(40))).toEqual({ events: 0, versions: 0, position: at(40) })
    expect(await projecting.apply([recorded(41, 'mug', { type: 'shop.Ignored', data: {} })], at(44))).toMatchObject({ versions: 0 })
    expect(await projecting.position()).toEqual(at(44))
    expect(await rows(db, stock('shop_begin')).get('demo', 'mug')).toEqual({ found: undefined, currentTo: at(44) })
  })

  it('writes rows and checkpoint together, over several batches', async () => {
    const projecting = await started('shop_together')
    await projecting.apply([named(1, 'mug', 'BLUE'), sold(2, 'mug', 1), named(3, 'cup', 'RED')], at(3))
    expect(await projecting.apply([sold(4, 'mug', 2)], at(9))).toEqual({ events: 1, versions: 1, position: at(9) })
    expect(await rows(db, stock('shop_together')).get('demo', 'mug')).toEqual({
      found: { key: 'mug', row: { sku: 'BLUE', sold: 3 }, from: at(4), to: undefined },
      currentTo: at(9),
    })
  })

  it('leaves rows and checkpoint as they were when a handler throws, says where, and goes on once the handler can', async () => {
    const projecting = await started('shop_broken')
    await projecting.apply([named(1, 'mug', 'BLUE')], at(1))
    const bad = recorded(3, 'mug', { type: 'shop.Broken', data: {} })
    const batch = [sold(2, 'mug', 1), bad]
    const failure = await projecting.apply(batch, at(3)).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ProjectionFailed)
    expect(failure).toMatchObject({ position: at(3), eventId: bad.meta.id, eventType: 'shop.Broken' })
    await projecting.markStopped('cannot read this')
    expect(await state('shop_broken')).toMatchObject({ position: at(1), stoppedBecause: 'cannot read this', updatedAt: expect.any(Date) })
    expect((await rows(db, stock('shop_broken')).get('demo', 'mug')).found?.row).toEqual({ sku: 'BLUE', sold: 0 })

    const mended = projector(db, { ...stock('shop_broken'), on: { ...stock('shop_broken').on, 'shop.Broken': (row) => row } })
    await mended.position()
    expect(await mended.apply(batch, at(3))).toMatchObject({ events: 2, versions: 1 })
    expect(await state('shop_broken')).toMatchObject({ position: at(3), stoppedBecause: undefined })
  })

  it('skips what was applied before', async () => {
    const projecting = await started('shop_again')
    const batch = [named(1, 'mug', 'BLUE'), sold(2, 'mug', 1)]
    await projecting.apply(batch, at(2))
    expect(await projecting.apply(batch, at(2))).toEqual({ events: 0, versions: 0, position: at(2) })
    expect(await projecting.apply([...batch, sold(3, 'mug', 1)], at(3))).toMatchObject({ events: 1 })
    expect((await rows(db, stock('shop_again')).get('demo', 'mug')).found?.row.sold).toBe(2)
  })

  it('orders by epoch before sequence', async () => {
    const projecting = await started('shop_epochs')
    await projecting.apply([named(90, 'mug', 'BLUE')], at(90))
    await projecting.apply([recorded(5, 'mug', { type: 'shop.Sold', data: { count: 7 } }, 'demo', 2)], at(5, 2))
    expect(await rows(db, stock('shop_epochs')).get('demo', 'mug')).toMatchObject({ found: { row: { sold: 7 } }, currentTo: at(5, 2) })
    expect((await rows(db, stock('shop_epochs')).get('demo', 'mug', { asOf: at(1_000) })).found?.row.sold).toBe(0)
  })

  it('refuses a batch that leaves a gap after rows that moved back', async () => {
    const projecting = await started('shop_gap')
    await projecting.apply([named(1, 'mug', 'BLUE')], at(1))
    await projecting.apply([sold(2, 'mug', 1)], at(2))
    await db.query('update zyra.projection_checkpoint set sequence = 1 where name = $1', ['shop_gap'])
    await expect(projecting.apply([sold(3, 'mug', 1)], at(3))).rejects.toThrow(PositionLost)
    expect(await projecting.position()).toEqual(at(1))
    await expect(projector(db, stock('shop_gap')).apply([], at(5))).rejects.toThrow(/Ask for the position/)
  })

  it('refuses a batch out of order', async () => {
    const projecting = await started('shop_order')
    await expect(projecting.apply([sold(2, 'mug', 1), sold(1, 'mug', 1)], at(2))).rejects.toThrow(/order of the log/)
    await expect(projecting.apply([sold(2, 'mug', 1), sold(2, 'mug', 1)], at(2))).rejects.toThrow(/order of the log/)
    await expect(projecting.apply([sold(2, 'mug', 1)], at(1))).rejects.toThrow(/order of the log/)
    expect(await projecting.position()).toEqual(ORIGIN)
  })

  it('refuses rows of another version of the projection', async () => {
    await (await started('shop_version')).apply([named(1, 'mug', 'BLUE')], at(1))
    const newer = await started('shop_version', 2)
    expect(await newer.needsRebuild()).toBe(true)
    await expect(newer.apply([sold(2, 'mug', 1)], at(2))).rejects.toThrow(VersionMismatch)
    expect(await (await started('shop_version')).needsRebuild()).toBe(false)
  })

  it('applies each event once when two run the same projection at once', async () => {
    const log = Array.from({ length: 300 }, (_, index) =>
      index < 3 ? named(index + 1, `k${index}`, 'S') : sold(index + 1, `k${index % 3}`, 1))
    const other = await openPostgres({ url: server.url })
    const run = async (on: Postgres, size: number) => {
      const projecting = await started('shop_two', 1, on)
      const applied: number[] = []
      for await (const { events, upTo } of batches(log, size)) applied.push((await projecting.apply(events, upTo)).events)
      return applied.reduce((sum, events) => sum + events, 0)
    }
    const shares = await Promise.all([run(db, 7), run(other, 10)])
    await other.close()
    expect(shares[0] + shares[1]).toBe(300)
    const { found } = await rows(db, stock('shop_two')).find('demo', {})
    expect(found.map(({ row }) => row.sold)).toEqual([99, 99, 99])
    const { found: history } = await rows(db, stock('shop_two')).history('demo', 'k0')
    expect(history).toHaveLength(100)
  })

  it('makes its tables once when many start at once', async () => {
    const positions = await Promise.all(Array.from({ length: 8 }, () => projector(db, stock('shop_many')).position()))
    expect(positions).toEqual(Array(8).fill(ORIGIN))
  })

  const unfit = ['stock', 'Shop_stock', 'shop_stock__history', 'projection_checkpoint', `shop_${'x'.repeat(60)}`]
  it.each(unfit)('refuses the name %s', (name) => {
    expect(() => rows(db, stock(name))).toThrow(/cannot be used in Postgres/)
  })
})
