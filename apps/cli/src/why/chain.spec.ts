import { allServices } from '@zyra/all'
import { entry, webhook, type Given } from '../../test/entries.ts'
import type { Entry } from '../log/entry.ts'
import { plain } from '../text/paint.ts'
import { chainOf, factsOf, type Fact, type Step } from './chain.ts'
import { chainJson, chainLines } from './view.ts'

const level = JSON.stringify({ inventory_item_id: 47, location_id: 7712, available: 4, updated_at: '2026-11-20T08:00:00Z' })

const entered = (): Entry => {
  const { stored, event, problem } = webhook(1)
  return { stored, event: { ...event, data: { ...(event.data as object), body: level } }, problem }
}

const decision = (sequence: number, cause: Entry, given: Partial<Given> = {}): readonly [Entry, Entry] => {
  const common = { cause, id: '47', actor: 'policy:mirror-shopify-stock', handler: 'mirror-shopify-stock', ...given }
  const command = JSON.stringify({ type: 'ObserveLevel', location: '7712', available: 4, at: '2026-11-20T08:00:00.000000000Z' })
  return [
    entry(
      'inventory.StockObserved',
      { location: '7712', before: 5, available: 4, total: 4, at: '2026-11-20T08:00:00.000000000Z', via: 'webhook' },
      { ...common, sequence, command },
    ),
    entry(
      'inventory.EtsyQuantityDecided',
      { listingId: '9', sku: 'MUG', available: 4, buffer: 2, before: 5, quantity: 4, lowers: true, because: 'stock changed' },
      { ...common, sequence: sequence + 1, index: 1 },
    ),
  ]
}

const attempt = (sequence: number, cause: Entry, n: number, redrive = 1): Entry =>
  entry(
    'runtime.EffectAttempted',
    { handler: 'set-etsy-quantity', attempt: n, key: 'k', forSequence: cause.stored.sequence },
    {
      sequence,
      cause,
      id: '47',
      aggregate: 'etsy-quantity',
      service: 'inventory',
      attempt: redrive,
      actor: 'reactor:set-etsy-quantity',
      handler: `set-etsy-quantity/attempt/${n}`,
    },
  )

const answer = (sequence: number, cause: Entry, redrive = 1): Entry =>
  entry(
    'inventory.EtsyQuantitySet',
    { listingId: '9', sku: 'MUG', quantity: 4, before: 5, written: true, renewed: false, alsoZeroed: [] },
    {
      sequence,
      cause,
      id: '47',
      attempt: redrive,
      actor: 'reactor:set-etsy-quantity',
      handler: 'set-etsy-quantity',
    },
  )

const parked = (sequence: number, waiting: Entry): Entry =>
  entry(
    'runtime.HandlerParked',
    {
      handler: 'set-etsy-quantity',
      kind: 'reactor',
      subject: waiting.stored.subject,
      sequence: waiting.stored.sequence,
      tries: 5,
      error: 'no sense',
    },
    {
      sequence,
      service: 'inventory',
      correlationId: waiting.stored.envelope.correlationId,
      actor: 'runtime:inventory',
      handler: 'park/x',
    },
  )

const build = (entries: readonly Entry[], newer: (of: Entry) => Entry['stored'] | undefined = () => undefined) =>
  chainOf({ entries, services: Object.values(allServices), startAfter: new Map(), newer })

const lines = (roots: readonly Fact[], width = 120, asked = 3, all = false): readonly string[] =>
  chainLines(roots, { nameOf: () => 'MUG', paint: plain, width, asked, all })

const kinds = (steps: readonly Step[] | undefined): readonly string[] => (steps ?? []).map(({ kind }) => kind)

