import { recorded, when, whenAnswered } from '@zyra/testing'
import type { ItemOnChannels } from './channels.port.ts'
import { readChannels } from './read-channels.reactor.ts'

const asOf = '2026-11-20T08:00:00.400000000Z'
const since = '2026-11-20T07:45:00.000Z'

const items = (count: number): ItemOnChannels[] => Array.from({ length: count }, (_, index) => ({
  inventoryItem: String(index + 1), sku: `SKU-${index + 1}`, title: `Print ${index + 1}`, levels: [{ location: '7', available: index }], etsy: null,
}))

const pagesOf = (count: number) => whenAnswered(readChannels, { since }, { ok: true, value: { asOf, items: items(count), unchanged: 7 } }).events
  .flatMap((event) => (event.type === 'inventory.ChannelsRead' ? [event.data] : []))

describe('reading both channels', () => {
  const poll = (reconciles: boolean) => recorded('inventory.EtsyReceiptsPollStarted', { since, at: '2026-11-20T08:00:00.000Z', reconciles })

  it("asks for everything, with a permit to read, when a run's poll tells until when Etsy's sales are known", () => {
    when(readChannels, poll(true)).asks({ permit: { class: 'operational', effect: 'reads' }, input: { since } })
  })

  it('asks nothing for other polls', () => {
    when(readChannels, poll(false)).asksNothing()
  })

  it('follows the newest run only', () => {
    expect(readChannels.newestOnly).toBe(true)
  })

  it('records what the channels showed', () => {
    const shown = items(2).map((item) => ({ ...item, levels: [...item.levels] }))
    whenAnswered(readChannels, { since }, { ok: true, value: { asOf, items: shown, unchanged: 3 } })
      .records({ type: 'inventory.ChannelsRead', data: { asOf, last: true, itemsBefore: 0, items: shown, unchanged: 3 } })
  })

  const paged: readonly (readonly [number, readonly number[]])[] = [[0, [0]], [1, [1]], [100, [100]], [101, [100, 1]], [250, [100, 100, 50]]]

  it.each(paged)('records %d items in pages of %j, the last of which says so', (count, sizes) => {
    const pages = pagesOf(count)
    expect(pages.map((page) => page.items.length)).toEqual(sizes)
    expect(pages.map(({ last }) => last)).toEqual(sizes.map((_, index) => index === sizes.length - 1))
    expect(pages.map(({ unchanged }) => unchanged)).toEqual(sizes.map((_, index) => (index === sizes.length - 1 ? 7 : 0)))
    expect(pages.map(({ itemsBefore }) => itemsBefore)).toEqual(sizes.map((_, index) => index * 100))
    expect(pages.flatMap((page) => page.items.map(({ inventoryItem }) => inventoryItem))).toEqual(items(count).map(({ inventoryItem }) => inventoryItem))
  })

  it('records why a channel cannot be read', () => {
    whenAnswered(readChannels, { since }, { ok: true, value: { failed: 'Etsy cannot be read: no such shop' } })
      .records({ type: 'inventory.ChannelsReadFailed', data: { reason: 'Etsy cannot be read: no such shop', stopped: false } })
  })

  it('records why nothing was read', () => {
    whenAnswered(readChannels, { since }, { ok: false, error: 'everything is stopped' })
      .records({ type: 'inventory.ChannelsReadFailed', data: { reason: 'everything is stopped', stopped: true } })
  })
})
