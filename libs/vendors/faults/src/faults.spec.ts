import { createFaults } from './faults.ts'
import type { FaultTarget } from './plan.ts'
import { seededRandom } from './random.ts'
import { manualTime } from './time.ts'

const target = (over: Partial<FaultTarget> = {}): FaultTarget =>
  ({ path: '/v3/listings/1/inventory', operation: 'updateListingInventory', method: 'PUT', ...over })
const { clock } = manualTime(new Date('2026-11-20T00:00:00Z'))

const pattern = (faults: ReturnType<typeof createFaults>, n = 200): string =>
  Array.from({ length: n }, () => (faults.strike('rate-limit', target()) ? 'x' : '.')).join('')

describe('seededRandom', () => {
  it('repeats itself for the same seed and differs for another', () => {
    const take = (seed: string) => Array.from({ length: 5 }, seededRandom(seed))
    expect(take('a')).toEqual(take('a'))
    expect(take('a')).not.toEqual(take('b'))
  })

  it('is spread evenly over [0, 1)', () => {
    const random = seededRandom('even')
    const buckets = Array.from({ length: 10 }, () => 0)
    for (let i = 0; i < 10_000; i += 1) {
      const place = Math.floor(random() * 10)
      buckets[place] = (buckets[place] ?? 0) + 1
    }
    expect(Math.min(...buckets)).toBeGreaterThan(850)
    expect(Math.max(...buckets)).toBeLessThan(1150)
  })
})

describe('createFaults', () => {
  it('strikes in the same places when the same plan is run again', () => {
    const plan = { seed: 's', faults: [{ kind: 'rate-limit' as const, probability: 0.3 }] }
    const first = pattern(createFaults({ plan, clock }))
    const again = createFaults({ clock })
    again.set(plan)
    expect(pattern(again)).toBe(first)
    expect(first).toMatch(/x/)
    expect(first).toMatch(/\./)
    expect(pattern(createFaults({ plan: { ...plan, seed: 't' }, clock }))).not.toBe(first)
  })

  it('keeps a fault where it was when another is added', () => {
    const plan = { faults: [{ kind: 'rate-limit' as const, probability: 0.3 }] }
    const alone = pattern(createFaults({ plan, clock }))
    const both = createFaults({ plan, clock })
    both.add({ kind: 'latency', ms: 5, probability: 0.5 })
    const mixed = Array.from({ length: 200 }, () => {
      both.strike('latency', target())
      return both.strike('rate-limit', target()) ? 'x' : '.'
    })
    expect(mixed.join('')).toBe(alone)
  })

  it('strikes only the next n requests that it is aimed at', () => {
    const plan = { faults: [{ kind: 'server-error' as const, nextRequests: 2, where: { operation: 'updateListing*' } }] }
    const faults = createFaults({ plan, clock })
    expect(faults.strike('server-error', target({ operation: 'getShopReceipts' }))).toBeUndefined()
    expect(faults.strike('server-error', target())?.fault.status).toBe(503)
    expect(faults.strike('server-error', target())).toBeDefined()
    expect(faults.strike('server-error', target())).toBeUndefined()
    expect(faults.counts()[0]).toMatchObject({ considered: 2, struck: 2 })
  })

  it.each([
    [{ path: '/v3/*/inventory' }, true],
    [{ path: '/v3/listings' }, false],
    [{ path: '/v3/listings/1.inventory' }, false],
    [{ method: 'put' }, true],
    [{ method: 'GET' }, false],
    [{ path: '*', operation: 'getShop*' }, false],
  ])('aims by %j: %s', (where, hit) => {
    const faults = createFaults({ plan: { faults: [{ kind: 'rate-limit', where }] }, clock })
    expect(faults.strike('rate-limit', target()) !== undefined).toBe(hit)
  })

  it('shifts its clock by the skew and back', () => {
    const faults = createFaults({ plan: { faults: [{ kind: 'clock-skew', ms: -90_000 }] }, clock })
    expect(faults.clock().toISOString()).toBe('2026-11-19T23:58:30.000Z')
    faults.clear()
    expect(faults.clock().toISOString()).toBe('2026-11-20T00:00:00.000Z')
  })

  it.each([
    [{ faults: [{ kind: 'rate-limit', probability: 2 }] }, /probability/],
    [{ faults: [{ kind: 'rate-limit', probabilty: 1 }] }, /probabilty/],
    [{ faults: [{ kind: 'gremlins' }] }, /kind/],
  ])('refuses the plan %j and names the field', (plan, message) => {
    expect(() => createFaults({ clock }).set(plan)).toThrow(message)
  })
})
