import { entryId } from '@zyra/contracts'
import { entryCause, type Running } from '@zyra/runtime'

/** The sandbox merchant: its name, its shop, its Etsy shop. */
export const DEMO = { merchant: 'demo', shopDomain: 'demo-shop.myshopify.com', etsyShopId: '44871203' } as const

/** Asks for the sandbox merchant to be registered. Asked again at every start: it is in the log once. */
export const requestDemoMerchant = async ({ services }: Running): Promise<void> => {
  const gateway = services.find(({ name }) => name === 'gateway')
  if (gateway === undefined) return
  const { merchant, shopDomain, etsyShopId } = DEMO
  const requestId = entryId('register', merchant, shopDomain)
  const data = { requestId, by: 'start', mode: 'sandbox', shopDomain, etsyShopId } as const
  const { context } = gateway
  if (context.merchants.byName(merchant) !== undefined) return
  await context.decisions.record(
    { merchant, aggregate: 'request', id: 'registration' },
    [{ type: 'gateway.RegistrationRequested', data }],
    entryCause(merchant, requestId, 'start', 'runtime:start'),
  )
}
