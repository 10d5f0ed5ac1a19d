import { service } from '@zyra/runtime'
import { channelsOf } from './adapters/clients.ts'
import { readingOf } from './adapters/channels.ts'
import { etsyQuantity } from './adapters/etsy-quantity.ts'
import { changeBuffer } from './oversell-buffer/change-buffer.policy.ts'
import { mirrorShopifyStock } from './oversell-buffer/mirror-shopify-stock.policy.ts'
import { observeChannels } from './oversell-buffer/observe-channels.policy.ts'
import { setEtsyQuantity } from './oversell-buffer/set-etsy-quantity.reactor.ts'
import { stock } from './oversell-buffer/stock.decider.ts'
import { stockRows } from './oversell-buffer/stock.projection.ts'
import { finishReconcile } from './reconcile/finish-reconcile.policy.ts'
import { readChannels } from './reconcile/read-channels.reactor.ts'
import { reconcile } from './reconcile/reconcile.decider.ts'
import { setReconcileTimer } from './reconcile/set-reconcile-timer.reactor.ts'
import { startReconcile } from './reconcile/start-reconcile.policy.ts'

/** Stock on both channels. */
export const inventory = service({
  name: 'inventory',
  deciders: [stock, reconcile],
  policies: [mirrorShopifyStock, observeChannels, changeBuffer, startReconcile, finishReconcile],
  reactors: [setEtsyQuantity, readChannels, setReconcileTimer],
  projections: [stockRows],
  ports: (context) => {
    const channels = channelsOf(context)
    return { etsyQuantity: etsyQuantity(channels), channels: readingOf(channels) }
  },
})
