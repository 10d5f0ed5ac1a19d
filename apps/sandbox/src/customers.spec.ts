import { manualTime } from '@zyra/vendor-faults'
import type { Channel, Line, Placed } from './channels.ts'
import { createCustomers } from './customers.ts'

const HOUR = 3_600_000

const open = (seed = 'demo', result: Placed = { placed: true, orderId: '1' }) => {
  const time = manualTime(new Date('2026-11-20T08:00:00Z'))
  const orders: { at: number; channel: Channel; lines: readonly Line[]; email: string | undefined }[] = []
  const customers = createCustomers({
    seed,
    scheduler: time.scheduler,
    placeOrder: (channel, lines, buyer) => {
      orders.push({ at: time.clock().getTime(), channel, lines, email: buyer?.email })
      return result
    },
    afterVisit: (random) => void random(),
  })
  return { time, customers, orders }
}

describe('the customers', () => {
  it('are the same for the same seed, and others for another', () => {
    const [one, same, other] = [open(), open(), open('another')]
    for (const { customers, time } of [one, same, other]) {
      customers.setRate(6)
      time.advance(HOUR)
    }
    expect(one.orders.length).toBeGreaterThan(200)
    expect(same.orders).toEqual(one.orders)
    expect(other.orders.map(({ lines }) => lines)).not.toEqual(one.orders.map(({ lines }) => lines))
  })

  it('go on after a restart as if there had been none', () => {
    const [whole, first, second] = [open(), open(), open()]
    whole.customers.setRate(60)
    whole.time.advance(HOUR)
    first.customers.setRate(60)
    first.time.advance(HOUR / 4)
    second.customers.resume(first.customers.visits())
    second.customers.setRate(60)
    second.time.advance(HOUR)
    const wishes = [...first.orders, ...second.orders].map(({ channel, lines, email }) => ({ channel, lines, email }))
    expect(wishes.slice(0, whole.orders.length)).toEqual(whole.orders.map(({ channel, lines, email }) => ({ channel, lines, email })))
  })

  it('come at the set rate, unevenly, and not at all at 0', () => {
    const { customers, time, orders } = open()
    time.advance(HOUR)
    expect(orders).toEqual([])
    customers.setRate(10)
    time.advance(10 * HOUR)
    expect(Math.abs(orders.length - 6000)).toBeLessThan(300)
    const gaps = orders.slice(1).map(({ at }, place) => at - (orders[place]?.at ?? 0))
    // Of a Poisson process with a mean gap of 6 s, 1 - 1/e of the gaps are shorter than that.
    expect(gaps.filter((gap) => gap < 6000).length / gaps.length).toBeCloseTo(1 - 1 / Math.E, 1)
    customers.setRate(0)
    const before = orders.length
    time.advance(10 * HOUR)
    expect([orders.length, time.waiting()]).toEqual([before, 0])
  })

  it('buy on both channels, mostly one piece, sometimes more, now and then two things', () => {
    const { customers, time, orders } = open()
    customers.setRate(100)
    time.advance(HOUR)
    const share = (test: (order: (typeof orders)[number]) => boolean) => orders.filter(test).length / orders.length
    expect(share(({ channel }) => channel === 'shopify')).toBeCloseTo(0.6, 1)
    expect(share(({ lines }) => lines[0]?.quantity === 1)).toBeCloseTo(0.85, 1)
    expect(share(({ lines }) => lines.length === 2)).toBeCloseTo(0.15, 1)
    expect(new Set(orders.flatMap(({ lines }) => lines.map(({ sku }) => sku))).size).toBeGreaterThan(50)
    expect(new Set(orders.map(({ email }) => email)).size).toBeGreaterThan(100)
    expect(orders.filter(({ email }) => email?.endsWith('@example.com') !== true)).toEqual([])
    expect(orders.filter(({ lines }) => lines.length === 2 && lines[0]?.sku === lines[1]?.sku)).toEqual([])
  })

  it('go away when it is sold out, and others keep coming', () => {
    const { customers, time } = open('demo', { placed: false, reason: 'sold-out', sku: 'MUG-BLUE' })
    customers.setRate(60)
    time.advance(HOUR)
    const { bought, turnedAway, visits, newest } = customers.status()
    expect([bought, turnedAway]).toEqual([0, visits])
    expect(visits).toBeGreaterThan(3000)
    expect(newest).toHaveLength(50)
  })

  it('refuse a rate that is none', () => {
    const { customers } = open()
    expect(() => customers.setRate(-1)).toThrow('must be 0 or more orders per minute, but is -1')
    expect(() => customers.setRate(Number.NaN)).toThrow(RangeError)
  })
})
