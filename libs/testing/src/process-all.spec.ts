import type { GatewayEvent, OrchestratorEvent } from '@zyra/contracts'
import { decider, policy, reactor, type EventMeta, type Port } from '@zyra/es'
import { enter } from './enter.ts'
import { memoryLog, type MemoryLog } from './memory-log.ts'
import { processAll, type ProcessedService } from './process-all.ts'
import { recorded } from './zyra-event.ts'

type Ordered = Extract<OrchestratorEvent, { type: 'orchestrator.ErasureOrdered' }>
type Erased = Extract<OrchestratorEvent, { type: 'orchestrator.KeysErased' }>
interface Erase {
  readonly type: 'Erase'
  readonly requestId: string
}
type KeysPort = Port<{ readonly customerId: string | null }, readonly string[]>

/** A request to resume stands for one to erase here, so that a request, a decision, an effect and its outcome follow each other. */
const erasure = decider<Erase, Ordered, readonly string[]>({
  aggregate: 'erasure',
  version: 1,
  initialState: [],
  decide: ({ requestId }, requests) => (requests.includes(requestId)
    ? []
    : [{ type: 'orchestrator.ErasureOrdered', data: { scope: 'person', customerId: 'c-1', orderIds: [], requestId } }]),
  evolve: (requests, { data }) => [...requests, data.requestId],
})
const onRequest = policy<GatewayEvent, Erase>({
  name: 'on-request',
  on: {
    'gateway.ResumeRequested': ({ data: { requestId } }) => ['c-1', 'c-2'].map((id) => ({ aggregate: 'erasure', id, command: { type: 'Erase', requestId } })),
  },
})
const eraseKeys = reactor<OrchestratorEvent, KeysPort, Erased>({
  name: 'erase-keys',
  port: 'keys',
  effect: 'erasure-effect',
  on: { 'orchestrator.ErasureOrdered': ({ data: { customerId } }) => ({ permit: { class: 'internal' }, input: { customerId } }) },
  outcome: (_input, result) => (result.ok ? [{ type: 'orchestrator.KeysErased', data: { keyIds: [...result.value] } }] : []),
})
const orchestrator: ProcessedService = { name: 'orchestrator', deciders: [erasure], policies: [onRequest], reactors: [eraseKeys] }
const keys: KeysPort = { do: async ({ customerId }) => [`key of ${customerId ?? 'all'}`] }
const options = { services: [orchestrator], ports: { keys } }

const asked = (requestId: string, meta: Partial<EventMeta> = {}) =>
  recorded('gateway.ResumeRequested', { requestId, by: 'ann' }, { aggregateId: 'control', ...meta })

const typesIn = (log: MemoryLog): string[] => log.events().map(({ envelope }) => envelope.type)

describe('processing everything', () => {
  it('goes on from event to command, decision, effect and outcome until nothing is left', async () => {
    const log = memoryLog()
    await enter(log, asked('r-1'))
    expect(await processAll(log, options)).toBe(5)
    expect(typesIn(log)).toEqual([
      'gateway.ResumeRequested', 'orchestrator.ErasureOrdered', 'orchestrator.ErasureOrdered', 'orchestrator.KeysErased', 'orchestrator.KeysErased',
    ])
    expect(log.events().map(({ subject }) => subject)).toEqual([
      'zyra.demo.gateway.request.control', 'zyra.demo.orchestrator.erasure.c-1', 'zyra.demo.orchestrator.erasure.c-2',
      'zyra.demo.orchestrator.erasure-effect.c-1', 'zyra.demo.orchestrator.erasure-effect.c-2',
    ])
  })

  it('says who caused what', async () => {
    const log = memoryLog()
    await enter(log, asked('r-1'))
    await processAll(log, options)
    const [request, ordered, , erased] = log.events().map(({ envelope }) => envelope)
    const common = { correlationId: request?.correlationId, time: request?.time }
    expect(ordered).toMatchObject({ ...common, causationId: request?.id, actor: 'policy:on-request', handler: 'on-request' })
    expect(erased).toMatchObject({ ...common, causationId: ordered?.id, actor: 'reactor:erase-keys', handler: 'erase-keys' })
  })

  it('gives the same events for the same log', async () => {
    const logs = [memoryLog(), memoryLog()]
    for (const log of logs) {
      await enter(log, asked('r-1'))
      await processAll(log, options)
    }
    expect(logs[0]?.events()).toEqual(logs[1]?.events())
  })

  it('goes on where it was, on the state that it came to', async () => {
    const log = memoryLog()
    await enter(log, asked('r-1'))
    const done = await processAll(log, options)
    await enter(log, asked('r-1', { time: '2026-11-20T09:00:00.000Z' }), asked('r-2'))
    await processAll(log, { ...options, after: done })
    expect(typesIn(log).filter((type) => type === 'orchestrator.ErasureOrdered')).toHaveLength(4)
  })

  it('adds nothing when it is done again from the beginning', async () => {
    const log = memoryLog()
    await enter(log, asked('r-1'))
    const done = await processAll(log, options)
    expect(await processAll(log, options)).toBe(done)
  })

  it('passes over history that was loaded later, unless a handler asks for it', async () => {
    const log = memoryLog()
    await enter(log, asked('r-1', { backfill: true }))
    expect(await processAll(log, options)).toBe(1)
    const eager = { ...orchestrator, policies: [{ ...onRequest, backfill: true }] }
    expect(await processAll(log, { ...options, services: [eager] })).toBe(3)
  })

  it('says so when services go in circles', async () => {
    const log = memoryLog()
    await enter(log, asked('r-1'))
    const again = policy<OrchestratorEvent, Erase>({
      name: 'again', on: { 'orchestrator.ErasureOrdered': ({ meta }) => [{ aggregate: 'erasure', id: 'c-1', command: { type: 'Erase', requestId: meta.id } }] },
    })
    await expect(processAll(log, { ...options, services: [{ ...orchestrator, policies: [onRequest, again] }], atMost: 50 }))
      .rejects.toThrow(/^50 events and no end: services go in circles\. The newest are .*orchestrator\.ErasureOrdered/)
  })

  it.each([
    ['a decider', { services: [{ ...orchestrator, deciders: [] }] }, 'policy on-request commands "erasure", for which service orchestrator has no decider'],
    ['a port', { services: [orchestrator] }, 'reactor erase-keys asks port "keys", which the spec does not provide'],
  ])('says so when %s is missing', async (_what, given, problem) => {
    const log = memoryLog()
    await enter(log, asked('r-1'))
    await expect(processAll(log, given)).rejects.toThrow(problem)
  })
})
