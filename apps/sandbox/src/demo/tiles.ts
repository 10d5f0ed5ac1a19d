import type { DemoProduct } from './product.ts'

const FIRST_LISTING = 1_735_000_001

/** As many one-of-a-design tiles as wanted, on both channels: for trying a larger shop than the demo's. */
export const tiles = (count: number): readonly DemoProduct[] =>
  Array.from({ length: count }, (_, index) => {
    const number = String(index + 1).padStart(4, '0')
    return {
      title: `Wall tile ${number}`,
      productType: 'Tiles',
      popularity: 1,
      options: [],
      onShopify: true,
      etsy: { listingId: FIRST_LISTING + index, title: `Handmade wall tile ${number}`, tags: ['wall tile', 'stoneware'] },
      variants: [{ sku: `TILE-${number}`, values: [], price: '9.00', grams: 400, stock: 5 }],
    }
  })
