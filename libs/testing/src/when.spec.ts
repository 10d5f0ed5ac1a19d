import type { GatewayEvent, RuntimeEvent } from '@zyra/contracts'
import { policy, reactor, type Port } from '@zyra/es'
import { when, whenAnswered } from './when.ts'
import { recorded } from './zyra-event.ts'

interface Ring {
  readonly type: 'Ring'
  readonly times: number
}
type TimerSet = Extract<RuntimeEvent, { type: 'runtime.TimerSet' }>

const due = '2026-11-20T08:00:00.000Z'
const fired = recorded('runtime.TimerFired', { timer: 'bell', due })
const resume = recorded('gateway.ResumeRequested', { requestId: 'r-1', by: 'ann' })

const ringBell = policy<RuntimeEvent | GatewayEvent, Ring>({
  name: 'ring-bell',
  on: { 'runtime.TimerFired': ({ data }) => (data.timer === 'bell' ? [{ aggregate: 'bell', id: 'church', command: { type: 'Ring', times: 3 } }] : []) },
})
const setTimer = reactor<RuntimeEvent | GatewayEvent, Port<{ readonly timer: string; readonly at: string }, { readonly at: string }>, TimerSet>({
  name: 'set-timer',
  port: 'timers',
  effect: 'bell-timer',
  on: { 'runtime.TimerFired': ({ data: { timer } }) => ({ permit: { class: 'internal' }, input: { timer, at: due } }) },
  outcome: ({ timer }, result) => (result.ok ? [{ type: 'runtime.TimerSet', data: { timer, at: result.value.at } }] : []),
})
const ring = { aggregate: 'bell', id: 'church', command: { type: 'Ring', times: 3 } } as const

describe('a story about a policy', () => {
  it('tells which commands an event means', () => {
    when(ringBell, fired).dispatches(ring)
    expect(when(ringBell, fired).commands).toEqual([ring])
  })

  it('tells that an event means nothing, whether the policy knows it or not', () => {
    when(ringBell, recorded('runtime.TimerFired', { timer: 'lunch', due })).dispatchesNothing()
    when(ringBell, resume).dispatchesNothing()
  })

  it('fails with the difference', () => {
    expect(() => when(ringBell, fired).dispatches({ ...ring, command: { type: 'Ring', times: 2 } }))
      .toThrow('ring-bell should dispatch other commands for runtime.TimerFired')
    expect(() => when(ringBell, fired).dispatchesNothing()).toThrow('ring-bell should dispatch nothing for runtime.TimerFired')
    expect(() => when(ringBell, resume).dispatches(ring)).toThrow('ring-bell should dispatch other commands for gateway.ResumeRequested')
  })

  it('fails where the policy changes the event, or answers something else when it is asked again', () => {
    let asked = 0
    const moody = policy<RuntimeEvent, Ring>({ ...ringBell, on: { 'runtime.TimerFired': () => [{ ...ring, command: { type: 'Ring', times: asked++ } }] } })
    expect(() => when(moody, fired)).toThrow('ring-bell answers something else when it is asked again')
    const changing = policy<RuntimeEvent, Ring>({
      ...ringBell, on: { 'runtime.TimerFired': ({ data }) => [{ ...ring, id: Object.assign(data, { timer: 'x' }).timer }] },
    })
    expect(() => when(changing, fired)).toThrow(TypeError)
  })
})

describe('a story about a reactor', () => {
  const request = { permit: { class: 'internal' }, input: { timer: 'bell', at: due } } as const

  it('tells what is asked of the port', () => {
    when(setTimer, fired).asks(request)
    when(setTimer, resume).asksNothing()
  })

  it('tells what is recorded about the answer', () => {
    whenAnswered(setTimer, request.input, { ok: true, value: { at: due } }).records({ type: 'runtime.TimerSet', data: { timer: 'bell', at: due } })
    whenAnswered(setTimer, request.input, { ok: false, error: 'stopped' }).recordsNothing()
  })

  it('fails with the difference', () => {
    expect(() => when(setTimer, fired).asks({ ...request, input: { timer: 'bell', at: 'later' } })).toThrow('set-timer should ask something else')
    expect(() => when(setTimer, fired).asksNothing()).toThrow('set-timer should ask nothing')
    expect(() => whenAnswered(setTimer, request.input, { ok: true, value: { at: due } }).recordsNothing()).toThrow('set-timer should record nothing')
    expect(() => whenAnswered(setTimer, request.input, { ok: false, error: '' }).records({ type: 'runtime.TimerSet', data: { timer: 'bell', at: due } }))
      .toThrow('set-timer should record other events')
  })

  it('fails where an outcome is not what its contract says', () => {
    expect(() => whenAnswered(setTimer, request.input, { ok: true, value: { at: 'soon' } }))
      .toThrow('runtime.TimerSet version 1 is not as its schema says: at: ')
  })
})

describe('a recorded event', () => {
  it('is about the demo merchant unless it says otherwise, and is its own cause', () => {
    const { id } = fired.meta
    expect(fired.meta).toMatchObject({ merchant: 'demo', service: 'runtime', aggregate: 'timer', aggregateId: '1', causationId: id, correlationId: id })
    const said = { merchant: 'clay', causationId: 'c' }
    expect(recorded('runtime.TimerFired', { timer: 'bell', due }, said).meta).toMatchObject(said)
  })

  it('has an id that depends on what it says', () => {
    expect(recorded('runtime.TimerFired', { timer: 'bell', due }).meta.id).toBe(fired.meta.id)
    expect(recorded('runtime.TimerFired', { timer: 'lunch', due }).meta.id).not.toBe(fired.meta.id)
    expect(recorded('runtime.TimerFired', { timer: 'bell', due }, { sequence: 2 }).meta.id).not.toBe(fired.meta.id)
  })

  it('is held to its contract', () => {
    expect(() => recorded('runtime.TimerFired', { timer: 'bell', due: 'soon' })).toThrow('due: ')
  })
})
