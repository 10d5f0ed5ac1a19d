import { plain } from '../text/paint.ts'
import {
  clockCheck,
  diskCheck,
  nodeCheck,
  parkedCheck,
  projectionCheck,
  quarantineCheck,
  readinessChecks,
  serverCheck,
  switchCheck,
} from './checks.ts'
import { sealCheck } from './seals.ts'
import { checkLines, verdictLine } from './view.ts'

const NOW = new Date('2026-11-20T08:00:00.000Z')
const ready = [
  { name: 'inventory-log', ok: true, detail: 'connected' },
  { name: 'inventory-policy', ok: true, detail: '0 to be delivered, 0 in work' },
]
const parked = { lots: 0, events: 0, ofReconcile: [], oversellable: [] }
const seals = { last: 101, sealedTo: 100, ageMs: 1_000, everyMs: 3_600_000, outside: undefined }
const projection = { name: 'inventory_stock', position: 9, behind: 0, stoppedBecause: undefined }

describe('an examination', () => {
  it.each([
    ['a Node that is too old', nodeCheck('20.20.2'), 'fail'],
    ['a Node that fits', nodeCheck('24.21.0'), 'ok'],
    ['a full disk', diskCheck(200e6, 100e9, 300e6), 'fail'],
    ['a disk that fills up', diskCheck(1.5e9, 100e9, 300e6), 'warn'],
    ['a disk with room', diskCheck(50e9, 100e9, 300e6), 'ok'],
    ['a clock that went back', clockCheck(NOW, '2026-11-20T08:02:00.000Z'), 'fail'],
    ['a clock that is right', clockCheck(NOW, '2026-11-20T08:00:30.000Z'), 'ok'],
    ['an empty log', clockCheck(NOW, undefined), 'ok'],
    ['a server that is away', serverCheck('NATS', undefined, 'connection refused'), 'fail'],
    ['parked events', parkedCheck({ ...parked, lots: 1, events: 3 }), 'warn'],
    ['a reconcile that is parked', parkedCheck({ ...parked, lots: 1, events: 1, ofReconcile: ['read-channels~x'] }), 'fail'],
    ['a parked item that Etsy sells too many of', parkedCheck({ ...parked, lots: 1, events: 1, oversellable: ['MUG'] }), 'fail'],
    ['nothing parked', parkedCheck(parked), 'ok'],
    ['a log that ends before its newest seal', sealCheck({ ...seals, last: 90 }), 'fail'],
    ['a log that nobody seals any more', sealCheck({ ...seals, last: 120, ageMs: 7_200_001 }), 'warn'],
    ['more events than one seal covers', sealCheck({ ...seals, last: 10_102 }), 'warn'],
    ['seals that do not get out', sealCheck({ ...seals, outside: { waiting: 2, failing: { since: NOW.toISOString(), why: 'no stick' } } }), 'warn'],
    ['seals that got out', sealCheck({ ...seals, outside: { waiting: 0, failing: undefined } }), 'ok'],
    ['an idle log, sealed but for the record of its seal', sealCheck({ ...seals, last: 101, ageMs: 9e9 }), 'ok'],
    ['a log without a seal yet', sealCheck({ ...seals, last: 50, sealedTo: 0 }), 'ok'],
    ['deliveries in quarantine', quarantineCheck(2), 'warn'],
    ['a stop', switchCheck([['demo', 'everything']]), 'warn'],
    ['rows that stand still', projectionCheck({ ...projection, stoppedBecause: 'a handler threw' }), 'fail'],
    ['rows that were never written', projectionCheck({ ...projection, position: undefined }), 'fail'],
    ['rows far behind', projectionCheck({ ...projection, behind: 1_000 }), 'warn'],
    ['rows a little behind', projectionCheck({ ...projection, behind: 3 }), 'ok'],
  ])('judges %s, and says what to do unless all is well', (_what, check, status) => {
    expect(check.status).toBe(status)
    expect(check.advice === '').toBe(status === 'ok')
  })

  it('tells a stop of the whole installation from that of a merchant, and how to end each', () => {
    expect(switchCheck([['_', 'everything'], ['clay', 'autopilot']])).toMatchObject({
      detail: 'the whole installation: everything is stopped, clay: autopilot is paused',
      advice: 'Let calls go out again with "npx zyra resume", "npx zyra resume --merchant clay".',
    })
  })

  it('names what keeps the gateway from being ready, and a consumer that is stuck', () => {
    const stuck = { name: 'inventory-reactor', ok: false, detail: '7 to be delivered, 1 in work' }
    const checks = readinessChecks([...ready, stuck], 'http://127.0.0.1:8080', 0)
    expect(checks.map(({ name, status }) => [name, status])).toEqual([
      ['Gateway', 'fail'],
      ['inventory-reactor', 'fail'],
    ])
    expect(checks[1]?.detail).toBe('7 to be delivered, 1 in work')
    expect(readinessChecks(ready, 'http://127.0.0.1:8080', 0).map(({ status }) => status)).toEqual(['ok', 'ok'])
    expect(readinessChecks(undefined, 'http://127.0.0.1:8080', 0)).toMatchObject([
      { status: 'fail', detail: 'does not answer at http://127.0.0.1:8080' },
    ])
  })

  it('tells what waits at a consumer that moves, and nothing of those where nothing does', () => {
    const timers = { name: 'inventory-timers', ok: true, detail: '0 due, owned elsewhere' }
    const busy = { name: 'inventory-reactor', ok: true, detail: '7 to be delivered, 1 in work' }
    expect(readinessChecks([...ready, timers], 'http://127.0.0.1:8080', 0)[1]?.detail).toBe('all 2 move; nothing waits')
    expect(readinessChecks([...ready, timers, busy], 'http://127.0.0.1:8080', 0)[1]?.detail).toBe(
      'all 3 move; inventory-reactor: 7 to be delivered, 1 in work',
    )
  })

  it('does not say that nothing waits while something is parked, and names what that endangers', () => {
    expect(readinessChecks(ready, 'http://127.0.0.1:8080', 3)[1]?.detail).toBe('all 1 move; 3 events parked')
    const oversold = ['A', 'B', 'C', 'D', 'E', 'F']
    expect(parkedCheck({ lots: 7, events: 9, ofReconcile: ['read-channels~x'], oversellable: oversold }).detail).toBe(
      '9 events wait in 7 lots; both channels are not read, or what they show is not used (read-channels~x); ' +
        'Etsy sells more than was decided of A, B, C, D, E and 1 more',
    )
  })

  it('fits the screen, with what to do below each finding', () => {
    const lines = checkLines([nodeCheck('24.21.0'), diskCheck(1.5e9, 100e9, 300e6)], { paint: plain, width: 60 })
    expect(lines).toEqual(['ok    Node  24.21.0', 'warn  Disk  1.5 GB free of 100 GB', '            Free some space: the log only grows.'])
  })

  it('is summed up in a line', () => {
    expect(verdictLine([nodeCheck('24.21.0')], plain)).toBe('All is well.')
    expect(verdictLine([nodeCheck('20.1.0'), parkedCheck({ ...parked, lots: 1, events: 1 })], plain)).toBe('1 problem and 1 warning: see what to do above.')
  })
})
