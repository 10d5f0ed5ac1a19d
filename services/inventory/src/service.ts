import { service } from '@zyra/runtime'
import { channelsOf } from './adapters/clients.ts'
import { readingOf } from './adapters/channels.ts'
import { etsyQuantity } from './adapters/etsy-quantity.ts'
import { receiptsOf } from './adapters/etsy-receipts.ts'
import { onlyNews } from './adapters/only-news.ts'
import { shopifyStock } from './adapters/shopify-stock.ts'
import { adjustForEtsySale } from './etsy-sales/adjust-for-etsy-sale.policy.ts'
import { adjustShopifyStock } from './etsy-sales/adjust-shopify-stock.reactor.ts'
import { etsyOffer } from './etsy-sales/etsy-offer.decider.ts'
import { etsyReceipts } from './etsy-sales/etsy-receipts.decider.ts'
import { linksOf, matchEtsySales } from './etsy-sales/match-etsy-sales.policy.ts'
import { pollEtsyReceipts } from './etsy-sales/poll-etsy-receipts.policy.ts'
import { readEtsyReceipts } from './etsy-sales/read-etsy-receipts.reactor.ts'
import { shopifyAdjustment } from './etsy-sales/shopify-adjustment.decider.ts'
import { changeBuffer } from './oversell-buffer/change-buffer.policy.ts'
import { mirrorShopifyStock } from './oversell-buffer/mirror-shopify-stock.policy.ts'
import { observationOf, observeChannels } from './oversell-buffer/observe-channels.policy.ts'
import { setEtsyQuantity } from './oversell-buffer/set-etsy-quantity.reactor.ts'
import { stock } from './oversell-buffer/stock.decider.ts'
import { stockRows } from './oversell-buffer/stock.projection.ts'
import { withholdEtsySale } from './oversell-buffer/withhold-etsy-sale.policy.ts'
import { finishReconcile } from './reconcile/finish-reconcile.policy.ts'
import { readChannels } from './reconcile/read-channels.reactor.ts'
import { reconcile } from './reconcile/reconcile.decider.ts'
import { setReconcileTimer } from './reconcile/set-reconcile-timer.reactor.ts'
import { setResumeTimers } from './reconcile/set-resume-timers.reactor.ts'
import { startReconcile } from './reconcile/start-reconcile.policy.ts'

/** Stock on both channels. */
export const inventory = service({
  name: 'inventory',
  deciders: [stock, reconcile, etsyReceipts, etsyOffer, shopifyAdjustment],
  policies: [
    mirrorShopifyStock, observeChannels, changeBuffer, startReconcile, finishReconcile, pollEtsyReceipts, matchEtsySales, withholdEtsySale, adjustForEtsySale,
  ],
  reactors: [setEtsyQuantity, readChannels, setReconcileTimer, setResumeTimers, readEtsyReceipts, adjustShopifyStock],
  projections: [stockRows],
  standingTimers: ['reconcile'],
  ports: (context) => {
    const channels = channelsOf(context)
    const receipts = receiptsOf(channels, context.now)
    return {
      etsyQuantity: etsyQuantity(channels),
      channels: onlyNews(readingOf(channels, receipts), context.decisions.wouldDecide, (asOf, item) => [observationOf(asOf, item), ...linksOf(asOf, item)]),
      etsyReceipts: receipts,
      shopifyStock: shopifyStock(channels, context.now),
    }
  },
})
