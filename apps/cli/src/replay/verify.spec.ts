import { decider, fold, type DomainEvent } from '@zyra/es'
import fc from 'fast-check'
import { verifyDecisions, type RecordedEvent } from './verify.ts'

type Command = { readonly type: 'Add' | 'Take'; readonly amount: number }
type Event =
  | { readonly type: 'till.Added' | 'till.Taken'; readonly data: { readonly amount: number } }
  | { readonly type: 'till.Emptied'; readonly data: { readonly by: string } }
interface State {
  readonly held: number
}

/** A till that never goes below zero; taking the last of it is told by a second event of the same decision. */
const till = decider<Command, Event, State>({
  aggregate: 'till',
  version: 3,
  initialState: { held: 0 },
  evolve: ({ held }, event) => {
    switch (event.type) {
      case 'till.Added':
        return { held: held + event.data.amount }
      case 'till.Taken':
        return { held: held - event.data.amount }
      case 'till.Emptied':
        return { held: 0 }
    }
  },
  decide: ({ type, amount }, { held }) => {
    if (type === 'Add') return [{ type: 'till.Added', data: { amount } }]
    if (amount > held) return []
    const taken: Event = { type: 'till.Taken', data: { amount } }
    return amount === held ? [taken, { type: 'till.Emptied', data: { by: 'clerk' } }] : [taken]
  },
})

/** What the log holds once these commands were decided on, one after the other; every handler's name and cause comes again and again. */
const recordedOf = (commands: readonly Command[]): readonly RecordedEvent[] => {
  const log: RecordedEvent[] = []
  let state = till.initialState
  commands.forEach((command, ordinal) => {
    const events = till.decide(command, state)
    state = fold(till, events, state)
    events.forEach((event, index) => {
      log.push({
        ...event,
        sequence: log.length + 1,
        causationId: `cause-${Math.floor(ordinal / 3)}`,
        handler: `handler-${ordinal % 3}`,
        attempt: 1,
        command: index === 0 ? JSON.stringify(command) : undefined,
        deciderVersion: till.version,
      })
    })
  })
  return log
}

const commands = fc.array(fc.record({ type: fc.constantFrom('Add' as const, 'Take' as const), amount: fc.integer({ min: 1, max: 3 }) }), {
  maxLength: 60,
})

const amountOf = (event: DomainEvent): number => Number(Reflect.get(Object(event.data), 'amount'))

describe('taking decisions again', () => {
  it('finds what the decider itself decided identical, whatever the commands were', () => {
    fc.assert(
      fc.property(commands, (given) => {
        const recorded = recordedOf(given)
        const { differences, decisions, facts } = verifyDecisions(till, recorded)
        expect(differences).toEqual([])
        expect(facts).toBe(0)
        expect(decisions).toBe(recorded.filter(({ command }) => command !== undefined).length)
      }),
    )
  })

  it('finds a planted difference where it was planted, and says what was recorded and what is decided', () => {
    fc.assert(
      fc.property(commands, fc.nat(), (given, seed) => {
        const recorded = recordedOf(given)
        const candidates = recorded.filter(({ type }) => type === 'till.Added')
        fc.pre(candidates.length > 0)
        const planted = candidates[seed % candidates.length]!
        const changed = recorded.map((event) => (event === planted ? { ...event, data: { amount: amountOf(event) + 10 } } : event))
        const [first] = verifyDecisions(till, changed).differences
        expect(first?.sequence).toBe(planted.sequence)
        expect(first?.recorded).toEqual([{ type: 'till.Added', data: { amount: amountOf(planted) + 10 } }])
        expect(first?.decided).toEqual([{ type: 'till.Added', data: { amount: amountOf(planted) } }])
      }),
    )
  })

  it('finds an event that is missing from the middle of a decision', () => {
    const recorded = recordedOf([
      { type: 'Add', amount: 2 },
      { type: 'Take', amount: 2 },
    ])
    expect(verifyDecisions(till, recorded).differences).toEqual([])
    const [difference] = verifyDecisions(till, recorded.slice(0, -1)).differences
    expect(difference).toMatchObject({
      sequence: 2,
      deciderVersion: 3,
      recorded: [{ type: 'till.Taken' }],
      decided: [{ type: 'till.Taken' }, { type: 'till.Emptied' }],
    })
  })

  it('folds events that no command is recorded of, without judging them', () => {
    const [added] = recordedOf([{ type: 'Add', amount: 2 }])
    const taken = recordedOf([
      { type: 'Add', amount: 2 },
      { type: 'Take', amount: 1 },
    ]).slice(1)
    const { facts, decisions, differences } = verifyDecisions(till, [{ ...added!, command: undefined }, ...taken])
    expect({ facts, decisions, differences }).toEqual({ facts: 1, decisions: 1, differences: [] })
  })

  it('reports a command that the decider cannot take any more', () => {
    const broken = decider<Command, Event, State>({
      ...till,
      decide: () => {
        throw new Error('no such command')
      },
    })
    const [difference] = verifyDecisions(broken, recordedOf([{ type: 'Add', amount: 1 }])).differences
    expect(difference).toMatchObject({ sequence: 1, decided: [], error: 'no such command' })
  })

  it('does not count what was erased as a difference', () => {
    const recorded = recordedOf([
      { type: 'Add', amount: 1 },
      { type: 'Take', amount: 1 },
    ])
    const erased = recorded.map((event) => (event.type === 'till.Emptied' ? { ...event, data: { by: '[erased]' } } : event))
    expect(verifyDecisions(till, erased).differences).toEqual([])
  })
})
