import type { EffectContext, Permit } from '@zyra/es'
import { createEffects } from '../src/effects.ts'
import type { Gate } from '../src/gate.ts'
import { bench, ownerOf, valueReactor, type ValuePort } from './kit.ts'

type Asked = { readonly what: 'do' | 'find'; readonly input: number; readonly context: EffectContext }

/** A vendor that keeps one value, and what was asked of it. */
const vendor = () => {
  const asked: Asked[] = []
  const outside = { value: undefined as number | undefined, times: 0 }
  const faults = { do: [] as (() => void)[], find: [] as (() => void)[] }
  const port: ValuePort = {
    do: async (input, context) => {
      asked.push({ what: 'do', input, context })
      outside.value = input
      outside.times += 1
      faults.do.shift()?.()
      return input
    },
    find: async (input, context) => {
      asked.push({ what: 'find', input, context })
      faults.find.shift()?.()
      return outside.value === input ? input : undefined
    },
  }
  return { asked, outside, faults, port, withoutFind: { do: port.do } satisfies ValuePort }
}

/** Lets everything through. */
export const openGate: Pick<Gate, 'pass'> = { pass: (_merchant: string, _permit: Permit, _signal, work) => work(false) }

/** Effects of one reactor on a vendor of one value. */
export const setUp = async (more: { port?: 'with find' | 'without find'; gate?: Pick<Gate, 'pass'>; newestOnly?: boolean; contested?: boolean } = {}) => {
  const it = bench()
  const outside = vendor()
  const { owned, lose } = await ownerOf(it, 'reactor', more.contested)
  const port = more.port === 'without find' ? outside.withoutFind : outside.port
  const reactor = valueReactor({ newestOnly: more.newestOnly === true })
  const beginEffect = createEffects({ ...it, gate: more.gate ?? openGate, service: 'inventory', ports: { value: port } })
  const begin = async (buffer: number, attempt = 1) => beginEffect({ reactor, stored: await it.set('mug', buffer), attempt, owned })
  /** What stands in the log about effects: attempts and outcomes in words. */
  const said = () => it.at('value', 'mug').map(({ envelope, data }) => {
    const known = data as { attempt?: number; items?: number; reason?: string }
    if (envelope.type === 'runtime.EffectAttempted') return `attempted ${known.attempt}`
    return known.items === undefined ? `failed: ${known.reason}` : `done: ${known.items}`
  })
  return { ...it, ...outside, owned, lose, reactor, beginEffect, begin, said }
}
