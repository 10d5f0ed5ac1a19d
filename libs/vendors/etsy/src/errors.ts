/** What went wrong, so that a caller can decide what to do without reading the message. */
export type EtsyFailure =
  /** Too many calls: of this second, or of the last 24 hours. Nothing happened at Etsy. */
  | { readonly kind: 'rate-limited'; readonly retryAfterMs: number; readonly scope: 'second' | 'day' }
  /** Key or token not accepted (401, 403), and a refresh did not help. A person must look. Nothing happened at Etsy. */
  | { readonly kind: 'unauthorised' }
  | { readonly kind: 'not-found' }
  /** Etsy understood and said no; `reason` is its own wording. Trying the same again gives the same answer. */
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string }
  /** No answer, or 5xx. `mayHaveHappened`: the request may have taken effect, so read before trying again. */
  | { readonly kind: 'unavailable'; readonly mayHaveHappened: boolean }
  /** An answer that is not what Etsy documents. `mayHaveHappened` as above. */
  | { readonly kind: 'malformed'; readonly mayHaveHappened: boolean }

/** Every error that the client throws. `operation` is Etsy's name of the call. */
export type EtsyError = Error & EtsyFailure & { readonly operation: string }

export const etsyError = (operation: string, failure: EtsyFailure, message: string): EtsyError =>
  Object.assign(new Error(`Etsy ${operation}: ${message}`), { name: 'EtsyError', operation, ...failure })

/** Tells the client's own errors from everything else. */
export const isEtsyError = (error: unknown): error is EtsyError => error instanceof Error && error.name === 'EtsyError'
