const feature = 'services/inventory/src/pricing'

/** A small feature that breaks no rule: what the planted violations stand beside. */
export const wellFormedFeature = {
  'libs/es/src/index.ts': `export interface Decider<C, E, S> {
  readonly initialState: S
  readonly decide: (command: C, state: S) => readonly E[]
  readonly evolve: (state: S, event: E) => S
}
`,
  'libs/contracts/src/index.ts': `export interface PriceSet {
  readonly type: 'inventory.PriceSet'
  readonly amount: string
  readonly at: string
}
export interface PriceKept { readonly type: 'inventory.PriceKept' }
`,
  [`${feature}/price.decider.ts`]: `import type { Decider } from '@zyra/es'
import type { PriceKept, PriceSet } from '@zyra/contracts'

export interface SetPrice { readonly amount: string; readonly at: string }
interface State { readonly amount: string; readonly history: readonly string[]; readonly at: string }

const later = (a: string, b: string): boolean => Date.parse(a) > Date.parse(b)

export const price: Decider<SetPrice, PriceSet | PriceKept, State> = {
  initialState: { amount: '0', history: [], at: '1970-01-01T00:00:00Z' },
  decide: (command, state) => (later(command.at, state.at) && command.amount !== state.amount
    ? [{ type: 'inventory.PriceSet', amount: command.amount, at: command.at }]
    : [{ type: 'inventory.PriceKept' }]),
  evolve: (state, event) => {
    switch (event.type) {
      case 'inventory.PriceSet':
        return { amount: event.amount, history: [...state.history, event.amount], at: event.at }
      case 'inventory.PriceKept':
        return state
    }
  },
}
`,
  'libs/jetstream/src/append.spec.ts': `import '@zyra/jetstream'
import '@zyra/servers'

it('adds', () => { expect(1 + 1).toBe(2) })
`,
  [`${feature}/price.decider.spec.ts`]: `import '@zyra/testing'
import { price } from './price.decider.ts'

it('keeps the price', () => {
  expect(price.decide({ amount: '0', at: '2026-01-01T00:00:00Z' }, price.initialState)).toHaveLength(1)
})
`,
  [`${feature}/price.policy.ts`]: `import type { PriceSet } from '@zyra/contracts'
import type { SetPrice } from './price.decider.ts'

export const onPriceSet = (event: PriceSet): readonly SetPrice[] => [{ amount: event.amount, at: event.at }]
`,
  [`${feature}/price.row.ts`]: `export interface PriceRow { readonly amount: string }
`,
  [`${feature}/price.projection.ts`]: `import type { PriceSet } from '@zyra/contracts'
import type { PriceRow } from './price.row.ts'

export const toRow = (event: PriceSet): PriceRow => ({ amount: event.amount })
`,
  [`${feature}/price.port.ts`]: `export interface PricePort { readonly do: (amount: string) => Promise<void> }
`,
  [`${feature}/price.reactor.ts`]: `import type { PriceSet } from '@zyra/contracts'
import type { PricePort } from './price.port.ts'

export const amountOf = (event: PriceSet): Parameters<PricePort['do']> => [event.amount]
`,
  'services/inventory/src/adapters/price.adapter.ts': `import type { PricePort } from '../pricing/price.port.ts'

export const priceAdapter: PricePort = { do: () => Promise.resolve() }
`,
  'services/inventory/src/index.ts': `export { priceAdapter } from './adapters/price.adapter.ts'
export { price } from './pricing/price.decider.ts'
export { onPriceSet } from './pricing/price.policy.ts'
export { toRow } from './pricing/price.projection.ts'
export { amountOf } from './pricing/price.reactor.ts'
`,
}
