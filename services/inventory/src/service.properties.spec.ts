import fc from 'fast-check'
import { MARKET, STUDIO, twoChannels } from '../test/two-channels.ts'

type Channels = ReturnType<typeof twoChannels>
type Play = (channels: Channels) => void

const location = fc.constantFrom(STUDIO, MARKET)
const pieces = fc.integer({ min: 1, max: 3 })
const mostlyOnce = fc.constantFrom(1, 1, 1, 1, 1, 0, 2)
const atLeastOnce = fc.constantFrom(1, 1, 1, 2)
const some = fc.nat({ max: 20 })

const play = <Given extends unknown[]>(
  given: { [Place in keyof Given]: fc.Arbitrary<Given[Place]> }, act: (channels: Channels, ...given: Given) => void,
): fc.Arbitrary<Play> => fc.tuple<Given>(...given).map((chosen) => (channels) => act(channels, ...chosen))

const onEtsy: readonly fc.WeightedArbitrary<Play>[] = [
  { weight: 6, arbitrary: play([pieces], ({ actions }, count) => actions.sellOnEtsy(count)) },
  { weight: 1, arbitrary: play([some], ({ actions }, which) => actions.changeReceipt(which)) },
]
const onShopify: readonly fc.WeightedArbitrary<Play>[] = [
  { weight: 4, arbitrary: play([location, pieces], ({ actions }, where, count) => actions.sellOnShopify(where, count)) },
  { weight: 1, arbitrary: play([location, pieces], ({ actions }, where, count) => actions.restock(where, count)) },
]
const zyra = (copies: fc.Arbitrary<number>): readonly fc.WeightedArbitrary<Play>[] => [
  { weight: 30, arbitrary: play([fc.constantFrom(1, 1, 1, 1, 2)], ({ actions }, times) => actions.handle(times)) },
  { weight: 14, arbitrary: play([some, fc.constantFrom(false, false, false, true)], ({ actions }, which, dies) => actions.act(which, dies)) },
  { weight: 8, arbitrary: play([some, copies], ({ actions }, which, times) => actions.deliverShopify(which, times)) },
  { weight: 4, arbitrary: play([copies], ({ actions }, times) => actions.deliverEtsy(times)) },
  { weight: 6, arbitrary: play([fc.integer({ min: 1, max: 900 })], ({ actions }, ms) => actions.wait(ms)) },
  { weight: 1, arbitrary: play([], ({ actions }) => actions.reconcile()) },
]
const storyOf = (...moves: readonly fc.WeightedArbitrary<Play>[]) => fc.array(fc.oneof(...moves), { minLength: 20, maxLength: 150, size: 'max' })
const story = storyOf(...onEtsy, ...onShopify, ...zyra(mostlyOnce))

const settings = { seed: 20261120, numRuns: 400 }

/** Both channels are read, everything is handled, and time goes on. */
const reconcile = ({ actions, settle }: Channels): void => {
  actions.wait(5_000)
  actions.reconcile()
  settle()
}

const open = (wholeSeconds = true): Channels => {
  const channels = twoChannels({ stock: { [STUDIO]: 12, [MARKET]: 6 }, wholeSeconds })
  reconcile(channels)
  return channels
}

const played = (steps: readonly Play[]): Channels => {
  const channels = open()
  for (const step of steps) step(channels)
  channels.settle()
  return channels
}

const stockOf = ({ shopify }: Channels): number => Object.values(shopify.levels).reduce((sum, available) => sum + available, 0)
/** The first receipt is from before the listing was linked: Shopify's stock knows of it. */
const soldOnEtsy = ({ etsy }: Channels) => etsy.receipts.slice(1)
const allowed = (stock: number): number => (stock < 2 ? 0 : stock)

type Told = Readonly<Record<string, unknown>>
const told = ({ log }: Channels, from: number, name: string): readonly Told[] =>
  log.slice(from).flatMap(({ type, data }) => (type === name ? [data as Told] : []))

/** What Shopify has, less the sales that Zyra knows of and Shopify does not. */
const left = (channels: Channels): number => {
  const done = new Set([...channels.shopify.adjustments.values()].map(({ transactionId }) => transactionId))
  const known = new Map(told(channels, 0, 'inventory.SaleWithheld').map(({ transactionId, quantity }) => [transactionId, Number(quantity)]))
  return [...known].reduce((stock, [transactionId, quantity]) => (done.has(String(transactionId)) ? stock : stock - quantity), stockOf(channels))
}

describe('whatever sells where, and whatever is lost, late, repeated or dies meanwhile,', () => {
  it('each sale on Etsy is taken off Shopify once', () => {
    fc.assert(fc.property(story, (steps) => {
      const channels = played(steps)
      reconcile(channels)
      const adjusted = told(channels, 0, 'inventory.ShopifyAdjusted').map(({ transactionId }) => transactionId)
      expect(adjusted.toSorted()).toEqual(soldOnEtsy(channels).map(({ id }) => id).toSorted())
      expect(channels.shopify.adjustments.size).toBe(soldOnEtsy(channels).length)
    }), settings)
  })

  it('both channels sell the same pool in the end', () => {
    fc.assert(fc.property(story, (steps) => {
      const channels = played(steps)
      reconcile(channels)
      reconcile(channels)
      expect(channels.etsy.quantity).toBe(allowed(stockOf(channels)))
    }), settings)
  })

  it('they do so without a reconcile where nothing is lost', () => {
    fc.assert(fc.property(storyOf(...onEtsy, ...onShopify, ...zyra(atLeastOnce)), (steps) => {
      const channels = played(steps)
      expect(channels.etsy.quantity).toBe(allowed(stockOf(channels)))
    }), settings)
  })

  it('what is known to be sold on Etsy is never offered there again, where Etsy alone sells', () => {
    fc.assert(fc.property(storyOf(...onEtsy, ...zyra(mostlyOnce)), (steps) => {
      const channels = open(false)
      for (const step of steps) {
        const before = channels.log.length
        step(channels)
        for (const { quantity } of told(channels, before, 'inventory.EtsyQuantityDecided')) expect(quantity).toBeLessThanOrEqual(allowed(left(channels)))
      }
    }), settings)
  })

  it('what Etsy sold is never taken for drift', () => {
    fc.assert(fc.property(storyOf(...onEtsy, ...zyra(mostlyOnce)), (steps) => {
      const channels = played(steps)
      const raised = told(channels, 0, 'inventory.DriftFound').filter(({ decided, found }) => Number(found) < Number(decided))
      expect(raised).toEqual([])
    }), settings)
  })

  it('nothing is left to do after that', () => {
    fc.assert(fc.property(story, (steps) => {
      const channels = played(steps)
      reconcile(channels)
      reconcile(channels)
      const decided = channels.log.length
      reconcile(channels)
      const news = channels.log.slice(decided).filter(({ type }) => /Observed|Decided|Drift|Withheld|Matched/.test(type))
      expect(news).toEqual([])
      expect(told(channels, decided, 'inventory.ChannelsRead')).toMatchObject([{ items: [], unchanged: 1 }])
      expect(told(channels, decided, 'inventory.ReconcileFinished')).toEqual([{ items: 1 }])
    }), settings)
  })

  it('the stories reach what they are about', () => {
    const seen = fc.sample(story, { seed: settings.seed, numRuns: settings.numRuns }).map(played)
    expect(seen.filter((channels) => soldOnEtsy(channels).length > 2).length).toBeGreaterThan(settings.numRuns / 2)
  })
})
