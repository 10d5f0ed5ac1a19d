import { shownTotal, valuesOn } from './quantities.ts'
import type { EtsyFakeState, FakeListing, FakeProduct, FakeReceipt } from './state.ts'

/** What somebody buys. A SKU that several listings have needs `listingId` as well. */
export type OrderLine = { readonly sku: string; readonly listingId?: string; readonly quantity: number }

export type Order = {
  readonly lines: readonly OrderLine[]
  readonly buyer?: Buyer
}

export type Buyer = {
  readonly name: string
  readonly email?: string
  readonly firstLine: string
  readonly city: string
  readonly zip: string
  readonly country: string
}

export type PlacedOrder =
  | { readonly placed: true; readonly receiptId: string }
  /** What the buyer would have been told; nothing changed. */
  | { readonly placed: false; readonly reason: 'no-such-sku' | 'not-for-sale' | 'sold-out'; readonly sku: string }

/** Receipts beyond this number are forgotten, oldest first, so that a sandbox may run for weeks. */
const RECEIPTS_KEPT = 5000

const somebody: Buyer = { name: 'Robin Example', firstLine: '1 Example Street', city: 'Springfield', zip: '12345', country: 'US' }

/** A paid order: takes its pieces off the listings (one without any left is sold out) and adds a receipt; all lines or none. */
export const placeOrder = (state: EtsyFakeState, order: Order, now: Date): PlacedOrder => {
  const at = Math.floor(now.getTime() / 1000)
  const picked: { listing: FakeListing; product: FakeProduct; quantity: number }[] = []
  for (const line of order.lines) {
    const match = find(state, line)
    if (!match) return { placed: false, reason: 'no-such-sku', sku: line.sku }
    if (match.listing.state !== 'active' || !match.product.enabled) return { placed: false, reason: 'not-for-sale', sku: line.sku }
    const taken = picked.filter((one) => sharesStock(match.listing, one.product, match.product)).reduce((sum, one) => sum + one.quantity, 0)
    if (match.product.quantity < taken + line.quantity) return { placed: false, reason: 'sold-out', sku: line.sku }
    picked.push({ ...match, quantity: line.quantity })
  }

  const buyer = order.buyer ?? somebody
  const receipt: FakeReceipt = {
    receiptId: state.nextId++, buyerUserId: state.nextId++, name: buyer.name, email: buyer.email ?? null, firstLine: buyer.firstLine,
    city: buyer.city, zip: buyer.zip, country: buyer.country, createdAt: at,
    lines: picked.map(({ listing, product, quantity }) => ({
      transactionId: state.nextId++, listingId: listing.listingId, productId: product.productId, sku: product.sku, title: listing.title,
      quantity, price: product.price, values: product.values,
    })),
  }
  for (const { listing, product, quantity } of picked) take(listing, product, quantity, at)
  state.receipts.push(receipt)
  state.receipts.splice(0, Math.max(0, state.receipts.length - RECEIPTS_KEPT))
  return { placed: true, receiptId: String(receipt.receiptId) }
}

const find = (state: EtsyFakeState, { sku, listingId }: OrderLine) => {
  const all = state.listings
    .filter((listing) => listingId === undefined || String(listing.listingId) === listingId)
    .flatMap((listing) => listing.products.filter((product) => product.sku === sku).map((product) => ({ listing, product })))
  return all.find(({ listing }) => listing.state === 'active') ?? all[0]
}

const sharesStock = (listing: FakeListing, a: FakeProduct, b: FakeProduct): boolean =>
  listing.products.includes(a) && valuesOn(listing.quantityOn, a) === valuesOn(listing.quantityOn, b)

const take = (listing: FakeListing, bought: FakeProduct, quantity: number, at: number): void => {
  const sharing = listing.products.filter((product) => sharesStock(listing, product, bought))
  for (const product of sharing) product.quantity -= quantity
  listing.updatedAt = at
  if (shownTotal(listing) > 0) return
  listing.state = 'sold_out'
  listing.stateAt = at
}
