import fc from 'fast-check'
import type { InventoryUpdate, ListingState, ListingWithInventory } from './model.ts'
import { inventoryWithListingSchema } from './model.ts'
import type { StockGoal, StockPlan } from './stock-plan.ts'
import { planQuantity, sellable, toUpdate } from './stock-plan.ts'

const now = new Date('2026-11-20T12:00:00Z')
const inAMonth = Math.floor(now.getTime() / 1000) + 30 * 86_400

type Variation = { sku: string; quantity: number; enabled?: boolean }

type Options = { state?: ListingState | 'edit'; varies?: boolean; endsAt?: number }

const sentColor = (index: number) =>
  ({ property_id: 200, property_name: 'Primary color', scale_id: null, value_ids: [index + 1], values: [`Color ${index}`] })
const color = (index: number) => ({ ...sentColor(index), scale_name: null })

const view = (variations: readonly Variation[], options: Options = {}): ListingWithInventory =>
  inventoryWithListingSchema.parse({
    products: variations.map(({ sku, quantity, enabled = true }, index) => ({
      product_id: index + 1, sku, is_deleted: false,
      offerings: [{
        offering_id: index + 1, quantity, is_enabled: enabled, is_deleted: false, readiness_state_id: 77,
        price: { amount: 1999 + index, divisor: 100, currency_code: 'EUR' },
      }],
      property_values: [color(index)],
    })),
    price_on_property: [200], quantity_on_property: options.varies === false ? [] : [200], sku_on_property: [200],
    readiness_state_on_property: [200],
    listing: { listing_id: 1, state: options.state ?? 'active', quantity: 0, title: 'A mug', ending_timestamp: options.endsAt ?? inAMonth },
  })

const goal = (quantity: number, over: Partial<StockGoal> = {}): StockGoal =>
  ({ sku: 'A', quantity, mayRaise: true, mayActivate: 'paid', ...over })

const written = (plan: StockPlan) => {
  if (plan.kind !== 'write') throw new Error(`Expected a plan that writes, but got ${JSON.stringify(plan)}.`)
  return plan
}
const quantities = (plan: StockPlan) => written(plan).steps.map((step) =>
  (step.kind === 'set-state' ? step.state : step.update.products.map(({ offerings }) => offerings[0]?.quantity)))

