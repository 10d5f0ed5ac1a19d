import { seededRandom, type Cancel, type Random, type Scheduler } from '@zyra/vendor-faults'
import type { Channel, Line, PlaceOrder, Placed } from './channels.ts'
import { PEOPLE, person } from './demo/people.ts'
import { demoProducts } from './demo/shop.ts'

const SHOPIFY_SHARE = 0.6
const SECOND_LINE_CHANCE = 0.15
const MAX_TIMER_MS = 2 ** 31 - 1
const REMEMBERED = 50

/** What one customer did. */
export interface Visit {
  /** Counts the customers since the shop opened. */
  readonly number: number
  readonly channel: Channel
  readonly lines: readonly Line[]
  readonly result: Placed
}

export interface Customers {
  /** How many come per minute on average; 0 stops them. Throws RangeError below 0. */
  readonly setRate: (ordersPerMinute: number) => void
  readonly status: () => {
    readonly ordersPerMinute: number
    readonly visits: number
    /** Since this process started. */
    readonly bought: number
    readonly turnedAway: number
    readonly newest: readonly Visit[]
  }
  /** How many came, ever. */
  readonly visits: () => number
  /** Goes on after the n-th customer. */
  readonly resume: (visits: number) => void
}

export interface CustomersOptions {
  readonly seed: string
  readonly scheduler: Scheduler
  readonly placeOrder: PlaceOrder
  /** Called after each customer with that customer's random source. */
  readonly afterVisit: (random: Random) => void
}

/**
 * Customers who arrive by chance (a Poisson process) and buy what they like. The n-th customer of a seed always waits equally long, in
 * units of the rate, and wants the same, whatever happened before.
 */
export const createCustomers = ({ seed, scheduler, placeOrder, afterVisit }: CustomersOptions): Customers => {
  let ordersPerMinute = 0
  let visits = 0
  let bought = 0
  let newest: readonly Visit[] = []
  let turnedAway = 0
  let cancel: Cancel = () => undefined

  const visit = (random: Random) => {
    visits += 1
    const { channel, lines, buyer } = wish(random)
    const result = placeOrder(channel, lines, buyer)
    if (result.placed) bought += 1
    else turnedAway += 1
    newest = [...newest, { number: visits, channel, lines, result }].slice(-REMEMBERED)
    afterVisit(random)
  }

  const awaitNext = () => {
    cancel()
    if (ordersPerMinute === 0) return
    const random = seededRandom(`${seed}/customer/${visits + 1}`)
    const waitMs = -Math.log(1 - random()) * (60_000 / ordersPerMinute)
    cancel = scheduler.after(Math.min(waitMs, MAX_TIMER_MS), () => {
      visit(random)
      awaitNext()
    })
  }

  return {
    setRate: (rate) => {
      if (!(rate >= 0)) throw new RangeError(`The customers' rate must be 0 or more orders per minute, but is ${rate}.`)
      ordersPerMinute = rate
      awaitNext()
    },
    status: () => ({ ordersPerMinute, visits, bought, turnedAway, newest }),
    visits: () => visits,
    resume: (number) => {
      visits = number
      awaitNext()
    },
  }
}

/** What somebody wants: on a channel, one thing or two that it sells, mostly one piece of it. */
const wish = (random: Random) => {
  const channel: Channel = random() < SHOPIFY_SHARE ? 'shopify' : 'etsy'
  const first: Line = { sku: chooseSku(channel, random), quantity: pieces(random) }
  const other = random() < SECOND_LINE_CHANCE ? chooseSku(channel, random) : first.sku
  const lines = other === first.sku ? [first] : [first, { sku: other, quantity: 1 }]
  return { channel, lines, buyer: person(Math.floor(random() * PEOPLE)) }
}

const pieces = (random: Random): number => {
  const luck = random()
  return luck < 0.85 ? 1 : luck < 0.96 ? 2 : 3
}

const chooseSku = (channel: Channel, random: Random): string => {
  const offered = demoProducts.filter((product) => (channel === 'shopify' ? product.onShopify : product.etsy !== undefined))
  let left = random() * offered.reduce((sum, { popularity }) => sum + popularity, 0)
  const product = offered.find(({ popularity }) => (left -= popularity) < 0) ?? offered.at(-1)
  const variant = product?.variants[Math.floor(random() * product.variants.length)]
  if (variant === undefined) throw new RangeError(`The demo shop offers nothing on ${channel}.`)
  return variant.sku
}
