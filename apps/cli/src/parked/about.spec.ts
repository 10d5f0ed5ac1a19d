import { allServices } from '@zyra/all'
import type { Item } from '../log/names.ts'
import { holdsRuns, isOfReconcile, oversellable, standsStill } from './about.ts'
import type { Lot } from './lots.ts'

const lot: Lot = {
  id: 'set-etsy-quantity~inventory~stock~47',
  merchant: 'demo',
  service: 'inventory',
  handler: 'set-etsy-quantity',
  kind: 'reactor',
  subject: 'zyra.demo.inventory.stock.47',
  waiting: [12],
  error: 'no sense',
  tries: 5,
  redrives: 0,
  since: '2026-11-20T08:00:00.000Z',
}

const item = (key: string, decided: number | null, etsy: number | null): Item => ({
  merchant: 'demo',
  key,
  row: { sku: `SKU-${key}`, title: '', available: 4, buffer: 2, listingId: '9', decided, etsy, problem: null },
  from: { epoch: 1, sequence: 12 },
  to: undefined,
})

describe('what a parked lot endangers', () => {
  it('is an item that Etsy sells more of than was decided, while it waits', () => {
    expect(oversellable([item('47', 4, 9)], [lot])).toHaveLength(1)
    expect(oversellable([item('47', 9, 4), item('47', 4, 4), item('47', 4, null), item('47', null, 4), item('48', 4, 9)], [lot])).toEqual([])
  })

  it('is the reading of both channels, where one of its handlers waits', () => {
    expect(isOfReconcile({ ...lot, handler: 'read-channels' })).toBe(true)
    expect(isOfReconcile({ ...lot, handler: 'observe-channels' })).toBe(true)
    expect(isOfReconcile(lot)).toBe(false)
  })
})

describe('a lot of a reactor that sets a value', () => {
  it('keeps newer values from being set, too', () => {
    expect(standsStill(lot)).toBe(true)
    expect(standsStill({ kind: 'reactor', handler: 'adjust-shopify-stock' })).toBe(false)
    expect(standsStill({ kind: 'policy', handler: 'set-etsy-quantity' })).toBe(false)
  })
})

describe('the handlers of a reconcile', () => {
  it('are handlers that there are', () => {
    const { policies = [], reactors = [] } = allServices.inventory
    const names = [...policies, ...reactors].map(({ name }) => ({ handler: name }))
    expect(names.filter(isOfReconcile)).toHaveLength(7)
    expect(names.filter(holdsRuns)).toHaveLength(4)
  })
})
