import type { RuntimeEvent } from '@zyra/contracts'
import { projection } from '@zyra/es'
import { rows } from './rows.ts'
import { recorded } from './zyra-event.ts'

type TimerRow = { readonly times: number; readonly due: string }

const timerRows = projection<RuntimeEvent, TimerRow>({
  name: 'inventory_timers',
  version: 1,
  on: {
    'runtime.TimerFired': (row, { data: { due } }) => ({ times: (row?.times ?? 0) + 1, due }),
    'runtime.HandlerUnparked': () => undefined,
  },
})
const fired = (aggregateId: string, due = '2026-11-20T08:00:00.000Z', merchant = 'demo') =>
  recorded('runtime.TimerFired', { timer: 'bell', due }, { aggregateId, merchant })
const unparked = recorded('runtime.HandlerUnparked', { handler: 'h', kind: 'policy', subject: 's', upToSequence: 1 }, { aggregateId: '1' })

describe('a story about rows', () => {
  it('tells the rows by their keys', () => {
    expect(rows(timerRows).after(fired('1'), fired('2'), fired('1', '2026-11-21T08:00:00.000Z'))).toEqual({
      1: { times: 2, due: '2026-11-21T08:00:00.000Z' },
      2: { times: 1, due: '2026-11-20T08:00:00.000Z' },
    })
  })

  it('tells that a row has gone, and that nothing made one', () => {
    expect(rows(timerRows).after(fired('1'), unparked)).toEqual({})
    expect(rows(timerRows).after(recorded('gateway.ResumeRequested', { requestId: 'r', by: 'ann' }))).toEqual({})
  })

  it('fails where a handler changes the row in place, or makes one that JSON cannot say', () => {
    const changing = projection<RuntimeEvent, TimerRow>({
      ...timerRows, on: { 'runtime.TimerFired': (row = { times: 0, due: '' }, { data: { due } }) => Object.assign(row, { times: 2, due }) },
    })
    expect(() => rows(changing).after(fired('1'), fired('1'))).toThrow(TypeError)
    const large = () => ({ times: 1n })
    const largeRows = projection<RuntimeEvent, { readonly times: bigint }>({ name: 'inventory_large', version: 1, on: { 'runtime.TimerFired': large } })
    expect(() => rows(largeRows).after(fired('1'))).toThrow(TypeError)
  })

  it('fails where two merchants come together', () => {
    expect(() => rows(timerRows).after(fired('1'), fired('1', '2026-11-20T08:00:00.000Z', 'clay'))).toThrow('events of several merchants (demo, clay)')
  })
})
