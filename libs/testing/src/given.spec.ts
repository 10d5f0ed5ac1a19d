import { runtimeEvents, type RuntimeEvent } from '@zyra/contracts'
import { decider } from '@zyra/es'
import { given } from './given.ts'

type TimerEvent = Extract<RuntimeEvent, { type: 'runtime.TimerFired' }>
interface Fire {
  readonly type: 'Fire'
  readonly timers: readonly string[]
}
interface State {
  readonly fired: readonly string[]
  readonly count: number
}

const due = '2026-11-20T08:00:00.000Z'
const fired = (timer: string): TimerEvent => ({ type: 'runtime.TimerFired', data: { timer, due } })

/** Lets every timer fire once. */
const timers = decider<Fire, TimerEvent, State>({
  aggregate: runtimeEvents.TimerFired.aggregate,
  version: 1,
  initialState: { fired: [], count: 0 },
  decide: (command, state) => command.timers.filter((timer) => !state.fired.includes(timer)).map(fired),
  evolve: (state, { data }) => ({ fired: [...state.fired, data.timer], count: state.count + 1 }),
})
const fire = (...names: readonly string[]): Fire => ({ type: 'Fire', timers: names })

const failureOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return (error as Error).message
  }
  return 'it did not fail'
}

describe('a story about a decider', () => {
  it('tells what is decided on a history, and the state that comes of it', () => {
    given(timers, fired('a')).when(fire('a', 'b', 'c')).then(fired('b'), fired('c')).thenState({ fired: ['a', 'b', 'c'], count: 3 })
  })

  it('goes on with the next command', () => {
    given(timers).when(fire('a')).then(fired('a')).when(fire('a')).thenNothing().when(fire('b')).thenState({ count: 2 })
  })

  it('can be asked for events and state', () => {
    const { events, state } = given(timers, fired('a')).when(fire('b'))
    expect(events).toEqual([fired('b')])
    expect(state).toEqual({ fired: ['a', 'b'], count: 2 })
    expect(given(timers, fired('a')).state).toEqual({ fired: ['a'], count: 1 })
  })

  it('fails with the difference where other events, or in another order, are decided', () => {
    expect(failureOf(() => given(timers).when(fire('a', 'b')).then(fired('b'), fired('a'))))
      .toContain('Fire should decide runtime.TimerFired, runtime.TimerFired')
    expect(failureOf(() => given(timers).when(fire('a')).then(fired('a'), fired('b')))).toMatch(/-.*\n?.*'b'/)
    expect(failureOf(() => given(timers).when(fire('a')).then())).toContain('Fire should decide nothing')
    expect(failureOf(() => given(timers).when(fire('a')).thenNothing())).toContain('Fire should decide nothing')
  })

  it('fails where the state is another, and looks only at what is named', () => {
    given(timers).when(fire('a')).thenState({}).thenState({ count: 1 })
    expect(failureOf(() => given(timers).when(fire('a')).thenState({ count: 2 }))).toContain('the state after Fire should be another')
  })

  it('points at the line of the expectation that does not hold', () => {
    const here = new Error().stack?.split('\n')[1]?.replace(/:\d+:\d+\)?$/, '')
    try {
      given(timers).when(fire('a')).thenNothing()
    } catch (error) {
      expect((error as Error).stack?.split('\n').find((line) => line.includes('at '))).toContain(here?.split(' ').at(-1))
    }
    expect.assertions(1)
  })

  it('fails where the decider changes its state, its command or an event', () => {
    const changing = (change: (state: State, command: Fire) => void) => decider<Fire, TimerEvent, State>({
      ...timers,
      decide: (command, state) => {
        change(state, command)
        return timers.decide(command, state)
      },
    })
    expect(() => given(changing((state) => Object.assign(state, { count: 9 })), fired('a')).when(fire('b'))).toThrow(TypeError)
    expect(() => given(changing(({ fired: list }) => (list as string[]).push('x')), fired('a')).when(fire('b'))).toThrow(TypeError)
    expect(() => given(changing((_state, command) => (command.timers as string[]).push('x'))).when(fire('b'))).toThrow(TypeError)
    const change = (event: TimerEvent): TimerEvent => Object.assign(event, { data: { timer: 'x', due } })
    const evolving = decider<Fire, TimerEvent, State>({ ...timers, evolve: (state, event) => timers.evolve(state, change(event)) })
    expect(() => given(evolving, fired('a'))).toThrow(TypeError)
  })

  it('fails where the answer depends on how often it was asked', () => {
    let asked = 0
    const moody = decider<Fire, TimerEvent, State>({ ...timers, decide: () => [fired(String(asked++))] })
    expect(failureOf(() => given(moody).when(fire('a')))).toContain('Fire decides something else when it is asked again')
  })

  it('fails where an event is not what its contract says, in the history and in the decision', () => {
    const wrong: TimerEvent = { type: 'runtime.TimerFired', data: { timer: 'a', due: 'soon' } }
    expect(() => given(timers, wrong)).toThrow('runtime.TimerFired version 1 is not as its schema says: due: ')
    expect(() => given(decider<Fire, TimerEvent, State>({ ...timers, decide: () => [wrong] })).when(fire('a'))).toThrow('due: ')
  })

  it('fails where an event belongs to another aggregate', () => {
    expect(() => given(decider<Fire, TimerEvent, State>({ ...timers, aggregate: 'alarm' }), fired('a')))
      .toThrow("runtime.TimerFired belongs to timer, but the decider's aggregate is alarm")
  })
})
