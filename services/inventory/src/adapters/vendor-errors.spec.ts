import { Transient } from '@zyra/runtime'
import type { EtsyError, EtsyFailure } from '@zyra/vendor-etsy'
import type { ShopifyError } from '@zyra/vendor-shopify'
import { refusalByEtsy, refusalByShopify } from './vendor-errors.ts'

const etsy = (failure: EtsyFailure): EtsyError =>
  Object.assign(new Error('Etsy getListing: no'), { name: 'EtsyError', operation: 'getListing', ...failure })

const thrownBy = (work: () => unknown): unknown => {
  try {
    return { returned: work() }
  } catch (error) {
    return error
  }
}

describe('an error of Etsy', () => {
  it.each<[string, EtsyFailure, number | undefined, boolean]>([
    ['a rate limit, for as long as Etsy says', { kind: 'rate-limited', retryAfterMs: 250, scope: 'second' }, 250, false],
    ['missing access, until a person looked', { kind: 'unauthorised' }, 60_000, false],
    ['an Etsy that was not reached', { kind: 'unavailable', mayHaveHappened: false }, undefined, false],
    ['an Etsy that did not answer, remembering that it may have acted', { kind: 'unavailable', mayHaveHappened: true }, undefined, true],
  ])('is waited out where it is %s', (_what, failure, retryAfterMs, mayHaveHappened) => {
    const error = thrownBy(() => refusalByEtsy(etsy(failure)))
    expect(error).toBeInstanceOf(Transient)
    expect(error).toMatchObject({ message: 'Etsy getListing: no', retryAfterMs, mayHaveHappened })
  })

  it('is an answer where Etsy says no', () => {
    expect(refusalByEtsy(etsy({ kind: 'not-found' }))).toBe('Etsy has no such listing any more')
    expect(refusalByEtsy(etsy({ kind: 'refused', status: 400, reason: 'quantity must be below 1000' }))).toBe('quantity must be below 1000')
  })

  const unclear = [etsy({ kind: 'malformed', mayHaveHappened: false }), new TypeError('a defect of ours'), 'not even an error']

  it.each(unclear)('counts as a failed try where nobody knows what it means: %s', (error) => {
    expect(thrownBy(() => refusalByEtsy(error))).toBe(error)
  })
})

describe('an error of Shopify', () => {
  const message = 'Shopify says no'

  it.each<[ShopifyError, object]>([
    [{ kind: 'throttled', message }, { mayHaveHappened: false, retryAfterMs: undefined }],
    [{ kind: 'idempotency-in-progress', message }, { mayHaveHappened: false, retryAfterMs: undefined }],
    [{ kind: 'unavailable', mayHaveHappened: true, message }, { mayHaveHappened: true }],
    [{ kind: 'aborted', mayHaveHappened: false, message }, { mayHaveHappened: false }],
    [{ kind: 'unauthorized', message }, { mayHaveHappened: false, retryAfterMs: 60_000 }],
  ])('is waited out: $kind', (error, expected) => {
    const thrown = thrownBy(() => refusalByShopify(error))
    expect(thrown).toBeInstanceOf(Transient)
    expect(thrown).toMatchObject({ message, ...expected })
  })

  it.each<ShopifyError>([
    { kind: 'too-expensive', message }, { kind: 'refused', status: 402, message }, { kind: 'invalid-request', message },
    { kind: 'rejected', userErrors: [], message }, { kind: 'stale', message }, { kind: 'idempotency-mismatch', message },
    { kind: 'idempotency-failed', message }, { kind: 'malformed', mayHaveHappened: false, message },
  ])('is an answer: $kind', (error) => {
    expect(refusalByShopify(error)).toBe(message)
  })
})
