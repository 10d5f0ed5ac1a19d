import type { InventoryEvent } from '@zyra/contracts'
import { reactor } from '@zyra/es'
import type { EtsyQuantityPort } from './etsy-quantity.port.ts'

type Outcome = Extract<InventoryEvent, { type: 'inventory.EtsyQuantitySet' | 'inventory.EtsyQuantityRefused' }>

/** Brings Etsy to the quantity that was decided last. Lowering it goes through even when everything is stopped. */
export const setEtsyQuantity = reactor<InventoryEvent, EtsyQuantityPort, Outcome>({
  name: 'set-etsy-quantity',
  port: 'etsyQuantity',
  effect: 'etsy-quantity',
  newestOnly: true,
  on: {
    'inventory.EtsyQuantityDecided': ({ data: { listingId, sku, quantity, lowers } }) => ({
      permit: { class: 'operational', effect: lowers ? 'lowers-stock' : 'keeps-stock-true' },
      input: { listingId, sku, quantity },
    }),
  },
  outcome: ({ listingId, sku, quantity }, result) => {
    if (!result.ok) return [{ type: 'inventory.EtsyQuantityRefused', data: { listingId, sku, quantity, reason: result.error } }]
    if ('refused' in result.value) return [{ type: 'inventory.EtsyQuantityRefused', data: { listingId, sku, quantity, reason: result.value.refused } }]
    const { alsoZeroed, ...set } = result.value
    return [{ type: 'inventory.EtsyQuantitySet', data: { listingId, sku, ...set, alsoZeroed: [...alsoZeroed] } }]
  },
})
