import type { EtsyFake } from '@zyra/vendor-etsy/fake'
import type { ShopifyFake } from '@zyra/vendor-shopify/fake'
import type { Person } from './demo/people.ts'

export const CHANNELS = ['shopify', 'etsy'] as const
export type Channel = (typeof CHANNELS)[number]

export interface Line {
  readonly sku: string
  readonly quantity: number
}

/** An order that was placed (`orderId` is Shopify's order id or Etsy's receipt id), or why there is none; then nothing changed. */
export type Placed =
  | { readonly placed: true; readonly orderId: string }
  | { readonly placed: false; readonly reason: 'sold-out' | 'not-for-sale' | 'unknown-sku'; readonly sku: string }

export type PlaceOrder = (channel: Channel, lines: readonly Line[], buyer?: Person) => Placed

/** One way to order, whatever the channel. */
export const ordering = ({ shopify, etsy }: { readonly shopify: ShopifyFake; readonly etsy: EtsyFake }): PlaceOrder => {
  const onShopify = (lines: readonly Line[], buyer?: Person): Placed => {
    const result = shopify.placeOrder({
      lines, ...(buyer && { customer: { email: buyer.email, firstName: buyer.firstName, lastName: buyer.lastName } }),
    })
    return result.ok ? { placed: true, orderId: result.order.id } : { placed: false, reason: result.reason, sku: result.sku }
  }

  const onEtsy = (lines: readonly Line[], buyer?: Person): Placed => {
    const result = etsy.placeOrder({
      lines,
      ...(buyer && {
        buyer: {
          name: `${buyer.firstName} ${buyer.lastName}`, email: buyer.email, firstLine: buyer.street, city: buyer.city, zip: buyer.zip,
          country: buyer.country,
        },
      }),
    })
    if (result.placed) return { placed: true, orderId: result.receiptId }
    return { placed: false, reason: result.reason === 'no-such-sku' ? 'unknown-sku' : result.reason, sku: result.sku }
  }

  return (channel, lines, buyer) => (channel === 'shopify' ? onShopify(lines, buyer) : onEtsy(lines, buyer))
}
