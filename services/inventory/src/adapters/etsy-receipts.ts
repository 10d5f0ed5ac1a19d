import type { EtsyClient } from '@zyra/vendor-etsy'
import type { EtsyReceiptsPort, EtsySale } from '../etsy-sales/etsy-receipts.port.ts'
import type { Channels } from './clients.ts'
import { unreadableEtsy } from './vendor-errors.ts'

type Receipt = ReturnType<EtsyClient['getShopReceipts']> extends AsyncGenerator<infer Read> ? Read : never

/** Receipts are read from this long before the last read began: our clock may be minutes ahead of Etsy's, and its index may lag. */
const OVERLAP_MS = 10 * 60_000

const isCancelled = (status: string): boolean => /^cancell?ed$/i.test(status)

/** Sales of a listing that Etsy does not name any more cannot be told from others; Etsy leaves its id out then. */
const salesOf = ({ receiptId, status, isPaid, createdAt, transactions }: Receipt): readonly EtsySale[] =>
  !isPaid || isCancelled(status)
    ? []
    : transactions.flatMap(({ transactionId, listingId, sku, quantity }) =>
      listingId === undefined || quantity === 0
        ? []
        : [{ receiptId, transactionId, listingId, sku, quantity, soldAt: new Date(createdAt * 1_000).toISOString() }])

/** Etsy's receipts by the time of their last change. An answer that makes no sense fails the read: the next one asks again. */
export const receiptsOf = (channels: (merchant: string) => Promise<Channels>, now: () => Date): EtsyReceiptsPort => {
  const read: EtsyReceiptsPort['do'] = async ({ since }, { merchant, signal }) => {
    const { etsy } = await channels(merchant)
    const until = now().toISOString()
    const minLastModified = Math.floor((Date.parse(since) - OVERLAP_MS) / 1_000)
    const sales = new Map<string, EtsySale>()
    try {
      for await (const receipt of etsy.getShopReceipts({ minLastModified }, signal)) for (const sale of salesOf(receipt)) sales.set(sale.transactionId, sale)
    } catch (error) {
      return { failed: `Etsy's receipts cannot be read: ${unreadableEtsy(error)}` }
    }
    return { until, sales: [...sales.values()] }
  }
  return { do: read, find: read }
}
