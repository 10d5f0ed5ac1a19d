import { control, etsyRow, itemAtOnePlace, mirrored, sandboxControl, settled, shopifyVariants, startSystem, storedEvents, until, type System } from './harness.ts'

describe('a sale on Etsy', () => {
  let system: System
  let sku: string
  beforeAll(async () => {
    system = await startSystem()
    await system.startServices()
    await settled(system)
    sku = (await itemAtOnePlace(system)).sku
    await sandboxControl(system, '/shopify/stock', { sku, available: 9 })
    await until('Etsy to have nine', async () => (await etsyRow(system, sku)).sellable === 9)
    await settled(system)
  }, 60_000)
  afterAll(() => system.stop(), 30_000)

  const buy = (channel: 'shopify' | 'etsy') => sandboxControl(system, '/orders', { channel, sku })
  const onShopify = async () => (await shopifyVariants(system)).find((variant) => variant.sku === sku)?.available
  const pieces = async () => ({ shopify: await onShopify(), etsy: (await etsyRow(system, sku)).sellable })
  const adjustments = async () => (await storedEvents(system, ['zyra.demo.inventory.shopify-stock.*'])).filter(({ envelope }) => envelope.type === 'inventory.ShopifyAdjusted')
  /** Strikes the next request or webhook of this name, once. */
  const next = (vendor: 'shopify' | 'etsy', kind: string, operation: string) =>
    sandboxControl(system, `/${vendor}/faults`, { kind, nextRequests: 1, where: { operation } })

  test('lowers the stock on Shopify, once, and leaves Etsy as it is', async () => {
    await buy('etsy')
    await until('Shopify to follow', async () => (await onShopify()) === 8)
    await settled(system)
    expect(await pieces()).toEqual({ shopify: 8, etsy: 8 })
    expect(await adjustments()).toHaveLength(1)
  }, 30_000)

  test('and others in a burst on both channels come to the same stock on both', async () => {
    await Promise.all([buy('etsy'), buy('shopify'), buy('etsy'), buy('etsy')])
    await until('Shopify to follow', async () => (await onShopify()) === 4)
    await settled(system)
    expect(await pieces()).toEqual({ shopify: 4, etsy: 4 })
    expect(await adjustments()).toHaveLength(4)
  }, 30_000)

  test('that no webhook tells of is found by a reconcile, which takes it for no drift', async () => {
    await Promise.all([next('etsy', 'drop-webhook', 'order.paid'), next('shopify', 'drop-webhook', 'inventory_levels/update')])
    await buy('etsy')
    await control(system, 'reconcile', {})
    await until('Shopify to follow', async () => (await onShopify()) === 3)
    await settled(system)
    expect((await etsyRow(system, sku)).sellable).toBe(3)
    await control(system, 'reconcile', {})
    await settled(system)
    expect(await pieces()).toEqual({ shopify: 3, etsy: 3 })
    expect(await adjustments()).toHaveLength(5)
  }, 30_000)

  test('is taken off Shopify once, although the connection breaks after Shopify did it', async () => {
    await sandboxControl(system, '/shopify/stock', { sku, available: 4 })
    await until('Etsy to have four', async () => (await etsyRow(system, sku)).sellable === 4)
    await next('shopify', 'reset-after-effect', 'ZyraInventoryAdjust')
    await buy('etsy')
    await until('the answer to be known', async () => (await adjustments()).length === 6)
    await settled(system)
    expect(await pieces()).toEqual({ shopify: 3, etsy: 3 })
  }, 30_000)

  test('of the last piece above the buffer takes the rest off Etsy', async () => {
    await buy('etsy')
    await buy('etsy')
    await until('Etsy to sell nothing', async () => (await pieces()).etsy === 0 && (await onShopify()) === 1)
    await settled(system)
    expect(await pieces()).toEqual({ shopify: 1, etsy: 0 })
    expect((await mirrored(system)).filter(({ expected, sellable }) => expected !== sellable)).toEqual([])
  }, 30_000)
})
