import { allServices } from '@zyra/all'
import { entry } from '../../test/entries.ts'
import type { Entry } from '../log/entry.ts'
import { ofRun } from './follow-run.ts'
import { whatWasDone } from './reconcile.ts'
import { changesOf, runState, underWay } from './run-state.ts'
import { undecidedCount } from './undecided.ts'

const started = entry('inventory.ReconcileStarted', { because: 'requested', at: '2026-11-20T08:00:00.000Z' }, { sequence: 1, id: 'all' })
const at = '2026-11-20T08:00:00.000000000Z'
const later = '2026-11-20T08:00:05.000000000Z'

/** A page on which Shopify and Etsy both have so many. */
const pageOf = (sequence: number, quantity: number): Entry =>
  entry(
    'inventory.ChannelsRead',
    {
      asOf: at,
      itemsBefore: 0,
      unchanged: 0,
      last: true,
      items: [
        {
          inventoryItem: '47',
          sku: 'MUG',
          title: 'Mug',
          levels: [{ location: '7712', available: quantity }],
          etsy: { listingId: '9', sku: 'MUG', quantity, maxQuantity: 999, soldLately: false },
        },
      ],
    },
    { sequence, cause: started, id: 'all', actor: 'reactor:read-channels', handler: 'read-channels' },
  )
const page = pageOf(2, 4)
const finished = entry(
  'inventory.ReconcileFinished',
  { items: 1 },
  { sequence: 3, cause: page, id: 'all', actor: 'policy:finish-reconcile', handler: 'finish-reconcile' },
)
const given = { cause: page, id: '47', actor: 'policy:observe-channels', handler: 'observe-channels' }
const observed = [
  entry('inventory.ItemIdentified', { sku: 'MUG', title: 'Mug' }, { ...given, sequence: 4 }),
  entry('inventory.EtsyListingLinked', { listingId: '9', sku: 'MUG', maxQuantity: 999 }, { ...given, sequence: 5, index: 1 }),
  entry('inventory.StockObserved', { location: '7712', before: null, available: 4, total: 4, at, via: 'read' }, { ...given, sequence: 6, index: 2 }),
] as const
const decision = (quantity: number, sequence: number): Entry =>
  entry(
    'inventory.EtsyQuantityDecided',
    { listingId: '9', sku: 'MUG', available: quantity, buffer: 2, before: 5, quantity, lowers: true, because: 'stock changed' },
    { ...given, sequence, index: sequence },
  )
const decided = decision(4, 7)
const answer = entry(
  'inventory.EtsyQuantitySet',
  { listingId: '9', sku: 'MUG', quantity: 4, before: 5, written: true, renewed: false, alsoZeroed: [] },
  { sequence: 8, cause: decided, id: '47', actor: 'reactor:set-etsy-quantity', handler: 'set-etsy-quantity' },
)
const parked = (handler: string, waiting: Entry): Entry =>
  entry(
    'runtime.HandlerParked',
    { handler, kind: 'reactor', subject: waiting.stored.subject, sequence: waiting.stored.sequence, tries: 5, error: 'no sense' },
    { sequence: 9, service: 'inventory', id: `${handler}~x`, actor: 'runtime:inventory', handler: 'park/x' },
  )

