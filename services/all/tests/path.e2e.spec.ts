import { control, deliverShopify, sandboxControl, settled, startSystem, until, type ServicesProcess, type System } from './harness.ts'

interface EtsyRow { readonly sku: string; readonly sellable: number; readonly writes: number }

const onEtsy = async (system: System, sku: string): Promise<EtsyRow | undefined> =>
  (await sandboxControl<{ rows?: EtsyRow[] } & Record<string, unknown>>(system, `/etsy?sku=${sku}`)) as unknown as EtsyRow

describe('the path from a webhook to Etsy', () => {
  let system: System
  let services: ServicesProcess
  beforeAll(async () => {
    system = await startSystem()
    services = await system.startServices()
    await control(system, 'reconcile', {})
    await settled(system)
  }, 60_000)
  afterAll(() => system.stop(), 30_000)

  test('explore', async () => {
    console.log(JSON.stringify(await sandboxControl(system, '/etsy?sku=MUG-BLUE')))
    console.log(JSON.stringify(await sandboxControl(system, '/shopify?sku=MUG-BLUE')))
    console.log(JSON.stringify(await sandboxControl(system, '/orders', { channel: 'shopify', sku: 'MUG-BLUE' })))
    await settled(system)
    console.log(JSON.stringify(await sandboxControl(system, '/etsy?sku=MUG-BLUE')))
  }, 60_000)
})
