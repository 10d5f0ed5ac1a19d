import { given } from '@zyra/testing'
import fc from 'fast-check'
import { stock, totalOf, type StockCommand, type StockState } from './stock.decider.ts'

type ObserveLevel = Extract<StockCommand, { type: 'ObserveLevel' }>
type ObserveChannels = Extract<StockCommand, { type: 'ObserveChannels' }>

const settings = { seed: 20261120, numRuns: 300 }
const LISTING = { listingId: '9007199254741013', sku: 'MUG-BLUE' }

/** The n-th moment of the story; neighbours differ by a nanosecond. */
const moment = (n: number): string => `2026-11-20T08:00:00.${String(n).padStart(9, '0')}Z`
const LAST = moment(999_999_999)

const location = fc.constantFrom('9007199254740997', '9007199254740999', '9007199254741001')
const available = fc.option(fc.oneof(fc.integer({ min: -5, max: 8 }), fc.integer({ min: 990, max: 1_010 })), { freq: 6 })
const time = fc.nat({ max: 30 }).map(moment)

const webhook: fc.Arbitrary<ObserveLevel> = fc.record({ type: fc.constant('ObserveLevel' as const), location, available, at: time })
const buffer: fc.Arbitrary<StockCommand> = fc.record({ type: fc.constant('SetBuffer' as const), buffer: fc.nat({ max: 6 }) })
const etsy = fc.option(fc.record({
  listingId: fc.constant(LISTING.listingId), sku: fc.constant(LISTING.sku), quantity: fc.nat({ max: 1_000 }),
  maxQuantity: fc.constantFrom(5, 999), soldLately: fc.constant(false),
}), { freq: 8 })
const read: fc.Arbitrary<ObserveChannels> = fc.record({
  type: fc.constant('ObserveChannels' as const), at: time, sku: fc.constant(LISTING.sku), title: fc.constantFrom('Mug', 'Mug, Blue'),
  levels: fc.uniqueArray(fc.record({ location, available }), { selector: (level) => level.location, maxLength: 3 }), etsy,
})
const command: fc.Arbitrary<StockCommand> = fc.oneof({ arbitrary: webhook, weight: 6 }, { arbitrary: read, weight: 3 }, { arbitrary: buffer, weight: 1 })

/** Whatever came before, in whatever order: webhooks, reads, changed buffers. */
const story = fc.array(command, { maxLength: 25 })

const start = given(stock)
type Story = typeof start

/** The story after each of its commands. */
const steps = (commands: readonly StockCommand[]) => {
  let now: Story = start
  return commands.map((one) => {
    const next = now.when(one)
    now = next
    return next
  })
}
const play = (commands: readonly StockCommand[]): Story => steps(commands).at(-1) ?? start

const tracked = (levels: readonly (readonly [string, number | null])[]) => Object.fromEntries(levels.filter(([, pieces]) => pieces !== null))

/** The rule of the oversell buffer, said once more and in other words. */
const allowed = (state: StockState): number | null => {
  const total = totalOf(state)
  if (state.listing === null || total === null) return null
  if (total < state.buffer) return 0
  return total > state.listing.maxQuantity ? state.listing.maxQuantity : total
}