describe('the chain behind an event', () => {
  const root = entered()
  const [observed, decided] = decision(2, root)
  const whole = [root, observed, decided, attempt(4, decided, 1), answer(5, decided)]

  it("goes from what entered to the vendor's answer, and tells every event once", () => {
    const roots = build(whole)
    expect(roots).toHaveLength(1)
    expect(factsOf(roots).map(({ entry: { stored } }) => stored.sequence)).toEqual([1, 2, 3, 5])
    expect(kinds(roots[0]?.then)).toEqual(['passed', 'decided'])
    expect(lines(roots).map((line) => line.replace(/\d\d:\d\d:\d\d/, 'hh:mm:ss'))).toEqual([
      '     #1  hh:mm:ss            ShopifyWebhookReceived  inventory_levels/update delivery w1',
      '                               let in by webhook:shopify',
      '                               not the business of register-merchant, order-erasure, take-data-request',
      '                               policy mirror-shopify-stock asked MUG: ObserveLevel location 7712, available 4, at',
      '                                 2026-11-20Thh:mm:ss.000Z',
      '                               decider stock v1 chose',
      '     #2  hh:mm:ss     +1 ms      StockObserved  5 -> 4 at location 7712',
      '     #3  hh:mm:ss     +2 ms      EtsyQuantityDecided  Etsy 5 -> 4: 4 available, buffer 2, the stock changed <- asked',
      '                                   reactor set-etsy-quantity',
      '     #4  hh:mm:ss     +1 ms          attempt 1',
      '     #5  hh:mm:ss     +1 ms          EtsyQuantitySet  Etsy 5 -> 4',
      '',
      '         5 events in 4 ms, from what entered to the last answer.',
    ])
  })

  it.each([80, 60])('fits a screen of %i columns without losing a word', (width) => {
    const words = (shown: readonly string[]): string =>
      shown
        .slice(0, shown.indexOf(''))
        .map((line) => line.replace(/^ *#\d+ +\S+( +\+\d+ ms)?/, '').trim())
        .join(' ')
        .replaceAll(/\s+/g, ' ')
        .trim()
    const [wide, narrow] = [lines(build(whole), 1_000), lines(build(whole), width)]
    expect(Math.max(...narrow.map(({ length }) => length))).toBeLessThanOrEqual(width)
    expect(words(narrow)).toBe(words(wide))
  })

  it('says that a policy asked and nothing was decided', () => {
    const roots = build([root])
    expect(roots[0]?.then).toContainEqual({
      kind: 'nothing',
      handler: 'mirror-shopify-stock',
      dispatch: { aggregate: 'stock', id: '47', command: { type: 'ObserveLevel', location: '7712', available: 4, at: expect.any(String) } },
    })
    expect(lines(roots).join('\n')).toContain('it decided nothing')
  })

  it('says that an effect was superseded, and by what', () => {
    const later = decision(8, entered())[1].stored
    const roots = build([root, observed, decided], (of) => (of === decided ? later : undefined))
    expect(lines(roots).join('\n')).toContain('reactor set-etsy-quantity left it out: superseded by #9')
  })

  it('says that nobody knows yet, while an attempt has no answer', () => {
    expect(lines(build([root, observed, decided])).join('\n')).toContain('set-etsy-quantity has not answered yet')
    expect(lines(build(whole.slice(0, -1))).join('\n')).toContain(
      'tried 1 time, no answer yet: it is tried again until it is answered or parked',
    )
  })

  it('tells what was parked where it was given up on, and the redrive after it', () => {
    const entries = [
      ...whole.slice(0, -1),
      parked(6, decided),
      attempt(7, decided, 1, 2),
      parked(8, decided),
      attempt(9, decided, 1, 3),
      answer(10, decided, 3),
    ]
    const shown = lines(build(entries)).map((line) => line.slice(29).trim())
    expect(shown.slice(shown.indexOf('reactor set-etsy-quantity'), -2)).toEqual([
      'reactor set-etsy-quantity',
      'attempt 1',
      'parked: set-etsy-quantity gave up on #3: no sense',
      'reactor set-etsy-quantity, redrive 1',
      'attempt 1',
      'parked: set-etsy-quantity gave up on #3: no sense',
      'reactor set-etsy-quantity, redrive 2',
      'attempt 1',
      'EtsyQuantitySet  Etsy 5 -> 4',
    ])
  })

  it('tells many attempts as one', () => {
    const tries = Array.from({ length: 11 }, (_, n) => attempt(4 + n, decided, n + 1))
    const shown = lines(build([root, observed, decided, ...tries, answer(20, decided)])).join('\n')
    expect(shown).toContain('attempts 2 to 10, put off each time')
    expect(shown).toContain('attempt 11')
    expect(shown).not.toContain('attempt 5')
  })

  it('does not ask a handler that was added later', () => {
    const roots = chainOf({
      entries: [root],
      services: Object.values(allServices),
      startAfter: new Map([['mirror-shopify-stock', 5]]),
      newer: () => undefined,
    })
    expect(kinds(roots[0]?.then)).toEqual(['passed'])
  })

  it('gives programs events as they may be shown', () => {
    const hidden = webhook(1)
    const json = JSON.stringify(build(whole).map((each) => chainJson(each, (sequence) => (sequence === 1 ? hidden : undefined))))
    expect(json).not.toContain('updated_at')
    expect(JSON.parse(json)).toMatchObject([
      {
        event: { sequence: 1 },
        then: [{ kind: 'passed' }, { kind: 'decided', facts: [{ event: { sequence: 2 } }, { event: { sequence: 3 } }] }],
      },
    ])
  })
})
