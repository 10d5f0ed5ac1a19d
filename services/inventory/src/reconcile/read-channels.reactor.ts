import type { InventoryEvent } from '@zyra/contracts'
import { reactor } from '@zyra/es'
import type { ChannelsPort, ItemOnChannels } from './channels.port.ts'

type Outcome = Extract<InventoryEvent, { type: 'inventory.ChannelsRead' | 'inventory.ChannelsReadFailed' }>

const ITEMS_PER_EVENT = 100

const pagesOf = (items: readonly ItemOnChannels[]): readonly (readonly ItemOnChannels[])[] =>
  Array.from({ length: Math.max(1, Math.ceil(items.length / ITEMS_PER_EVENT)) }, (_, page) =>
    items.slice(page * ITEMS_PER_EVENT, (page + 1) * ITEMS_PER_EVENT),
  )

/** Reads both channels for a reconcile and records what they showed that is news, in pages. It knows by the poll until when Etsy's sales are known. */
export const readChannels = reactor<InventoryEvent, ChannelsPort, Outcome>({
  name: 'read-channels',
  port: 'channels',
  effect: 'channels',
  newestOnly: true,
  on: {
    'inventory.EtsyReceiptsPollStarted': ({ data: { since, reconciles } }) =>
      reconciles ? { permit: { class: 'operational', effect: 'reads' }, input: { since } } : undefined,
  },
  outcome: (_input, result) => {
    // A port that can find out is always asked again, so only the stop switch keeps it from an answer.
    if (!result.ok) return [{ type: 'inventory.ChannelsReadFailed', data: { reason: result.error, stopped: true } }]
    if ('failed' in result.value) return [{ type: 'inventory.ChannelsReadFailed', data: { reason: result.value.failed, stopped: false } }]
    const { asOf, items, unchanged } = result.value
    const pages = pagesOf(items)
    return pages.map((page, index) => ({
      type: 'inventory.ChannelsRead',
      data: {
        asOf,
        last: index === pages.length - 1,
        itemsBefore: index * ITEMS_PER_EVENT,
        items: page.map((item) => ({ ...item, levels: [...item.levels] })),
        unchanged: index === pages.length - 1 ? unchanged : 0,
      },
    }))
  },
})
