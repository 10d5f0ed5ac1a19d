import { eventId } from '@zyra/contracts'
import type { AnyReactor, EffectContext, EffectRequest, EffectResult, Port, Recorded } from '@zyra/es'
import { subjectOf, type EventLog, type StoredEvent } from '@zyra/jetstream'
import type { Codec } from './codec.ts'
import type { Decisions } from './decisions.ts'
import { Stopped, Transient } from './errors.ts'
import type { Gate } from './gate.ts'
import type { Ownership } from './ownership.ts'

/** What doing side effects needs. */
export interface EffectsOptions {
  readonly log: Pick<EventLog, 'load'>
  readonly codec: Pick<Codec, 'open'>
  readonly decisions: Pick<Decisions, 'record'>
  readonly gate: Pick<Gate, 'pass'>
  readonly service: string
  readonly ports: Readonly<Record<string, Port<never, unknown>>>
}

/** One side effect that is to be done. */
export interface EffectToDo {
  readonly reactor: AnyReactor
  readonly stored: StoredEvent
  /** 1, or more after redrives. */
  readonly attempt: number
  readonly owned: Pick<Ownership, 'lost' | 'mayBeInWorkElsewhere'>
}

/** Begins on a side effect. What it answers is one try: it resolves when the outcome is recorded or none is needed, else it is to be called again. */
export type BeginEffect = (effect: EffectToDo) => () => Promise<void>

const ATTEMPTED = 'runtime.EffectAttempted'
/** How often a value is written again that a former owner's late call may have replaced. */
const MAX_REPEATS = 3

/** Whether the reactor would act on this event at all. */
export const actsOn = ({ on, backfill }: Pick<AnyReactor, 'backfill'> & { readonly on: object }, { envelope }: StoredEvent): boolean =>
  envelope.type in on && (!envelope.backfill || backfill === true)

/** What the log says of an effect. */
interface History {
  /** Attempts of this round. */
  readonly made: number
  /** Attempts, of earlier rounds too, of which nobody knows what became of them. */
  readonly unsettled: number
  readonly settled: boolean
}

const historyOf = (since: readonly StoredEvent[], { reactor, stored, attempt }: EffectToDo): History => {
  const names = [reactor.name, ...(reactor.previously ?? [])]
  const mine = since.map(({ envelope }) => envelope).filter(
    ({ causationId, handler }) => causationId === stored.envelope.id && names.some((name) => handler === name || handler.startsWith(`${name}/`)),
  )
  const attempted = mine.filter(({ type }) => type === ATTEMPTED)
  const settled = new Set(mine.filter(({ type }) => type !== ATTEMPTED).map((outcome) => outcome.attempt))
  return {
    made: attempted.filter((one) => one.attempt === attempt).length,
    unsettled: attempted.filter((one) => one.attempt <= attempt && !settled.has(one.attempt)).length,
    settled: settled.has(attempt),
  }
}

/**
 * The protocol around a side effect. `EffectAttempted(n)` stands in the log before the port is asked; where an attempt has no outcome,
 * the port is asked to `find` the effect first, so that what may or may not have happened is settled by reading back, never by doing it blindly again.
 * A value that is set while a former owner's call may still land is read back, and set again where another one stands there.
 */
export const createEffects = ({ log, codec, decisions, gate, service, ports }: EffectsOptions): BeginEffect => {
  const portOf = ({ port: name, name: reactor }: AnyReactor): Port<unknown, unknown> => {
    const port = ports[name]
    if (port === undefined) throw new Error(`service ${service} provides no port "${name}" for reactor ${reactor}`)
    return port as unknown as Port<unknown, unknown>
  }

  const isSuperseded = async (reactor: AnyReactor, stored: StoredEvent): Promise<boolean> => {
    if (reactor.newestOnly !== true) return false
    for (const later of await log.load(stored.subject, stored.sequence + 1)) {
      if (actsOn(reactor, later) && reactor.on[later.envelope.type]?.((await codec.open(later)) as never) !== undefined) return true
    }
    return false
  }

  const tryOnce = async (effect: EffectToDo, event: Recorded, request: EffectRequest<unknown>, memory: { lastIsVoid: boolean }): Promise<void> => {
    const { reactor, stored, attempt, owned } = effect
    const { merchant, aggregateId, id } = event.meta
    const address = { merchant, aggregate: reactor.effect, id: aggregateId }
    const { made, unsettled, settled } = historyOf(await log.load(subjectOf({ ...address, service }), stored.sequence), effect)
    if (settled) return

    const { find, ...port } = portOf(reactor)
    const cause = { meta: event.meta, handler: reactor.name, actor: `reactor:${reactor.name}`, attempt }
    const key = eventId({ causationId: id, handler: reactor.name, attempt, index: 0 })
    const isOpen = unsettled > 0 && !memory.lastIsVoid
    let n = made

    const record = async (result: EffectResult<unknown>): Promise<void> => {
      await decisions.record(address, reactor.outcome(request.input as never, result as never), cause, owned.lost)
    }
    const through = <Result>(work: (context: EffectContext) => Promise<Result>): Promise<Result> =>
      gate.pass(merchant, request.permit, owned.lost, (onlyLower) => work({ merchant, key, attempt, onlyLower, signal: owned.lost }))

    const doIt = (): Promise<unknown> =>
      through(async (context) => {
        // An attempt that certainly came to nothing still stands in the log as one without an outcome: it serves for the next one.
        if (!memory.lastIsVoid) {
          n += 1
          const data = { handler: reactor.name, attempt: n, key, forSequence: stored.sequence }
          await decisions.record(address, [{ type: ATTEMPTED, data }], { ...cause, handler: `${reactor.name}/attempt/${n}` }, owned.lost)
        }
        memory.lastIsVoid = false
        try {
          return await port.do(request.input, context)
        } catch (error) {
          memory.lastIsVoid = error instanceof Transient && !error.mayHaveHappened
          throw error
        }
      })

    try {
      if (find !== undefined && unsettled > 0) {
        const found = await through((context) => find(request.input, context))
        if (found !== undefined) return await record({ ok: true, value: found })
      } else if (isOpen) {
        const error = `tried ${unsettled} times without an answer; nobody can tell whether it happened, so it is not tried again`
        return await record({ ok: false, error })
      }
      let value = await doIt()
      const mustReadBack = reactor.newestOnly === true && find !== undefined && owned.mayBeInWorkElsewhere(stored.sequence)
      for (let repeats = 0; mustReadBack && repeats < MAX_REPEATS; repeats += 1) {
        if ((await through((context) => find(request.input, context))) !== undefined) break
        value = await doIt()
      }
      await record({ ok: true, value })
    } catch (error) {
      if (!(error instanceof Stopped)) throw error
      const doubt = error.mayHaveHappened || isOpen || n > made ? '; a call had been made before, so it may have happened all the same' : ''
      await record({ ok: false, error: `${error.message}${doubt}` })
    }
  }

  return (effect) => {
    const { reactor, stored } = effect
    const memory = { lastIsVoid: false }
    return async () => {
      const event = await codec.open(stored)
      const request = reactor.on[event.type]?.(event as never)
      if (request === undefined || (await isSuperseded(reactor, stored))) return
      await tryOnce(effect, event, request, memory)
    }
  }
}