describe('planQuantity', () => {
  it('changes one quantity and sends everything else back as it was', () => {
    const plan = written(planQuantity(view([{ sku: 'A', quantity: 4 }, { sku: 'B', quantity: 3 }]), goal(2), now))
    expect(plan).toMatchObject({ before: 4, renews: false, alsoZeroed: [] })
    expect(plan.steps).toEqual([{
      kind: 'put-inventory',
      update: {
        products: [
          {
            sku: 'A', property_values: [sentColor(0)],
            offerings: [{ price: 19.99, quantity: 2, is_enabled: true, readiness_state_id: 77 }],
          },
          {
            sku: 'B', property_values: [sentColor(1)],
            offerings: [{ price: 20, quantity: 3, is_enabled: true, readiness_state_id: 77 }],
          },
        ],
        price_on_property: [200], quantity_on_property: [200], sku_on_property: [200], readiness_state_on_property: [200],
      },
    }])
  })

  it('sends nothing when the target holds', () => {
    expect(planQuantity(view([{ sku: 'A', quantity: 4 }]), goal(4), now)).toEqual({ kind: 'holds', before: 4 })
    expect(planQuantity(view([{ sku: 'A', quantity: 4 }], { state: 'inactive' }), goal(0), now)).toEqual({ kind: 'holds', before: 0 })
  })

  it('zeroes one variation while another has stock', () => {
    expect(quantities(planQuantity(view([{ sku: 'A', quantity: 4 }, { sku: 'B', quantity: 3 }]), goal(0), now))).toEqual([[0, 3]])
  })

  it('deactivates the listing when its last stock goes, and leaves 1 in it', () => {
    const last = view([{ sku: 'A', quantity: 4 }, { sku: 'B', quantity: 0 }])
    expect(quantities(planQuantity(last, goal(0), now))).toEqual(['inactive', [1, 0]])
    expect(quantities(planQuantity(view([{ sku: 'A', quantity: 1 }]), goal(0), now))).toEqual(['inactive'])
  })

  it('does not count stock that buyers cannot see as another\'s stock', () => {
    const plan = planQuantity(view([{ sku: 'A', quantity: 1 }, { sku: 'B', quantity: 9, enabled: false }]), goal(0), now)
    expect(quantities(plan)).toEqual(['inactive'])
  })

  it('cuts off at 999 pieces in the whole listing', () => {
    expect(quantities(planQuantity(view([{ sku: 'A', quantity: 4 }]), goal(5000), now))).toEqual([[999]])
    expect(quantities(planQuantity(view([{ sku: 'A', quantity: 4 }, { sku: 'B', quantity: 500 }]), goal(800), now))).toEqual([[499, 500]])
    expect(planQuantity(view([{ sku: 'A', quantity: 999 }]), goal(5000), now)).toEqual({ kind: 'holds', before: 999 })
    const overfull = view([{ sku: 'A', quantity: 5 }, { sku: 'B', quantity: 999 }])
    expect(planQuantity(overfull, goal(10), now)).toEqual({ kind: 'holds', before: 5 })
  })

  it('lowers, but does not raise, when it may not raise', () => {
    const now4 = view([{ sku: 'A', quantity: 4 }])
    expect(planQuantity(now4, goal(5, { mayRaise: false }), now)).toEqual({ kind: 'refused', refused: 'would-raise', before: 4 })
    expect(quantities(planQuantity(now4, goal(3, { mayRaise: false }), now))).toEqual([[3]])
    expect(quantities(planQuantity(now4, goal(0, { mayRaise: false }), now))).toEqual(['inactive', [1]])
    expect(planQuantity(view([{ sku: 'A', quantity: 9 }], { state: 'inactive' }), goal(1, { mayRaise: false }), now))
      .toMatchObject({ refused: 'would-raise', before: 0 })
  })

  it('activates a deactivated listing after its quantities are right, for nothing, and trusts no other SKU\'s leftover', () => {
    const off = view([{ sku: 'A', quantity: 1 }, { sku: 'B', quantity: 3 }, { sku: 'C', quantity: 0 }], { state: 'inactive' })
    const plan = planQuantity(off, goal(6, { mayActivate: 'free' }), now)
    expect(quantities(plan)).toEqual([[6, 0, 0], 'active'])
    expect(plan).toMatchObject({ before: 0, renews: false, alsoZeroed: ['B'] })
  })

  it('renews a sold-out listing only when that may cost something, and sets the quantity after Etsy has set its own', () => {
    const soldOut = view([{ sku: 'A', quantity: 0 }], { state: 'sold_out' })
    expect(planQuantity(soldOut, goal(6, { mayActivate: 'never' }), now)).toMatchObject({ refused: 'needs-activation' })
    expect(planQuantity(soldOut, goal(6, { mayActivate: 'free' }), now)).toMatchObject({ refused: 'needs-renewal' })
    const plan = planQuantity(soldOut, goal(6), now)
    expect(quantities(plan)).toEqual(['active', [6]])
    expect(plan).toMatchObject({ renews: true })
  })

  it('knows that a deactivated listing past its end costs a fee', () => {
    const ended = view([{ sku: 'A', quantity: 2 }], { state: 'inactive', endsAt: Math.floor(now.getTime() / 1000) })
    expect(planQuantity(ended, goal(2, { mayActivate: 'free' }), now)).toMatchObject({ refused: 'needs-renewal' })
    expect(planQuantity(ended, goal(2), now)).toMatchObject({ kind: 'write', renews: true })
  })

  it.each(['draft', 'edit'] as const)('does not publish a listing that is %s', (state) => {
    expect(planQuantity(view([{ sku: 'A', quantity: 2 }], { state }), goal(2), now)).toMatchObject({ refused: 'not-activatable' })
  })

  it('refuses what it cannot do without guessing', () => {
    const twice = view([{ sku: 'A', quantity: 2 }, { sku: 'A', quantity: 3 }])
    const shared = view([{ sku: 'A', quantity: 2 }, { sku: 'B', quantity: 2 }], { varies: false })
    expect(planQuantity(view([{ sku: 'B', quantity: 2 }]), goal(1), now)).toMatchObject({ refused: 'unknown-sku' })
    expect(planQuantity(twice, goal(1), now)).toMatchObject({ refused: 'ambiguous-sku', before: 5 })
    expect(planQuantity(shared, goal(1), now)).toMatchObject({ refused: 'shared-quantity' })
  })

  it('sets a quantity that several products of one SKU share in all of them', () => {
    const shared = view([{ sku: 'A', quantity: 5 }, { sku: 'A', quantity: 5 }], { varies: false })
    expect(quantities(planQuantity(shared, goal(2), now))).toEqual([[2, 2]])
  })

  it('never plans a body that loses a product, a price or a total above zero', () => {
    const variation = fc.record({ sku: fc.constantFrom('A', 'B', 'C'), quantity: fc.integer({ min: 0, max: 400 }), enabled: fc.boolean() })
    const states = fc.constantFrom<ListingState>('active', 'inactive', 'sold_out', 'expired')
    const shops = fc.record({ variations: fc.array(variation, { minLength: 1, maxLength: 5 }), state: states })
    const zeroed = (update: InventoryUpdate) => ({
      ...update,
      products: update.products.map((product) => ({ ...product, offerings: product.offerings.map((one) => ({ ...one, quantity: 0 })) })),
    })
    let writes = 0
    fc.assert(fc.property(shops, fc.integer({ min: 0, max: 1200 }), fc.boolean(), ({ variations, state }, quantity, mayRaise) => {
      const seen = view(variations, { state })
      const plan = planQuantity(seen, goal(quantity, { mayRaise }), now)
      if (plan.kind !== 'write') return
      if (!mayRaise) expect(quantity).toBeLessThan(sellable(seen, 'A'))
      for (const step of plan.steps) {
        if (step.kind !== 'put-inventory') continue
        writes += 1
        expect(zeroed(step.update)).toEqual(toUpdate(seen.inventory, () => 0))
        const total = step.update.products.flatMap(({ offerings }) => offerings).reduce((sum, offering) => sum + offering.quantity, 0)
        expect(total).toBeGreaterThan(0)
      }
    }), { seed: 20261120, numRuns: 500 })
    expect(writes).toBeGreaterThan(100)
  })
})
