import type { RuntimeEvent } from '@zyra/contracts'
import { clock } from '../time.ts'
import { because, type Gists } from './gists.ts'

const ordinal = (n: number): string => `${n}${n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')}`

export const runtimeGists: Gists<RuntimeEvent> = {
  'runtime.HandlerRegistered': ({ data: { kind, handler, afterSequence } }) => `${kind} ${handler} acts after #${afterSequence}`,
  'runtime.EffectAttempted': ({ data: { attempt, forSequence } }) =>
    `tries${attempt === 1 ? '' : ` for the ${ordinal(attempt)} time`}, for #${forSequence}`,
  'runtime.HandlerParked': ({ data: { handler, tries, sequence, error } }) =>
    `${handler} ${tries === 0 ? 'holds' : 'gave up on'} #${sequence}: ${error}`,
  'runtime.HandlerRedriven': ({ data: { handler, attempt } }) => `${handler} tries again, attempt ${attempt}`,
  'runtime.HandlerUnparked': ({ data: { handler, upToSequence } }) => `${handler} is done with #${upToSequence}`,
  'runtime.HandlerDiscarded': ({ data: { handler, upToSequence, by, reason } }) =>
    `${by} set aside what ${handler} had not done up to #${upToSequence}${because(reason)}`,
  'runtime.TimerSet': ({ data: { timer, at } }) => `timer ${timer} for ${clock(at)}`,
  'runtime.TimerFired': ({ data: { timer, due } }) => `timer ${timer}, due ${clock(due)}`,
}
