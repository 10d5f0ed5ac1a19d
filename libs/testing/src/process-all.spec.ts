import { entryId, type GatewayEvent, type OrchestratorEvent } from '@zyra/contracts'
import { decider, policy, reactor, type Port } from '@zyra/es'
import { subjectOf } from '@zyra/jetstream'
import { memoryLog, type MemoryLog } from './memory-log.ts'
import { processAll, type ProcessedService } from './process-all.ts'
import type { ZyraEvent } from './zyra-event.ts'

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

const enter = async (log: MemoryLog, event: ZyraEvent, entry: string, backfill = false): Promise<void> => {
  const subject = subjectOf({ merchant: 'demo', service: 'gateway', aggregate: 'request', id: 'control' })
  const envelope = {
    id: entryId(entry), type: event.type, source: 'zyra/demo/gateway/request/control', time: '2026-11-20T08:00:00.000Z', version: 1,
    correlationId: entryId(entry), causationId: entryId('outside'), actor: 'user:ann', handler: 'control', index: 0, deciderVersion: 0, attempt: 1, backfill,
  }
  await log.append({ subject, events: [{ envelope, data: event.data }] })
}
const resume = (requestId: string): GatewayEvent => ({ type: 'gateway.ResumeRequested', data: { requestId, by: 'ann' } })

const typesIn = (log: MemoryLog): string[] => log.events().map(({ envelope }) => envelope.type)

describe('processing everything', () => {
  it('goes on from event to command, decision, effect and outcome until nothing is left', async () => {
    const log = memoryLog()
    await enter(log, resume('r-1'), 'first')
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
    await enter(log, resume('r-1'), 'first')
    await processAll(log, options)
    const [asked, ordered, , erased] = log.events().map(({ envelope }) => envelope)
    const common = { correlationId: asked?.correlationId, time: asked?.time }
    expect(ordered).toMatchObject({ ...common, causationId: asked?.id, actor: 'policy:on-request', handler: 'on-request' })
    expect(erased).toMatchObject({ ...common, causationId: ordered?.id, actor: 'reactor:erase-keys', handler: 'erase-keys' })
  })

  it('gives the same events for the same log', async () => {
    const logs = [memoryLog(), memoryLog()]
    for (const log of logs) {
      await enter(log, resume('r-1'), 'first')
      await processAll(log, options)
    }
    expect(logs[0]?.events()).toEqual(logs[1]?.events())
  })

  it('goes on where it was, on the state that it came to', async () => {
    const log = memoryLog()
    await enter(log, resume('r-1'), 'first')
    const done = await processAll(log, options)
    await enter(log, resume('r-1'), 'once more')
    await enter(log, resume('r-2'), 'another')
    await processAll(log, { ...options, after: done })
    expect(typesIn(log).filter((type) => type === 'orchestrator.ErasureOrdered')).toHaveLength(4)
  })

  it('adds nothing when it is done again from the beginning', async () => {
    const log = memoryLog()
    await enter(log, resume('r-1'), 'first')
    const done = await processAll(log, options)
    expect(await processAll(log, options)).toBe(done)
  })

  it('passes over history that was loaded later, unless a handler asks for it', async () => {
    const log = memoryLog()
    await enter(log, resume('r-1'), 'first', true)
    expect(await processAll(log, options)).toBe(1)
    const eager = { ...orchestrator, policies: [{ ...onRequest, backfill: true }] }
    expect(await processAll(log, { ...options, services: [eager] })).toBe(3)
  })

  it('says so when services go in circles', async () => {
    const log = memoryLog()
    await enter(log, resume('r-1'), 'first')
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
    await enter(log, resume('r-1'), 'first')
    await expect(processAll(log, given)).rejects.toThrow(problem)
  })
})
