import { reconcileCheck, type ReconcileFacts } from './reconcile.ts'

const NOW = new Date('2026-11-20T08:00:00.000Z')
const facts = (more: Partial<ReconcileFacts>): ReconcileFacts => ({
  merchant: 'demo', registeredAt: '2026-11-01T08:00:00.000Z', stopped: false, finishedAt: '2026-11-20T07:50:00.000Z', ...more,
})

describe('the last reconcile', () => {
  it.each([
    ['one that finished 10 minutes ago', [facts({})], 'ok', 'demo: 10 min ago'],
    ['one that finished 31 minutes ago', [facts({ finishedAt: '2026-11-20T07:29:00.000Z' })], 'fail', 'demo: 31 min ago'],
    ['none in a day', [facts({ finishedAt: undefined })], 'fail', 'demo: none finished in the last 24 hours'],
    ['a shop that was registered a minute ago', [facts({ registeredAt: '2026-11-20T07:59:00.000Z', finishedAt: undefined })], 'ok',
      'demo: the first one is under way'],
    ['one merchant of two', [facts({}), facts({ merchant: 'other', finishedAt: '2026-11-20T06:00:00.000Z' })], 'fail', 'other: 2 h ago'],
    ['a stop, while which nothing is read', [facts({ stopped: true, finishedAt: undefined })], 'ok', 'nobody waits for one'],
    ['no merchant', [], 'ok', 'nobody waits for one'],
  ] as const)('is judged by %s', (_, given, status, detail) => {
    const check = reconcileCheck(NOW, given)
    expect([check.status, check.detail, check.advice === '']).toEqual([status, detail, status === 'ok'])
  })
})
