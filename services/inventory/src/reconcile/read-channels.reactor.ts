import type { InventoryEvent } from '@zyra/contracts'
import { reactor } from '@zyra/es'
import type { ChannelsPort, ItemOnChannels } from './channels.port.ts'

type Outcome = Extract<InventoryEvent, { type: 'inventory.ChannelsRead' | 'inventory.ChannelsReadFailed' }>

const ITEMS_PER_EVENT = 100

const pagesOf = (items: readonly ItemOnChannels[]): readonly (readonly ItemOnChannels[])[] =>
  Array.from({ length: Math.max(1, Math.ceil(items.length / ITEMS_PER_EVENT)) }, (_, page) =>
    items.slice(page * ITEMS_PER_EVENT, (page + 1) * ITEMS_PER_EVENT),
  )

/** Reads both channels and records what they showed, in pages. */
export const readChannels = reactor<InventoryEvent, ChannelsPort, Outcome>({
  name: 'read-channels',
  port: 'channels',
  effect: 'channels',
  on: {
    'inventory.ReconcileStarted': ({ data: { because } }) => ({ permit: { class: 'operational', effect: 'reads' }, input: { because } }),
  },
  outcome: (_input, result) => {
    if (!result.ok) return [{ type: 'inventory.ChannelsReadFailed', data: { reason: result.error } }]
    if ('failed' in result.value) return [{ type: 'inventory.ChannelsReadFailed', data: { reason: result.value.failed } }]
    const { asOf, items } = result.value
    const pages = pagesOf(items)
    return pages.map((page, index) => ({
      type: 'inventory.ChannelsRead',
      data: {
        asOf,
        last: index === pages.length - 1,
        itemsBefore: index * ITEMS_PER_EVENT,
        items: page.map((item) => ({ ...item, levels: [...item.levels] })),
      },
    }))
  },
})
