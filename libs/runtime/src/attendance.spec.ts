import { watchAttendance } from './attendance.ts'

const state = { owner: false, owned: false, pending: 0, inFlight: 0 }

describe('the attendance of a consumer', () => {
  const clock = { now: 0 }
  let judge: ReturnType<typeof watchAttendance>
  beforeEach(() => {
    clock.now = 0
    judge = watchAttendance(() => clock.now)
  })
  const at = (now: number, more: Partial<typeof state>) => {
    clock.now = now
    return judge({ ...state, ...more })
  }

  it('is good while this process or another is the owner, and while there is nothing to do', () => {
    expect(at(0, { owner: true, owned: true, pending: 5 })).toEqual({ ok: true, note: '' })
    expect(at(1_000_000, { owned: true, inFlight: 5 })).toEqual({ ok: true, note: ', owned elsewhere' })
    expect(at(2_000_000, {})).toEqual({ ok: true, note: ', idle' })
  })

  it.each([{ pending: 1 }, { inFlight: 1 }])('is bad once nobody owned it for a minute with %j', (waiting) => {
    expect(at(5_000, waiting)).toEqual({ ok: true, note: ', owned by nobody yet' })
    expect(at(65_000, waiting).ok).toBe(true)
    expect(at(65_001, waiting)).toEqual({ ok: false, note: ', owned by nobody for a minute' })
    expect(at(65_002, { ...waiting, owned: true }).ok).toBe(true)
  })

  it('counts the minute anew after each owner, and after each moment without work', () => {
    at(0, { pending: 1 })
    at(50_000, { pending: 1, owned: true })
    expect(at(70_000, { pending: 1 }).ok).toBe(true)
    at(80_000, {})
    expect(at(140_000, { pending: 1 }).ok).toBe(true)
    expect(at(200_001, { pending: 1 }).ok).toBe(false)
  })
})
