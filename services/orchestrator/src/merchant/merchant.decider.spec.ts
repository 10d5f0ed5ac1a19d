import { given } from '@zyra/testing'
import { merchant } from './merchant.decider.ts'

const shops = { mode: 'sandbox', shopDomain: 'demo.myshopify.com', etsyShopId: '45678901' } as const
const registered = { type: 'orchestrator.MerchantRegistered', data: { ...shops, at: null } } as const
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
    given(merchant, registered).when({ type: 'Register', ...moved }).then({ ...registered, data: { ...moved, at: null } }).thenState({ registration: moved })
  })

  it('never goes from the sandbox to live or back, so that simulated customers never reach a real listing', () => {
    const live = { ...shops, mode: 'live' } as const
    given(merchant, registered).when({ type: 'Register', ...live }).thenNothing()
    given(merchant, { ...registered, data: { ...live, at: null } }).when({ type: 'Register', ...shops }).thenNothing()
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

  describe('that removes the app and comes back', () => {
    const [first, removal, second] = ['2026-11-20T08:00:00.000Z', '2026-11-20T09:00:00.123456789Z', '2026-11-20T09:30:00.000Z'] as const
    const registeredAt = (at: string) => ({ ...registered, data: { ...shops, at } }) as const
    const removed = (triggeredAt: string) => ({ type: 'Uninstall', shopDomain: shops.shopDomain, triggeredAt }) as const

    it('keeps the app although the webhook about the removal comes later', () => {
      given(merchant, registeredAt(first)).when({ type: 'Register', ...shops, at: second }).then(registeredAt(second)).thenState({ registeredAt: second })
      given(merchant, registeredAt(first), registeredAt(second)).when(removed(removal)).thenNothing()
      given(merchant, registeredAt(first), uninstalled, registeredAt(second)).when(removed(removal)).thenNothing()
    })

    it('is removed by what happened after it came back, and where nobody can tell which was first', () => {
      given(merchant, registeredAt(first)).when(removed(removal)).then(uninstalled)
      given(merchant, registered).when(removed(removal)).then(uninstalled)
      given(merchant, registeredAt(second)).when({ type: 'Uninstall', shopDomain: shops.shopDomain }).then(uninstalled)
      given(merchant, registeredAt(second)).when(removed('some day')).then(uninstalled)
    })

    it('is not registered by an older request once more', () => {
      given(merchant, registeredAt(second)).when({ type: 'Register', ...shops, at: first }).thenNothing()
      given(merchant, registeredAt(second)).when({ type: 'Register', ...shops, at: second }).thenNothing()
    })
  })
})
