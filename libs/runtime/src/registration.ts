import { definitionOf, entryId, INSTALLATION, type RuntimeEvent } from '@zyra/contracts'
import type { HandlerDeclaration } from '@zyra/es'
import { aggregateFilter, type EventLog } from '@zyra/jetstream'
import type { Decisions } from './decisions.ts'

type Registered = Extract<RuntimeEvent, { type: 'runtime.HandlerRegistered' }>['data']

/** A handler of either kind. */
export interface HandlerToRegister {
  readonly kind: 'policy' | 'reactor'
  readonly handler: HandlerDeclaration
}

/**
 * Finds out from which position on each handler acts, and records it for those that are new: a handler that is added later
 * starts at the end of the log, since it would act on history otherwise. A renamed one goes on where its former name stood.
 * On an empty log every handler starts at the beginning.
 */
export const registerHandlers = async (
  { log, decisions, service }: { log: EventLog; decisions: Decisions; service: string },
  handlers: readonly HandlerToRegister[],
): Promise<ReadonlyMap<string, number>> => {
  const stored = await log.lastOf([aggregateFilter(service, 'handler')])
  const known = new Map(
    stored.map(({ envelope, data }): [string, number] => {
      const { handler, afterSequence } = definitionOf(envelope.type).schema.parse(data) as Registered
      return [handler, afterSequence]
    }),
  )
  const end = await log.lastSequence()
  const isNew = known.size === 0
  const positions = new Map<string, number>()
  for (const { kind, handler: { name, previously = [] } } of handlers) {
    const former = [name, ...previously].flatMap((one) => known.get(one) ?? [])[0]
    const afterSequence = former ?? (isNew ? 0 : end)
    positions.set(name, afterSequence)
    if (known.has(name)) continue
    const id = entryId('register', service, name)
    await decisions.record(
      { merchant: INSTALLATION, aggregate: 'handler', id: name },
      [{ type: 'runtime.HandlerRegistered', data: { handler: name, kind, afterSequence } }],
      { meta: { merchant: INSTALLATION, id, correlationId: id, backfill: false }, handler: 'register', actor: `runtime:${service}`, attempt: 1 },
    )
  }
  return positions
}

/** The subjects that handlers of these event names read. Events of the runtime are those of the service itself. */
export const filtersOf = (service: string, handlers: readonly { readonly on: object }[]): string[] => {
  const types = new Set(handlers.flatMap(({ on }) => Object.keys(on)))
  const filters = [...types].map((type) => {
    const owner = type.slice(0, type.indexOf('.'))
    return aggregateFilter(owner === 'runtime' ? service : owner, definitionOf(type).aggregate)
  })
  return [...new Set(filters)].toSorted()
}
