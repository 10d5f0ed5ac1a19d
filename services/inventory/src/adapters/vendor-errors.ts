import { Transient } from '@zyra/runtime'
import { isEtsyError } from '@zyra/vendor-etsy'
import type { ShopifyError } from '@zyra/vendor-shopify'

const MISSING_ACCESS_RETRY_MS = 60_000

/**
 * What an error of Etsy's means for the work: it is waited out, or Etsy said no. Anything else is thrown on and counts as a failed try.
 * @returns Etsy's reason
 * @throws Transient, or what was given
 */
export const refusalByEtsy = (error: unknown): string => {
  if (!isEtsyError(error)) throw error
  switch (error.kind) {
    case 'rate-limited':
      throw new Transient(error.message, { retryAfterMs: error.retryAfterMs, mayHaveHappened: false, cause: error })
    case 'unauthorised':
      throw new Transient(error.message, { retryAfterMs: MISSING_ACCESS_RETRY_MS, mayHaveHappened: false, cause: error })
    case 'unavailable':
      throw new Transient(error.message, { mayHaveHappened: error.mayHaveHappened, cause: error })
    case 'not-found':
      return 'Etsy has no such listing any more'
    case 'refused':
      return error.reason
    case 'malformed':
      throw error
  }
}

/** Why Etsy cannot be read at present. Garbage fails a reading too, and the next one is soon: it is never given up. @throws as {@link refusalByEtsy} */
export const unreadableEtsy = (error: unknown): string =>
  isEtsyError(error) && error.kind === 'malformed' ? error.message : refusalByEtsy(error)

/** The same for Shopify. @returns why Shopify cannot be read; @throws Transient for what passes by itself */
export const refusalByShopify = (error: ShopifyError): string => {
  switch (error.kind) {
    case 'throttled':
    case 'idempotency-in-progress':
      throw new Transient(error.message, { mayHaveHappened: false })
    case 'unavailable':
    case 'aborted':
      throw new Transient(error.message, { mayHaveHappened: error.mayHaveHappened })
    case 'unauthorized':
      throw new Transient(error.message, { retryAfterMs: MISSING_ACCESS_RETRY_MS, mayHaveHappened: false })
    case 'too-expensive':
    case 'refused':
    case 'invalid-request':
    case 'rejected':
    case 'stale':
    case 'idempotency-mismatch':
    case 'idempotency-failed':
    case 'malformed':
      return error.message
  }
}
