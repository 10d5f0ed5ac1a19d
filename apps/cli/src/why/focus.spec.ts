import { entry } from '../../test/entries.ts'
import type { Entry } from '../log/entry.ts'
import { plain } from '../text/paint.ts'
import { chainOf, factsOf } from './chain.ts'
import { focusOn } from './focus.ts'
import { chainLines } from './view.ts'

const ITEMS = 54

const started = entry('inventory.ReconcileStarted', { because: 'new merchant', at: '2026-11-20T08:00:00.000Z' }, { sequence: 1, id: 'all' })
const page = entry(
  'inventory.ChannelsRead',
  { asOf: '2026-11-20T08:00:00.000000000Z', itemsBefore: 0, unchanged: 0, last: true, items: [] },
  { sequence: 2, cause: started, id: '1', actor: 'reactor:read-channels', handler: 'read-channels' },
)
const decisions = Array.from({ length: ITEMS }, (_, index): readonly Entry[] => {
  const given = { cause: page, id: String(index), actor: 'policy:observe-channels', handler: `observe-channels/${index}` }
  const decided = { listingId: '9', sku: 'MUG', available: 4, buffer: 2, before: null, quantity: 4, lowers: false, because: 'listing linked' } as const
  return [
    entry('inventory.ItemIdentified', { sku: 'MUG', title: 'Mug' }, { ...given, sequence: 10 + 2 * index }),
    entry('inventory.EtsyQuantityDecided', decided, { ...given, sequence: 11 + 2 * index, index: 1 }),
  ]
})
const asked = 11
const answers = decisions.flatMap(([, cause], index) =>
  cause === undefined
    ? []
    : [
        entry(
          'inventory.EtsyQuantitySet',
          { listingId: '9', sku: 'MUG', quantity: 4, before: 4, written: false, renewed: false, alsoZeroed: [] },
          { sequence: 200 + index, cause, id: String(index), actor: 'reactor:set-etsy-quantity', handler: 'set-etsy-quantity' },
        ),
      ],
)
const finished = entry(
  'inventory.ReconcileFinished',
  { items: ITEMS },
  { sequence: 300, cause: page, id: 'all', actor: 'policy:finish-reconcile', handler: 'finish-reconcile' },
)

const roots = chainOf({
  entries: [started, page, ...decisions.flat(), ...answers, finished],
  services: [],
  startAfter: new Map(),
  newer: () => undefined,
})

const shown = (all: boolean): readonly string[] => chainLines(roots, { nameOf: () => 'MUG', paint: plain, width: 120, asked, all })

describe('a chain in focus', () => {
  it('holds what led to the event, all that was decided with it, and what followed', () => {
    expect(factsOf(focusOn(roots, asked)).map(({ entry: { stored } }) => stored.sequence)).toEqual([1, 2, 10, 11, 200])
  })

  it('folds what else came of a cause into one line that counts it', () => {
    expect(shown(false).filter((line) => line.includes('--all')).map((line) => line.trim())).toEqual([
      '… and 53 other items and 1 other event; --all shows them',
    ])
    expect(shown(false).at(-1)).toContain(`5 of ${2 + 3 * ITEMS + 1} events`)
    expect(shown(false).length).toBeLessThan(20)
  })

  it('is the whole chain where all is asked for', () => {
    const whole = shown(true).join('\n')
    expect(whole).not.toContain('--all')
    expect(whole).toContain('#300')
    expect(shown(true).length).toBeGreaterThan(3 * ITEMS)
  })

  it('shows everything that followed from what entered, and everything where the event is not in it', () => {
    expect(focusOn(roots, 1)).toEqual(roots)
    expect(focusOn(roots, 999)).toBe(roots)
  })
})
