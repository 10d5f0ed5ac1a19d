import { currentVersion, definitionOf, eventId, readEvent } from '@zyra/contracts'
import type { AnyDecider, AnyPolicy, AnyReactor, Decider, DomainCommand, DomainEvent, EffectContext, EffectResult, Port, Recorded } from '@zyra/es'
import { subjectOf, toRecorded, type Address, type EventLog, type OutgoingEvent, type StoredEvent } from '@zyra/jetstream'
import { deepFreeze } from './deep-freeze.ts'
import { checked } from './zyra-event.ts'

/** A service, as its `service.ts` lists it, or some of its features. */
export interface ProcessedService {
  readonly name: string
  readonly deciders?: readonly AnyDecider[]
  readonly policies?: readonly AnyPolicy[]
  readonly reactors?: readonly AnyReactor[]
}

/** How far to go. */
export interface ProcessAllOptions {
  readonly services: readonly ProcessedService[]
  /** The outside world by the names that reactors use. An error thrown here is thrown on: nothing is tried again. */
  readonly ports?: Readonly<Record<string, Port<never, unknown>>>
  /** Events up to this sequence were processed before. */
  readonly after?: number
  /** So many events and the services are taken to go in circles; 1,000 by default. */
  readonly atMost?: number
}

interface Work extends Required<Pick<ProcessAllOptions, 'ports'>> {
  readonly log: EventLog
  readonly service: ProcessedService
  readonly event: Recorded
}

const RECENT = 5

const open = (stored: StoredEvent): Recorded => {
  const { type, version } = stored.envelope
  return deepFreeze(toRecorded(stored, readEvent(type, definitionOf(type), version, stored.data)))
}

interface Cause {
  readonly event: Recorded
  readonly handler: string
  readonly actor: string
  readonly deciderVersion: number
}

/** What follows happens at the time of what caused it, so that nothing depends on a clock. */
const outgoing = (address: Address, { event: { meta }, handler, actor, deciderVersion }: Cause) => (event: DomainEvent, index: number): OutgoingEvent => ({
  data: checked(event).data,
  envelope: {
    id: eventId({ causationId: meta.id, handler, attempt: 1, index }), type: event.type, version: currentVersion(definitionOf(event.type)),
    source: `zyra/${address.merchant}/${address.service}/${address.aggregate}/${address.id}`, time: meta.time,
    correlationId: meta.correlationId, causationId: meta.id, actor, handler, index, deciderVersion, attempt: 1, backfill: meta.backfill,
  },
})

const decide = async ({ log, service, event }: Work, { name, on }: AnyPolicy): Promise<void> => {
  const { merchant } = event.meta
  for (const [ordinal, { aggregate, id, command }] of (on[event.type]?.(event as never) ?? []).entries()) {
    const decider = service.deciders?.find((one) => one.aggregate === aggregate) as unknown as Decider<DomainCommand, DomainEvent, unknown> | undefined
    if (decider === undefined) throw new Error(`policy ${name} commands "${aggregate}", for which service ${service.name} has no decider`)
    const address = { merchant, service: service.name, aggregate, id }
    const known = (await log.load(subjectOf(address))).map(open)
    const state = known.reduce<unknown>((now, one) => deepFreeze(decider.evolve(now, one)), deepFreeze(decider.initialState))
    const cause = { event, handler: ordinal === 0 ? name : `${name}/${ordinal}`, actor: `policy:${name}`, deciderVersion: decider.version }
    const events = decider.decide(deepFreeze(command), state).map(outgoing(address, cause))
    await log.append({ subject: subjectOf(address), expectedSequence: known.at(-1)?.meta.sequence ?? 0, events })
  }
}

const act = async ({ log, service, event, ports }: Work, { name, on, port: portName, effect, outcome }: AnyReactor): Promise<void> => {
  const request = on[event.type]?.(event as never)
  if (request === undefined) return
  const port = ports[portName] as unknown as Port<unknown, unknown> | undefined
  if (port === undefined) throw new Error(`reactor ${name} asks port "${portName}", which the spec does not provide`)
  const { merchant, aggregateId, id } = event.meta
  const key = eventId({ causationId: id, handler: name, attempt: 1, index: 0 })
  const context: EffectContext = { merchant, key, attempt: 1, onlyLower: false, signal: new AbortController().signal }
  const result: EffectResult<unknown> = { ok: true, value: await port.do(request.input, context) }
  const address = { merchant, service: service.name, aggregate: effect, id: aggregateId }
  const events = outcome(request.input as never, result as never).map(outgoing(address, { event, handler: name, actor: `reactor:${name}`, deciderVersion: 0 }))
  await log.append({ subject: subjectOf(address), events })
}

const concerns = ({ on, backfill = false }: AnyPolicy | AnyReactor, { type, meta }: Recorded): boolean => type in on && (!meta.backfill || backfill)

/**
 * Lets the policies, deciders and reactors of services work on a log until nothing is left to do, one event after the other in the order
 * of the log and of the lists: the same log and ports always give the same events. Personal fields stand open, and nothing is tried again,
 * stopped or parked: that is the runtime's part, which has specs of its own.
 * @returns the sequence up to which all is done
 * @throws Error when services go in circles, naming their newest events
 */
export const processAll = async (log: EventLog, { services, ports = {}, after = 0, atMost = 1_000 }: ProcessAllOptions): Promise<number> => {
  for (let sequence = after + 1; ; sequence += 1) {
    const stored = await log.at(sequence)
    if (stored === undefined) return sequence - 1
    if (sequence - after > atMost) {
      const recent = await Promise.all(Array.from({ length: RECENT }, (_, index) => log.at(sequence - RECENT + index)))
      throw new Error(`${atMost} events and no end: services go in circles. The newest are ${recent.map((one) => one?.envelope.type).join(', ')}.`)
    }
    const event = open(stored)
    for (const service of services) {
      for (const policy of service.policies ?? []) if (concerns(policy, event)) await decide({ log, service, event, ports }, policy)
      for (const reactor of service.reactors ?? []) if (concerns(reactor, event)) await act({ log, service, event, ports }, reactor)
    }
  }
}
