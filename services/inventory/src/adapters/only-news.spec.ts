import type { Dispatch } from '@zyra/es'
import { effect } from '../../test/shops.ts'
import type { ItemOnChannels } from '../reconcile/channels.port.ts'
import { onlyNews } from './only-news.ts'

const item = (inventoryItem: string): ItemOnChannels =>
  ({ inventoryItem, sku: inventoryItem, title: 'Mug', levels: [{ location: '7', available: 3 }], etsy: null })
const asOf = '2026-11-20T08:00:00.000000000Z'
const items = Array.from({ length: 40 }, (_, index) => item(`item-${index}`))

const reading = (news: readonly string[]) => {
  const asked: string[] = []
  const answer = async () => ({ asOf, items, unchanged: 2 })
  const wouldDecide = async (merchant: string, { aggregate, id }: Dispatch): Promise<boolean> => {
    asked.push(`${merchant} ${aggregate} ${id}`)
    return news.includes(`${aggregate} ${id}`)
  }
  const port = onlyNews({ do: answer, find: answer }, wouldDecide, (at, { inventoryItem }) => [
    { aggregate: 'stock', id: inventoryItem, command: { type: at } }, { aggregate: 'etsy-offer', id: inventoryItem, command: { type: at } },
  ])
  return { port, asked }
}

describe('a read of both channels', () => {
  it('keeps what some rule would decide on, in order, and counts the rest', async () => {
    const { port, asked } = reading(['stock item-3', 'etsy-offer item-20', 'stock item-39'])
    const kept = { asOf, items: [item('item-3'), item('item-20'), item('item-39')], unchanged: 39 }
    expect(await port.do({ since: asOf }, effect())).toEqual(kept)
    expect(await port.find?.({ since: asOf }, effect())).toEqual(kept)
    expect(asked.slice(0, 2)).toEqual(['demo stock item-0', 'demo etsy-offer item-0'])
    expect(asked).toHaveLength(160)
  })

  it('says why nothing could be read', async () => {
    const failed = async () => ({ failed: 'Etsy cannot be read' })
    const port = onlyNews({ do: failed, find: failed }, async () => true, () => [])
    expect(await port.do({ since: asOf }, effect())).toEqual({ failed: 'Etsy cannot be read' })
  })
})
