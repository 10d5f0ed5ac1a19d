import { eventId } from '@zyra/contracts'
import type { AnyReactor, EffectContext, EffectRequest, EffectResult, Port, Recorded } from '@zyra/es'
import { subjectOf, type EventLog, type StoredEvent } from '@zyra/jetstream'
import type { Decisions } from './decisions.ts'
import { Stopped } from './errors.ts'
import type { Gate } from './gate.ts'

/** What doing side effects needs. */
export interface EffectsOptions {
  readonly log: EventLog
  readonly decisions: Decisions
  readonly gate: Gate
  readonly service: string
  readonly ports: Readonly<Record<string, Port<never, unknown>>>
}

/** Does one side effect and records its outcome; throws where it has to be tried again. */
export type DoEffect = (reactor: AnyReactor, stored: StoredEvent, event: Recorded, attempt: number, lost: AbortSignal) => Promise<void>

const ATTEMPTED = 'runtime.EffectAttempted'

/**
 * The protocol around a side effect. `EffectAttempted(n)` stands in the log before the port is asked; where an attempt has no outcome,
 * the port is asked to `find` the effect first, so that what may or may not have happened is settled by reading back, never by doing it blindly again.
 */
export const createEffects = ({ log, decisions, gate, service, ports }: EffectsOptions): DoEffect => {
  const historyOf = async (reactor: AnyReactor, event: Recorded, attempt: number) => {
    const subject = subjectOf({ merchant: event.meta.merchant, service, aggregate: reactor.effect, id: event.meta.aggregateId })
    const since = await log.load(subject, event.meta.sequence)
    const mine = since.filter(({ envelope }) => envelope.causationId === event.meta.id && envelope.attempt === attempt && (envelope.handler === reactor.name || envelope.handler.startsWith(`${reactor.name}/`)))
    const attempted = mine.filter(({ envelope }) => envelope.type === ATTEMPTED)
    return { attempts: attempted.length, settled: mine.length > attempted.length }
  }

  const isSuperseded = async (reactor: AnyReactor, stored: StoredEvent): Promise<boolean> => {
    if (reactor.newestOnly !== true) return false
    const later = await log.load(stored.subject, stored.sequence + 1)
    return later.some(({ envelope }) => envelope.type === stored.envelope.type)
  }

  return async (reactor, stored, event, attempt, lost) => {
    const request = reactor.on[event.type]?.(event as never)
    if (request === undefined || (await isSuperseded(reactor, stored))) return
    const { attempts, settled } = await historyOf(reactor, event, attempt)
    if (settled) return

    const port = ports[reactor.port] as unknown as Port<unknown, unknown> | undefined
    if (port === undefined) throw new Error(`service ${service} provides no port "${reactor.port}" for reactor ${reactor.name}`)
    const { merchant, id, aggregateId, sequence } = event.meta
    const address = { merchant, aggregate: reactor.effect, id: aggregateId }
    const cause = { meta: event.meta, handler: reactor.name, actor: `reactor:${reactor.name}`, attempt }
    const key = eventId({ causationId: id, handler: reactor.name, attempt, index: 0 })
    const context = (onlyLower: boolean): EffectContext => ({ merchant, key, onlyLower, signal: lost })

    const record = async (result: EffectResult<unknown>): Promise<void> => {
      await decisions.record(address, reactor.outcome(request.input as never, result as never), cause, lost)
    }
    const through = <Result>({ permit }: EffectRequest<unknown>, work: (context: EffectContext) => Promise<Result>): Promise<Result> =>
      gate.pass(merchant, permit, lost, (onlyLower) => work(context(onlyLower)))

    try {
      if (attempts > 0) {
        const { find } = port
        if (find === undefined) return await record({ ok: false, error: `tried ${attempts} times without an answer; nobody can tell whether it happened, so it is not tried again` })
        const found = await through(request, (given) => find(request.input, given))
        if (found !== undefined) return await record({ ok: true, value: found })
      }
      const value = await through(request, async (given) => {
        const n = attempts + 1
        const data = { handler: reactor.name, attempt: n, key, forSequence: sequence }
        await decisions.record(address, [{ type: ATTEMPTED, data }], { ...cause, handler: `${reactor.name}/attempt/${n}` }, lost)
        return port.do(request.input, given)
      })
      await record({ ok: true, value })
    } catch (error) {
      if (!(error instanceof Stopped)) throw error
      await record({ ok: false, error: error.message })
    }
  }
}

