import { definitionOf, entryId, INSTALLATION } from '@zyra/contracts'
import type { HandlerDeclaration } from '@zyra/es'
import { aggregateFilter, type EventLog } from '@zyra/jetstream'
import type { Decisions } from './decisions.ts'
import { readPlain } from './plain.ts'

/** A handler of either kind. */
export interface HandlerToRegister {
  readonly kind: 'policy' | 'reactor'
  readonly handler: HandlerDeclaration
}

/** What registering needs. */
export interface RegistrationOptions {
  readonly log: EventLog
  readonly decisions: Pick<Decisions, 'record'>
  readonly service: string
  readonly now: () => Date
}

/** In so short a time an installation is set up; what came in meanwhile is meant for services that start a little later. */
const SETTING_UP_MS = 60 * 60 * 1_000

const readPositions = async ({ log, service }: RegistrationOptions): Promise<ReadonlyMap<string, number>> => {
  const stored = await log.lastOf([aggregateFilter(service, 'handler')])
  const registered = stored.flatMap((one) => readPlain(one, 'runtime.HandlerRegistered') ?? [])
  return new Map(registered.map(({ data: { handler, afterSequence } }) => [handler, afterSequence]))
}

const isBeingSetUp = async ({ log, now }: RegistrationOptions): Promise<boolean> => {
  const first = await log.at(1)
  return first === undefined || now().getTime() - Date.parse(first.envelope.time) < SETTING_UP_MS
}

/**
 * Finds out from which position on each handler acts, and records it for those that are new: a handler that is added later, alone or with
 * its whole service, starts at the end of the log, since it would act on history otherwise. A renamed one goes on where its former name
 * stood. While an installation is being set up, the handlers of a service that starts for the first time start at the beginning.
 */
export const registerHandlers = async (options: RegistrationOptions, handlers: readonly HandlerToRegister[]): Promise<ReadonlyMap<string, number>> => {
  const { log, decisions, service } = options
  let known = await readPositions(options)
  const startsAt = known.size === 0 && (await isBeingSetUp(options)) ? 0 : await log.lastSequence()
  for (const { kind, handler: { name, previously = [] } } of handlers) {
    if (known.has(name)) continue
    const former = previously.flatMap((one) => known.get(one) ?? [])[0]
    const id = entryId('register', service, name)
    const isFirst = await decisions.record(
      { merchant: INSTALLATION, aggregate: 'handler', id: name },
      [{ type: 'runtime.HandlerRegistered', data: { handler: name, kind, afterSequence: former ?? startsAt } }],
      { meta: { merchant: INSTALLATION, id, correlationId: id, backfill: false }, handler: 'register', actor: `runtime:${service}`, attempt: 1 },
    )
    // Another process was faster: what it recorded holds.
    known = isFirst ? new Map([...known, [name, former ?? startsAt]]) : await readPositions(options)
  }
  return new Map(handlers.map(({ handler: { name } }) => [name, known.get(name) ?? startsAt]))
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
