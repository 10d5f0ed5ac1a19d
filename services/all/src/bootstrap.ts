import { entryId } from '@zyra/contracts'
import { entryCause, type Running } from '@zyra/runtime'
import { setTimeout as delay } from 'node:timers/promises'

/** The sandbox merchant: its name, its shop, its Etsy shop. */
export const DEMO = { merchant: 'demo', shopDomain: 'demo-shop.myshopify.com', etsyShopId: '44871203' } as const

const KNOWN_WITHIN_MS = 10_000

/** Registers the sandbox merchant and waits until the gateway knows it. Repeated at every start: it is in the log once. */
export const registerDemoMerchant = async ({ services }: Running): Promise<void> => {
  const gateway = services.find(({ name }) => name === 'gateway')
  if (gateway === undefined) return
  const { merchant, shopDomain, etsyShopId } = DEMO
  const { merchants, decisions } = gateway.context
  if (merchants.byName(merchant) !== undefined) return
  const requestId = entryId('register', merchant, shopDomain)
  const data = { requestId, by: 'start', mode: 'sandbox', shopDomain, etsyShopId } as const
  await decisions.record(
    { merchant, aggregate: 'request', id: 'registration' },
    [{ type: 'gateway.RegistrationRequested', data }],
    entryCause(merchant, requestId, 'start', 'runtime:start'),
  )
  const until = performance.now() + KNOWN_WITHIN_MS
  while (merchants.byName(merchant) === undefined && performance.now() < until) await delay(20)
}
