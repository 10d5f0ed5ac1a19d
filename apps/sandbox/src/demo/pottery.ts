import type { DemoProduct } from './product.ts'

/** What comes out of the kiln. */
export const pottery: readonly DemoProduct[] = [
  {
    title: 'Breakfast mug', productType: 'Mugs', popularity: 9, options: ['Colour'], onShopify: true,
    etsy: {
      listingId: 1734000101, title: 'Handmade stoneware mug, 350 ml, wheel thrown breakfast mug',
      tags: ['stoneware mug', 'handmade mug', 'coffee lover gift', 'pottery mug', 'breakfast cup', 'housewarming'],
    },
    variants: [
      { sku: 'MUG-BLUE', values: ['Blue'], price: '24.50', grams: 380, stock: { Studio: 6, 'Market hall': 3 } },
      { sku: 'MUG-GREEN', values: ['Green'], price: '24.50', grams: 380, stock: { Studio: 5, 'Market hall': 2 }, etsyQuantity: 9 },
      { sku: 'MUG-OAT', values: ['Oat'], price: '24.50', grams: 380, stock: 12 },
      { sku: 'MUG-BLACK', values: ['Black'], price: '26.00', grams: 385, stock: 4 },
    ],
  },
  {
    title: 'Espresso cup', productType: 'Mugs', popularity: 6, options: ['Colour'], onShopify: true,
    etsy: {
      listingId: 1734000102, title: 'Small ceramic espresso cup without handle, 80 ml',
      tags: ['espresso cup', 'ceramic cup', 'small pottery', 'coffee gift', 'minimalist cup'],
    },
    variants: [
      { sku: 'ESPRESSO-BLUE', values: ['Blue'], price: '14.00', grams: 140, stock: 10 },
      { sku: 'ESPRESSO-OAT', values: ['Oat'], price: '14.00', grams: 140, stock: { Studio: 7, 'Market hall': 5 } },
    ],
  },
  {
    title: 'Latte bowl', productType: 'Mugs', popularity: 5, options: ['Colour'], onShopify: true,
    etsy: {
      listingId: 1734000103, title: 'Latte bowl for two hands, French café au lait bowl in stoneware',
      tags: ['latte bowl', 'cafe au lait', 'stoneware bowl', 'french breakfast', 'slow morning'],
    },
    variants: [
      { sku: 'LATTE-OAT', values: ['Oat'], price: '22.00', grams: 420, stock: 7 },
      { sku: 'LATTE-SLATE', values: ['Slate'], price: '22.00', grams: 420, stock: 1, etsyQuantity: 2 },
    ],
  },
  {
    title: 'Cereal bowl', productType: 'Bowls', popularity: 7, options: ['Size', 'Colour'], onShopify: true,
    etsy: {
      listingId: 1734000104, title: 'Hand thrown cereal bowl, ceramic soup bowl, dishwasher safe',
      tags: ['cereal bowl', 'ceramic bowl', 'soup bowl', 'handmade tableware', 'wedding gift'],
    },
    variants: [
      { sku: 'BOWL-S-OAT', values: ['Small', 'Oat'], price: '21.00', grams: 390, stock: 9 },
      { sku: 'BOWL-L-OAT', values: ['Large', 'Oat'], price: '28.00', grams: 610, stock: { Studio: 4, 'Market hall': 4 } },
      { sku: 'BOWL-S-BLUE', values: ['Small', 'Blue'], price: '21.00', grams: 390, stock: 6 },
      { sku: 'BOWL-L-BLUE', values: ['Large', 'Blue'], price: '28.00', grams: 610, stock: 0 },
    ],
  },
  {
    title: 'Dinner plate', productType: 'Plates', popularity: 6, options: ['Colour'], onShopify: true,
    etsy: {
      listingId: 1734000105, title: 'Stoneware dinner plate 27 cm, rustic handmade plate',
      tags: ['dinner plate', 'stoneware plate', 'rustic tableware', 'handmade plate'],
    },
    variants: [
      { sku: 'PLATE-D-OAT', values: ['Oat'], price: '32.00', grams: 820, stock: { Studio: 16, 'Market hall': 8 } },
      { sku: 'PLATE-D-BLUE', values: ['Blue'], price: '32.00', grams: 820, stock: 14 },
    ],
  },
  {
    title: 'Side plate', productType: 'Plates', popularity: 4, options: ['Colour'], onShopify: true,
    etsy: {
      listingId: 1734000106, title: 'Small side plate 18 cm, cake plate, handmade ceramic',
      tags: ['side plate', 'cake plate', 'ceramic plate', 'tea time'],
    },
    variants: [
      { sku: 'PLATE-S-OAT', values: ['Oat'], price: '19.00', grams: 410, stock: 18 },
      { sku: 'PLATE-S-BLUE', values: ['Blue'], price: '19.00', grams: 410, stock: 11 },
    ],
  },
  {
    title: 'Serving bowl', productType: 'Bowls', popularity: 3, options: ['Colour'], onShopify: true,
    etsy: {
      listingId: 1734000107, title: 'Large serving bowl, wheel thrown salad bowl, 30 cm',
      tags: ['serving bowl', 'salad bowl', 'large bowl', 'pottery bowl', 'centrepiece'],
    },
    variants: [
      { sku: 'SERVE-GREEN', values: ['Green'], price: '68.00', grams: 1650, stock: 3 },
      { sku: 'SERVE-OAT', values: ['Oat'], price: '68.00', grams: 1650, stock: 4 },
    ],
  },
  {
    title: 'Teapot', productType: 'Tea', popularity: 4, options: [], onShopify: true,
    etsy: {
      listingId: 1734000108, title: 'Slate grey ceramic teapot with strainer, 900 ml',
      tags: ['ceramic teapot', 'handmade teapot', 'tea lover gift', 'grey pottery'],
    },
    variants: [{ sku: 'TEAPOT-SLATE', values: [], price: '74.00', grams: 1100, stock: 5 }],
  },
  {
    title: 'Milk jug', productType: 'Tea', popularity: 4, options: ['Size'], onShopify: true,
    etsy: {
      listingId: 1734000109, title: 'Stoneware milk jug, small pitcher for milk or sauce',
      tags: ['milk jug', 'small pitcher', 'creamer', 'stoneware jug'],
    },
    variants: [
      { sku: 'JUG-S', values: ['250 ml'], price: '23.00', grams: 300, stock: 8 },
      { sku: 'JUG-L', values: ['750 ml'], price: '36.00', grams: 620, stock: { Studio: 3, 'Market hall': 3 } },
    ],
  },
  {
    title: 'Sugar bowl with lid', productType: 'Tea', popularity: 2, options: [], onShopify: true,
    etsy: {
      listingId: 1734000110, title: 'Sugar bowl with lid, handmade oat glaze jar',
      tags: ['sugar bowl', 'lidded jar', 'oat glaze', 'kitchen storage'],
    },
    variants: [{ sku: 'SUGAR-OAT', values: [], price: '29.00', grams: 420, stock: 7 }],
  },
  {
    title: 'Butter dish', productType: 'Kitchen', popularity: 5, options: ['Colour'], onShopify: true,
    etsy: {
      listingId: 1734000111, title: 'Ceramic butter dish with lid for 250 g, handmade',
      tags: ['butter dish', 'ceramic butter dish', 'kitchen gift', 'lidded dish'],
    },
    variants: [
      { sku: 'BUTTER-BLUE', values: ['Blue'], price: '39.00', grams: 780, stock: 6 },
      { sku: 'BUTTER-OAT', values: ['Oat'], price: '39.00', grams: 780, stock: { Studio: 5, 'Market hall': 1 } },
    ],
  },
  {
    title: 'Bud vase', productType: 'Vases', popularity: 8, options: ['Colour'], onShopify: true,
    etsy: {
      listingId: 1734000112, title: 'Tiny bud vase for dried flowers, minimalist pottery',
      tags: ['bud vase', 'tiny vase', 'dried flower vase', 'minimalist decor', 'small gift', 'desk decor'],
    },
    variants: [
      { sku: 'VASE-BUD-BLUSH', values: ['Blush'], price: '16.50', grams: 190, stock: 13 },
      { sku: 'VASE-BUD-GREEN', values: ['Green'], price: '16.50', grams: 190, stock: 10 },
      { sku: 'VASE-BUD-OAT', values: ['Oat'], price: '16.50', grams: 190, stock: { Studio: 9, 'Market hall': 6 } },
    ],
  },
  {
    title: 'Tall vase', productType: 'Vases', popularity: 3, options: [], onShopify: true,
    etsy: {
      listingId: 1734000113, title: 'Tall stoneware vase 32 cm, matt white',
      tags: ['tall vase', 'white vase', 'stoneware vase', 'floor vase'],
    },
    variants: [{ sku: 'VASE-TALL', values: [], price: '89.00', grams: 2100, stock: 7, etsyQuantity: 3 }],
  },
  {
    title: 'Moon jar No. 1', productType: 'Vases', popularity: 1, options: [], onShopify: true,
    etsy: {
      listingId: 1734000114, title: 'Moon jar No. 1, one of a kind porcelain vessel',
      tags: ['moon jar', 'one of a kind', 'porcelain vase', 'collectible pottery'],
    },
    variants: [{ sku: 'MOON-JAR-1', values: [], price: '320.00', grams: 2900, stock: 1, unique: true }],
  },
  {
    title: 'Planter with saucer', productType: 'Planters', popularity: 5, options: ['Size'], onShopify: true,
    etsy: {
      listingId: 1734000115, title: 'Terracotta planter with saucer, indoor plant pot',
      tags: ['plant pot', 'terracotta planter', 'indoor planter', 'plant lover gift'],
    },
    variants: [
      { sku: 'PLANTER-S', values: ['10 cm'], price: '18.00', grams: 450, stock: 12 },
      { sku: 'PLANTER-M', values: ['14 cm'], price: '27.00', grams: 820, stock: 8 },
      { sku: 'PLANTER-L', values: ['20 cm'], price: '44.00', grams: 1700, stock: { Studio: 2, 'Market hall': 2 } },
    ],
  },
  {
    title: 'Berry bowl', productType: 'Kitchen', popularity: 3, options: [], onShopify: true,
    etsy: {
      listingId: 1734000116, title: 'Berry bowl, small ceramic colander with plate',
      tags: ['berry bowl', 'ceramic colander', 'fruit bowl', 'farmhouse kitchen'],
    },
    variants: [{ sku: 'BERRY-OAT', values: [], price: '42.00', grams: 760, stock: 6 }],
  },
  {
    title: 'Spoon rest', productType: 'Kitchen', popularity: 4, options: [], onShopify: true,
    etsy: {
      listingId: 1734000117, title: 'Ceramic spoon rest for the stove',
      tags: ['spoon rest', 'kitchen helper', 'ceramic spoon rest', 'cook gift'],
    },
    variants: [{ sku: 'SPOON-REST', values: [], price: '15.00', grams: 210, stock: 20 }],
  },
  {
    title: 'Soap dish', productType: 'Bath', popularity: 4, options: ['Colour'], onShopify: true,
    etsy: {
      listingId: 1734000118, title: 'Draining soap dish, handmade ceramic for the bathroom',
      tags: ['soap dish', 'bathroom decor', 'zero waste', 'ceramic soap dish'],
    },
    variants: [
      { sku: 'SOAP-DISH-OAT', values: ['Oat'], price: '17.00', grams: 230, stock: 9 },
      { sku: 'SOAP-DISH-SLATE', values: ['Slate'], price: '17.00', grams: 230, stock: 2 },
    ],
  },
  {
    title: 'Studio second', productType: 'Mugs', popularity: 2, options: [], onShopify: true,
    variants: [{ sku: 'SECOND-MUG', values: [], price: '12.00', grams: 380, stock: { 'Market hall': 5 } }],
  },
]
