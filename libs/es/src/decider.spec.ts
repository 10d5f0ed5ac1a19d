import fc from 'fast-check'
import { decider, fold, type DomainEvent, type Plain } from './index.ts'

type CounterEvent = DomainEvent<'shop.Counted', number> | DomainEvent<'shop.Reset', null>

const counter = decider<{ readonly type: 'Count'; readonly by: number }, CounterEvent, { readonly total: number }>({
  aggregate: 'counter',
  version: 1,
  initialState: { total: 0 },
  decide: ({ by }) => (by === 0 ? [] : [{ type: 'shop.Counted', data: by }]),
  evolve: (state, event) => ({ total: event.type === 'shop.Counted' ? state.total + event.data : 0 }),
})

const events = fc.array(fc.oneof(
  fc.integer().map((data): CounterEvent => ({ type: 'shop.Counted', data })),
  fc.constant<CounterEvent>({ type: 'shop.Reset', data: null }),
))
const seed = 20261120

describe('a decider', () => {
  it('cannot be changed once it is declared', () => {
    expect(() => Object.assign(counter, { version: 2 })).toThrow(TypeError)
  })

  it('folds events into state, oldest first', () => {
    expect(fold(counter, [{ type: 'shop.Counted', data: 2 }, { type: 'shop.Reset', data: null }, { type: 'shop.Counted', data: 3 }])).toEqual({ total: 3 })
  })

  it('is in its initial state without events', () => {
    expect(fold(counter, [])).toBe(counter.initialState)
  })

  it('comes to the same state wherever its history is cut, which is what lets a cache catch up', () => {
    fc.assert(fc.property(events, events, (older, newer) => {
      expect(fold(counter, newer, fold(counter, older))).toEqual(fold(counter, [...older, ...newer]))
    }), { seed })
  })

  it('has a state that JSON can say, or does not compile', () => {
    type State = { readonly levels: Readonly<Record<string, { readonly at: string | null }>>; readonly sold?: readonly number[] }
    const plain: Plain<State> = { levels: { a: { at: null } } }
    // @ts-expect-error a Map would come back from JSON as an empty object
    const map: Plain<{ readonly byId: ReadonlyMap<string, number> }> = { byId: new Map<string, number>() }
    // @ts-expect-error a Date would come back as text
    const date: Plain<{ readonly at: Date | null }> = { at: new Date(0) }
    const stored = [plain, map, date].map((state) => JSON.stringify(state))
    expect(stored).toEqual(['{"levels":{"a":{"at":null}}}', '{"byId":{}}', '{"at":"1970-01-01T00:00:00.000Z"}'])
  })
})
