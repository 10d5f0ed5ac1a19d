import { faultPlanSchema } from '@zyra/vendor-faults'
import { Failure } from '../base/failure.ts'
import { readOptions } from '../base/options.ts'
import { plain } from '../text/paint.ts'
import { faultFrom, faultOptions, FAULTS, orderOptions, readRate, readVendor, webhookOptions } from './options.ts'
import { deliveredLines, faultLines } from './view.ts'

const fault = (kind: string, given: object = {}): object => faultFrom(kind, readOptions(faultOptions, given))
const look = { width: 100, paint: plain }

describe('the options of zyra sandbox', () => {
  it('know every fault that the fakes know, and name its fields as the fakes do', () => {
    const given: Readonly<Record<string, string>> = { ms: '50', jitter: '5', retryAfter: '2', status: '502', copies: '2', behind: '3' }
    const kinds = Object.keys(FAULTS)
    for (const [kind, fields] of Object.entries(FAULTS)) {
      const typed = Object.fromEntries(fields.map((field) => [field, given[field]]))
      const common = kind === 'clock-skew' ? {} : { probability: '0.3', next: '5', path: '/v3/*' }
      const { faults } = faultPlanSchema.parse({ faults: [fault(kind, { ...typed, ...common })] })
      expect(faults[0]?.kind).toBe(kind)
    }
    expect(kinds.length).toBeGreaterThan(10)
  })

  it('write a fault as the sandbox takes it', () => {
    expect(fault('server-error', { status: '502', probability: '0.3', next: '5', operation: 'updateListing*' })).toEqual({
      kind: 'server-error',
      status: 502,
      probability: 0.3,
      nextRequests: 5,
      where: { operation: 'updateListing*' },
    })
    expect(fault('reorder-webhook', { behind: '2', ms: '100' })).toEqual({ kind: 'reorder-webhook', behind: 2, maxWaitMs: 100 })
  })

  it.each([
    [() => fault('server-error', { ms: '5' }), '--ms: server-error has no such option; it has --status.'],
    [() => fault('drop-webhook', { retryAfter: '5' }), '--retry-after: drop-webhook has no such option.'],
    [() => fault('latency', { probability: '1.5' }), '--probability: expected a number from 0 to 1, found "1.5".'],
    [() => readOptions(orderOptions, { channel: 'amazon' }), '--channel: expected one of shopify, etsy, found "amazon".'],
    [() => readOptions(orderOptions, { quantity: '0' }), '--quantity: expected a whole number of at least 1, found "0".'],
    [() => readOptions(webhookOptions, { body: 'x', times: 'three' }), '--times: expected a whole number of at least 1, found "three".'],
    [() => readVendor('amazon'), 'The vendor: expected shopify or etsy, found "amazon".'],
    [() => readRate('fast'), 'The rate: expected orders per minute from 0 to 6000, found "fast".'],
  ])('refuse with a sentence and exit code 2: %#', (work, sentence) => {
    expect(work).toThrow(new Failure(sentence, 2))
  })
})

describe('what the sandbox answers', () => {
  it('tells equal answers once', () => {
    const answers = [
      { status: 200, ms: 9 },
      { status: 200, ms: 3 },
      { error: 'The gateway gave no answer.', ms: 1 },
    ]
    expect(deliveredLines({ url: 'http://127.0.0.1', webhookId: 'w1', answers }, look)).toEqual([
      'Delivery w1 answered 200 2 times, in 9 ms at most.',
      'Delivery w1 The gateway gave no answer. in 1 ms.',
    ])
  })

  it('tells faults with how often they struck', () => {
    const counts = [{ fault: { kind: 'server-error', status: 503, where: { path: '/x' } }, considered: 4, struck: 1 }]
    expect(faultLines([{ vendor: 'etsy', plan: { seed: 'zyra', faults: [] }, counts }], look)).toEqual([
      'VENDOR  FAULT         STRUCK  LOOKED AT  HOW',
      'etsy    server-error       1          4  status 503, where {"path":"/x"}',
    ])
    expect(faultLines([], look)).toEqual(['Nothing goes wrong on purpose.'])
  })
})
