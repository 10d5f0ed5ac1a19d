import type { DemoProduct } from './product.ts'

/** What else stands on the shelves: linen, wood, wax and paper. */
export const home: readonly DemoProduct[] = [
  {
    title: 'Linen tea towel', productType: 'Linen', popularity: 6, options: ['Design'], onShopify: true,
    etsy: {
      listingId: 1734000201, title: 'Linen tea towel, stonewashed, 50 x 70 cm',
      tags: ['linen tea towel', 'kitchen linen', 'stonewashed linen', 'host gift'],
    },
    variants: [
      { sku: 'TOWEL-STRIPE', values: ['Striped'], price: '18.50', grams: 110, stock: { Studio: 10, 'Market hall': 10 } },
      { sku: 'TOWEL-PLAIN', values: ['Plain'], price: '16.50', grams: 110, stock: 15 },
    ],
  },
  {
    title: 'Linen napkins, set of 4', productType: 'Linen', popularity: 3, options: ['Colour'], onShopify: true,
    etsy: {
      listingId: 1734000202, title: 'Set of 4 linen napkins, soft table linen',
      tags: ['linen napkins', 'table linen', 'set of 4', 'wedding table'],
    },
    variants: [
      { sku: 'NAPKIN-SAND', values: ['Sand'], price: '38.00', grams: 240, stock: 6 },
      { sku: 'NAPKIN-RUST', values: ['Rust'], price: '38.00', grams: 240, stock: 5 },
    ],
  },
  {
    title: 'Beeswax candle', productType: 'Candles', popularity: 7, options: ['Size'], onShopify: true,
    etsy: {
      listingId: 1734000203, title: 'Pure beeswax candle, hand dipped, honey scent',
      tags: ['beeswax candle', 'natural candle', 'hand dipped', 'honey scent', 'cosy home'],
    },
    variants: [
      { sku: 'CANDLE-S', values: ['12 cm'], price: '9.50', grams: 90, stock: 30 },
      { sku: 'CANDLE-L', values: ['20 cm'], price: '15.50', grams: 190, stock: { Studio: 14, 'Market hall': 10 } },
    ],
  },
  {
    title: 'Incense holder', productType: 'Candles', popularity: 3, options: [], onShopify: true,
    etsy: {
      listingId: 1734000204, title: 'Incense holder, round ceramic dish',
      tags: ['incense holder', 'ceramic dish', 'meditation gift'],
    },
    variants: [{ sku: 'INCENSE-OAT', values: [], price: '13.00', grams: 120, stock: 9 }],
  },
  {
    title: 'Oak serving board', productType: 'Wood', popularity: 4, options: ['Size'], onShopify: true,
    etsy: {
      listingId: 1734000205, title: 'Oak serving board, oiled cheese board with handle',
      tags: ['serving board', 'oak board', 'cheese board', 'wooden board'],
    },
    variants: [
      { sku: 'BOARD-S', values: ['30 cm'], price: '34.00', grams: 700, stock: 6 },
      { sku: 'BOARD-L', values: ['45 cm'], price: '52.00', grams: 1300, stock: 3 },
    ],
  },
  {
    title: 'Olive wood spoon', productType: 'Wood', popularity: 4, options: [], onShopify: true,
    etsy: {
      listingId: 1734000206, title: 'Olive wood cooking spoon, 30 cm, hand carved',
      tags: ['olive wood spoon', 'cooking spoon', 'hand carved', 'wooden spoon'],
    },
    variants: [{ sku: 'SPOON-OLIVE', values: [], price: '12.50', grams: 60, stock: 22 }],
  },
  {
    title: 'Felt coasters, set of 6', productType: 'Table', popularity: 3, options: ['Colour'], onShopify: true,
    etsy: {
      listingId: 1734000207, title: 'Wool felt coasters, set of 6, round',
      tags: ['felt coasters', 'wool coasters', 'set of 6', 'table protection'],
    },
    variants: [
      { sku: 'COASTER-GREY', values: ['Grey'], price: '19.00', grams: 80, stock: 10 },
      { sku: 'COASTER-MOSS', values: ['Moss'], price: '19.00', grams: 80, stock: 4 },
    ],
  },
  {
    title: 'Linocut print A4', productType: 'Prints', popularity: 3, options: ['Design'], onShopify: true,
    etsy: {
      listingId: 1734000208, title: 'Original linocut print A4, signed and numbered',
      tags: ['linocut print', 'original print', 'wildlife art', 'wall art', 'signed print'],
    },
    variants: [
      { sku: 'PRINT-HARE', values: ['Hare'], price: '35.00', grams: 60, stock: 8 },
      { sku: 'PRINT-WREN', values: ['Wren'], price: '35.00', grams: 60, stock: 6 },
    ],
  },
  {
    title: 'Porcelain ornament', productType: 'Seasonal', popularity: 4, options: ['Design'], onShopify: false,
    etsy: {
      listingId: 1734000209, title: 'Porcelain Christmas ornament, star or moon',
      tags: ['porcelain ornament', 'christmas ornament', 'tree decoration', 'star ornament'],
    },
    variants: [
      { sku: 'ORNAMENT-STAR', values: ['Star'], price: '11.00', grams: 30, stock: 25 },
      { sku: 'ORNAMENT-MOON', values: ['Moon'], price: '11.00', grams: 30, stock: 20 },
    ],
  },
  {
    title: 'Dried lavender', productType: 'Flowers', popularity: 3, options: [], onShopify: true,
    variants: [{ sku: 'LAVENDER', values: [], price: '9.00', grams: 70, stock: 16 }],
  },
  {
    title: 'Clay starter kit', productType: 'Workshop', popularity: 2, options: [], onShopify: true,
    variants: [{ sku: 'KIT-CLAY', values: [], price: '45.00', grams: 5200, stock: 8 }],
  },
  {
    title: 'Wheel throwing voucher', productType: 'Workshop', popularity: 2, options: [], onShopify: true,
    variants: [{ sku: 'VOUCHER-WHEEL', values: [], price: '79.00', grams: 0, stock: 0, tracked: false }],
  },
]
