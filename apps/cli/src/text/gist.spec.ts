import { eventRegistry } from '@zyra/contracts'
import { entry, webhook } from '../../test/entries.ts'
import { gist, shortSubject } from './gist.ts'
import { gatewayGists } from './gists/gateway.ts'
import { inventoryGists } from './gists/inventory.ts'
import { orchestratorGists } from './gists/orchestrator.ts'
import { runtimeGists } from './gists/runtime.ts'

const nameOf = (_merchant: string, item: string): string => (item === '47' ? 'MUG-BLUE' : item)

describe('the gist of an event', () => {
  it('is there for every event that a contract declares', () => {
    const told = Object.keys({ ...gatewayGists, ...inventoryGists, ...orchestratorGists, ...runtimeGists })
    expect(told.toSorted()).toEqual([...eventRegistry.keys()].toSorted())
    expect(told.length).toBeGreaterThan(20)
  })

  it('tells what was decided on, and calls items by their SKU', () => {
    const decided = entry(
      'inventory.EtsyQuantityDecided',
      {
        listingId: '9',
        sku: 'MUG-BLUE',
        available: 4,
        buffer: 2,
        before: 5,
        quantity: 4,
        lowers: true,
        because: 'stock changed',
      },
      { sequence: 2, id: '47' },
    )
    expect(gist(decided, nameOf)).toBe('Etsy 5 -> 4: 4 available, buffer 2, the stock changed')
    expect(shortSubject(decided, nameOf)).toBe('MUG-BLUE')
  })

  it('never tells a body', () => {
    const { stored, event } = webhook(1)
    const secret = { stored, event: { ...event, data: { ...(Object(event.data) as object), body: 'ann@example.com' } }, problem: undefined }
    expect(gist(secret, nameOf)).not.toContain('ann@')
  })

  it('says why an event cannot be read', () => {
    expect(gist({ ...webhook(1), problem: 'version 9 is not known' }, nameOf)).toBe('version 9 is not known')
  })
})
