/** One entry of a mutation's `userErrors`. */
export interface UserError {
  readonly code?: string | null | undefined
  readonly field?: readonly string[] | null | undefined
  readonly message: string
}

/**
 * Why a call gave no value. `message` is one sentence without personal data. Where `mayHaveHappened` is true nobody knows whether Shopify
 * carried the mutation out: call again with the same idempotency key within 24 hours, or read back.
 */
export type ShopifyError =
  /** Still over the rate limit after waiting; nothing was carried out. */
  | { readonly kind: 'throttled'; readonly message: string }
  /** The document's requested cost is above 1,000 points: a bug of ours. */
  | { readonly kind: 'too-expensive'; readonly message: string }
  /** The token was refused, a fresh one too. */
  | { readonly kind: 'unauthorized'; readonly message: string }
  /** A missing scope (`ACCESS_DENIED`), a frozen (402) or locked (423) shop, a wrong shop or version (404). */
  | { readonly kind: 'refused'; readonly status: number; readonly message: string }
  /** Shopify does not understand the request: a bug of ours. */
  | { readonly kind: 'invalid-request'; readonly message: string }
  /** The mutation was understood and declined. */
  | { readonly kind: 'rejected'; readonly userErrors: readonly UserError[]; readonly message: string }
  /** The quantity is no longer what `changeFromQuantity` said: read again, decide again, use a new idempotency key. */
  | { readonly kind: 'stale'; readonly message: string }
  /** Another request with this idempotency key is still running: try later with the same key. */
  | { readonly kind: 'idempotency-in-progress'; readonly message: string }
  /** This idempotency key was used with other input before: a bug of ours. */
  | { readonly kind: 'idempotency-mismatch'; readonly message: string }
  /** The attempt that used this idempotency key failed: try again with a new key. */
  | { readonly kind: 'idempotency-failed'; readonly message: string }
  /** No answer, or a 5xx. */
  | { readonly kind: 'unavailable'; readonly mayHaveHappened: boolean; readonly message: string }
  /** An answer that is not what the schema promises. */
  | { readonly kind: 'malformed'; readonly mayHaveHappened: boolean; readonly message: string }
  /** The caller's signal ended the call. */
  | { readonly kind: 'aborted'; readonly mayHaveHappened: boolean; readonly message: string }

/** What every call answers: calls never throw for anything that Shopify or the network does. */
export type ShopifyResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ShopifyError }

export const succeed = <T>(value: T): ShopifyResult<T> => ({ ok: true, value })
export const fail = (error: ShopifyError): { readonly ok: false; readonly error: ShopifyError } => ({ ok: false, error })

type CodedKind = 'stale' | 'idempotency-in-progress' | 'idempotency-mismatch' | 'idempotency-failed'

const KINDS: Readonly<Record<string, CodedKind>> = {
  CHANGE_FROM_QUANTITY_STALE: 'stale',
  IDEMPOTENCY_CONCURRENT_REQUEST: 'idempotency-in-progress',
  IDEMPOTENCY_KEY_PARAMETER_MISMATCH: 'idempotency-mismatch',
  IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED: 'idempotency-failed',
}

/** The kind of error that a code of Shopify's stands for, if it is one that callers must tell apart. */
export function kindOfCode(code: string | null | undefined): CodedKind | undefined {
  return code != null && Object.hasOwn(KINDS, code) ? KINDS[code] : undefined
}

/**
 * The error that a mutation's `userErrors` mean; undefined when there are none. One item that cannot be changed for another reason
 * outweighs a stale one, since reading again would not help it.
 */
export function userErrorsToError(operation: string, userErrors: readonly UserError[]): ShopifyError | undefined {
  if (userErrors.length === 0) return undefined
  const kinds = new Set(userErrors.map(({ code }) => kindOfCode(code)))
  const message = `Shopify declined ${operation}: ${userErrors.map(describe).join('; ')}`
  const [kind] = kinds
  return kinds.size === 1 && kind !== undefined ? { kind, message } : { kind: 'rejected', userErrors, message }
}

function describe({ code, field, message }: UserError): string {
  return [code, field?.join('.'), message].filter((part) => part != null && part !== '').join(' ')
}
