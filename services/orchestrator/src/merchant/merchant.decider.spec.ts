import { given } from '@zyra/testing'
import { merchant } from './merchant.decider.ts'

const shops = { mode: 'sandbox', shopDomain: 'demo.myshopify.com', etsyShopId: '45678901' } as const
const registered = { type: 'orchestrator.MerchantRegistered', data: shops } as const
const uninstalled = { type: 'orchestrator.MerchantUninstalled', data: { shopDomain: shops.shopDomain } } as const

describe('a merchant', () => {
  it('is registered with their shops', () => {
    given(merchant).when({ type: 'Register', ...shops }).then(registered).thenState({ registration: shops, installed: true })
  })

  it('is registered once', () => {
    given(merchant, registered).when({ type: 'Register', ...shops }).thenNothing()
  })

  it('may move to another shop', () => {
    const moved = { ...shops, etsyShopId: '45678902' }
    given(merchant, registered).when({ type: 'Register', ...moved }).then({ ...registered, data: moved }).thenState({ registration: moved })
  })

  it('never goes from the sandbox to live or back, so that simulated customers never reach a real listing', () => {
    const live = { ...shops, mode: 'live' } as const
    given(merchant, registered).when({ type: 'Register', ...live }).thenNothing()
    given(merchant, { ...registered, data: live }).when({ type: 'Register', ...shops }).thenNothing()
    given(merchant, registered, uninstalled).when({ type: 'Register', ...live }).thenNothing()
  })

  it('is known still when the app was removed', () => {
    given(merchant, registered).when({ type: 'Uninstall', shopDomain: shops.shopDomain }).then(uninstalled).thenState({ registration: shops, installed: false })
  })

  it('is removed once, and never before it is known', () => {
    given(merchant, registered, uninstalled).when({ type: 'Uninstall', shopDomain: shops.shopDomain }).thenNothing()
    given(merchant).when({ type: 'Uninstall', shopDomain: shops.shopDomain }).thenNothing()
  })

  it('can come back', () => {
    given(merchant, registered, uninstalled).when({ type: 'Register', ...shops }).then(registered).thenState({ installed: true })
  })
})