describe('whatever the channels tell, in whatever order, the oversell buffer', () => {
  it('decides what its rule allows, and nothing where there is no listing or no tracked stock', () => {
    fc.assert(fc.property(story, (commands) => {
      for (const { state } of steps(commands)) expect(state.decided).toBe(allowed(state))
    }), settings)
  })

  it('never lets Etsy sell more than there is', () => {
    fc.assert(fc.property(story, (commands) => {
      const { state } = play(commands)
      expect(state.decided ?? 0).toBeLessThanOrEqual(Math.max(0, totalOf(state) ?? Infinity))
    }), settings)
  })

  it('comes to the same state in every order of delivery, as long as no two times at a location are the same', () => {
    const distinct = fc.uniqueArray(webhook, { selector: ({ location: where, at }) => `${where} ${at}`, maxLength: 20 })
    const delivered = distinct.chain((sent) => fc.tuple(fc.constant(sent), fc.shuffledSubarray(sent, { minLength: sent.length }), fc.subarray(sent)))
    fc.assert(fc.property(etsy, delivered, (listing, [sent, shuffled, repeated]) => {
      const first: StockCommand = { type: 'ObserveChannels', at: '2026-11-20T07:00:00.000000000Z', sku: LISTING.sku, title: 'Mug', levels: [], etsy: listing }
      expect(play([first, ...shuffled, ...repeated]).state).toEqual(play([first, ...sent]).state)
    }), settings)
  })

  it('believes the newest webhook of each location', () => {
    fc.assert(fc.property(fc.array(webhook, { maxLength: 20 }), (sent) => {
      const { levels } = play(sent).state
      for (const [where, known] of Object.entries(levels)) {
        const times = sent.filter((one) => one.location === where).map(({ at }) => at)
        expect(known.at).toBe(times.toSorted().at(-1))
      }
    }), settings)
  })

  it('decides nothing when a command is repeated, but to tell Etsy once more what it does not show yet', () => {
    fc.assert(fc.property(story, command, (before, one) => {
      const once = play(before).when(one)
      const { events } = once.when(one)
      const notShownYet = one.type === 'ObserveChannels' && one.etsy !== null && one.etsy.quantity !== once.state.decided
      const toldAgain: readonly string[] = notShownYet ? ['inventory.DriftFound', 'inventory.EtsyQuantityDecided'] : []
      expect(events.filter(({ type }) => !toldAgain.includes(type))).toEqual([])
    }), settings)
  })

  it('is settled by a read that is newer than all that came before', () => {
    fc.assert(fc.property(story, read, (before, newest) => {
      const { levels, listing } = play(before).when({ ...newest, at: LAST }).state
      expect(tracked(Object.entries(levels).map(([where, level]) => [where, level.available])))
        .toEqual(tracked(newest.levels.map((level) => [level.location, level.available])))
      expect(listing).toEqual(newest.etsy === null ? null : { ...LISTING, maxQuantity: newest.etsy.maxQuantity })
    }), settings)
  })

  it('tells Etsy in the same breath whatever such a read makes it decide', () => {
    fc.assert(fc.property(story, read, (before, newest) => {
      const { state, events } = play(before).when({ ...newest, at: LAST })
      const told = events.flatMap((event) => (event.type === 'inventory.EtsyQuantityDecided' ? [event.data.quantity] : []))
      const sells = told.at(-1) ?? newest.etsy?.quantity
      if (state.decided !== null) expect(sells).toBe(state.decided)
      expect(told.length).toBeLessThanOrEqual(1)
    }), settings)
  })

  it('finds drift where Etsy sells another number than it was told, and repairs it', () => {
    fc.assert(fc.property(story, fc.nat({ max: 1_000 }), (before, quantity) => {
      const known = play(before)
      const { sku, title, listing, decided, levels } = known.state
      fc.pre(listing !== null && decided !== null && decided !== quantity)
      const unchanged = Object.entries(levels).map(([where, level]) => ({ location: where, available: level.available }))
      const looked = known.when({ type: 'ObserveChannels', at: LAST, sku, title, levels: unchanged, etsy: { ...listing, quantity, soldLately: false } })
      expect(looked.events.map(({ type }) => type)).toEqual(expect.arrayContaining(['inventory.DriftFound', 'inventory.EtsyQuantityDecided']))
      expect(looked.events.at(-1)?.data).toMatchObject({ before: quantity, quantity: decided, lowers: quantity > decided, because: 'drift' })
    }), settings)
  })

  it('says that it lowers what Etsy sells where it does, and nowhere else', () => {
    fc.assert(fc.property(story, (commands) => {
      for (const { type, data } of steps(commands).flatMap(({ events }) => events)) {
        if (type === 'inventory.EtsyQuantityDecided') expect(data.lowers).toBe(data.before !== null && data.quantity < data.before)
      }
    }), settings)
  })
})