describe('a run of a reconcile', () => {
  const none = new Map<string, number>()

  it('is not answered while a decision has neither an answer, nor a newer decision, nor was given up on', () => {
    const run = [started, page, finished, ...observed, decided]
    expect(runState(run, none)).toEqual({ items: 1, failed: undefined, parked: undefined, unanswered: 1 })
    expect(runState([...run, answer], none).unanswered).toBe(0)
    expect(runState(run, new Map([[decided.stored.subject, 20]])).unanswered).toBe(0)
    expect(runState([...run, parked('set-etsy-quantity', decided)], none)).toMatchObject({ unanswered: 0, parked: undefined })
  })

  it('is parked where one of its parts is', () => {
    expect(runState([started, parked('read-channels', started)], none)).toMatchObject({ items: undefined, parked: 'read-channels~x' })
  })

  it('tells by item what it set right, a decision by its answer', () => {
    expect(changesOf([started, page, finished])).toEqual([])
    expect(changesOf([page, decided])).toEqual([{ item: '47', found: [decided] }])
    expect(changesOf([page, observed[2], decided, answer])).toEqual([{ item: '47', found: [observed[2], answer] }])
    const givenUp = parked('set-etsy-quantity', decided)
    expect(changesOf([decided, givenUp])).toEqual([{ item: '47', found: [givenUp] }])
  })

  it('holds the pages that are read on behalf of another request, and what comes of them', () => {
    const foreign = { correlationId: 'another' }
    const [before, read, after] = [
      entry('inventory.BufferSet', { buffer: 3 }, { ...foreign, sequence: 30, id: '47' }).stored,
      { ...page.stored, envelope: { ...page.stored.envelope, ...foreign } },
      entry('inventory.BufferSet', { buffer: 4 }, { ...foreign, sequence: 31, id: '47' }).stored,
    ]
    expect(ofRun([before, started.stored, read, after], new Set([started.stored.envelope.correlationId]))).toEqual([started.stored, read, after])
  })

  it('is under way from its start to its end', () => {
    expect(underWay([started])).toBe(started)
    expect(underWay([started, finished])).toBeUndefined()
    expect(underWay([])).toBeUndefined()
  })

  it('is not said to have found nothing before everything is decided on and answered', () => {
    expect(whatWasDone(0, { unanswered: 0, undecided: 0 })).toBe('nothing had to be set right')
    expect(whatWasDone(0, { unanswered: 0, undecided: 2 })).toBe('0 set right, 2 differences not dealt with yet')
    expect(whatWasDone(2, { unanswered: 1, undecided: 0 })).toBe('2 set right, 1 of them not answered by Etsy yet')
  })
})

describe('what a page showed', () => {
  const services = Object.values(allServices)
  const asked = (now: readonly Entry[]) => ({
    aggregate: 'stock',
    services,
    startAfter: new Map<string, number>(),
    eventsOf: async (subject: string) => now.filter(({ stored }) => stored.subject === subject).map(({ event }) => event),
  })

  it('is undecided while the rules would choose something and nothing is recorded of it', async () => {
    expect(await undecidedCount([page], [started, page, finished], asked([started, page, finished]))).toBe(1)
  })

  it('is decided on once that is recorded, though another event has changed the item since', async () => {
    expect(await undecidedCount([page], [finished, ...observed, decided], asked([started, finished]))).toBe(0)
  })

  it('is decided on where the rules want nothing of it now, or wanted nothing of it when it was read', async () => {
    const other = { actor: 'policy:mirror-shopify-stock', handler: 'mirror-shopify-stock', id: '47', cause: started }
    const before = [
      entry('inventory.ItemIdentified', { sku: 'MUG', title: 'Mug' }, { ...other, sequence: 10 }),
      entry('inventory.EtsyListingLinked', { listingId: '9', sku: 'MUG', maxQuantity: 999 }, { ...other, sequence: 11, index: 1 }),
      entry('inventory.StockObserved', { location: '7712', before: null, available: 5, total: 5, at, via: 'read' }, { ...other, sequence: 12, index: 2 }),
      decision(5, 13),
    ]
    const read = pageOf(20, 5)
    const sold = [
      entry(
        'inventory.StockObserved',
        { location: '7712', before: 5, available: 4, total: 4, at: later, via: 'webhook' },
        { ...other, sequence: 21, index: 4 },
      ),
      decision(4, 22),
    ]
    expect(await undecidedCount([read], [finished], asked([started, finished, ...before]))).toBe(0)
    expect(await undecidedCount([read], [finished], asked([started, finished, ...before, ...sold]))).toBe(0)
    expect(await undecidedCount([pageOf(20, 3)], [finished], asked([started, finished, ...before]))).toBe(1)
  })
})
