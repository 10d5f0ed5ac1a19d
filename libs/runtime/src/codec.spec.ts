import { ERASED, event, type EventDefinition } from '@zyra/contracts'
import type { StoredEvent } from '@zyra/jetstream'
import { z } from 'zod'
import { memoryObjects, outgoing, testVault } from '../test/kit.ts'
import { createCodec, MAX_INLINE_BYTES } from './codec.ts'

const ADDRESS = { merchant: 'demo', service: 'gateway', aggregate: 'etsy-webhook', id: 'orders' }

const stored = (id: string, type: string, version: number, data: unknown): StoredEvent => ({
  subject: 'zyra.demo.gateway.etsy-webhook.orders',
  sequence: 1,
  envelope: { ...outgoing(ADDRESS, { type, data }).envelope, id, version, epoch: 1 },
  data,
})

const ID = '6f9619ff-8b86-5011-b42d-00cf4fc964ff'
const webhook = (body: string) => ({
  type: 'gateway.EtsyWebhookReceived',
  data: { topic: 'order.paid', webhookId: 'w1', sentAt: null, bodyEncoding: 'utf8', body, customerId: '42', orderId: null },
})

const bench = () => {
  const [vault, objects] = [testVault(), memoryObjects()]
  const codec = createCodec({ vault, objects })
  const there = async (body: string) => {
    const { data, version } = await codec.seal('demo', ID, webhook(body))
    return stored(ID, 'gateway.EtsyWebhookReceived', version, JSON.parse(JSON.stringify(data)))
  }
  const bodyOf = async (one: StoredEvent): Promise<string> => ((await codec.open(one)).data as { body: string }).body
  return { vault, objects, codec, there, bodyOf }
}

describe('an event on its way into the log', () => {
  it('is refused before anything is written when its data is not what the contract says', async () => {
    const { codec, objects } = bench()
    await expect(codec.seal('demo', ID, { type: 'inventory.BufferSet', data: { buffer: -1 } })).rejects.toMatchObject({ name: 'InvalidEventData' })
    await expect(codec.seal('demo', ID, { type: 'inventory.Unheard', data: {} })).rejects.toThrow('is not declared in libs/contracts')
    expect(objects.bodies.size).toBe(0)
  })

  it('carries personal fields sealed, and comes back as it was', async () => {
    const { there, bodyOf } = bench()
    const inLog = await there('{"email":"anna@example.org","id":9007199254740993}')
    expect(JSON.stringify(inLog.data)).not.toContain('anna@example.org')
    expect(await bodyOf(inLog)).toBe('{"email":"anna@example.org","id":9007199254740993}')
  })

  it('shows that its personal fields are erased once the key is gone', async () => {
    const { vault, there, bodyOf } = bench()
    const inLog = await there('{"email":"anna@example.org"}')
    await vault.erase('demo', { customerId: '42', orderIds: [] })
    expect(await bodyOf(inLog)).toBe(ERASED)
  })

  it('stays inline up to 256 KB', async () => {
    const { objects, there } = bench()
    await there('x'.repeat(150_000))
    expect(objects.bodies.size).toBe(0)
  })

  it('leaves a larger body in the object store, encrypted, and comes back byte for byte', async () => {
    const { objects, there, bodyOf } = bench()
    const body = 'ü💶\u2028\ud800"\\'.repeat(60_000)
    const inLog = await there(body)
    expect(Buffer.byteLength(JSON.stringify(inLog.data))).toBeLessThan(200)
    expect([...objects.bodies.values()].map((bytes) => bytes.length > MAX_INLINE_BYTES)).toEqual([true])
    expect(Buffer.from([...objects.bodies.values()][0]!).includes('💶')).toBe(false)
    expect(await bodyOf(inLog)).toBe(body)
  })

  it('is stored before anything can be acknowledged', async () => {
    const { vault } = bench()
    const objects = { ...memoryObjects(), put: () => Promise.reject(new Error('the disk is full')) }
    const codec = createCodec({ vault, objects })
    await expect(codec.seal('demo', ID, webhook('x'.repeat(300_000)))).rejects.toThrow('the disk is full')
  })

  it('answers the data that readers will see', async () => {
    const { codec } = bench()
    const { checked } = await codec.seal('demo', ID, webhook('{}'))
    expect(checked).toEqual(webhook('{}').data)
  })
})

describe('an event of the log', () => {
  const registry = new Map<string, EventDefinition>([
    [
      'inventory.BufferSet',
      event({
        aggregate: 'stock',
        schema: z.strictObject({ buffer: z.number(), unit: z.string() }),
        previous: [{ schema: z.strictObject({ level: z.number() }), upcast: ({ level }: { level: number }) => ({ buffer: level, unit: 'piece' }) }],
      }),
    ],
  ])

  it('is brought to the current version', async () => {
    const codec = createCodec({ vault: testVault(), objects: memoryObjects(), registry })
    const opened = await codec.open(stored(ID, 'inventory.BufferSet', 1, { level: 4 }))
    expect(opened).toMatchObject({ type: 'inventory.BufferSet', data: { buffer: 4, unit: 'piece' }, meta: { id: ID, merchant: 'demo', sequence: 1, epoch: 1 } })
  })

  it('of an unknown version waits for its release, whatever its data looks like', async () => {
    const { codec } = bench()
    const newer = stored(ID, 'gateway.EtsyWebhookReceived', 2, { body: { nested: 1 } })
    await expect(codec.open(newer)).rejects.toMatchObject({ name: 'UnknownEventVersion', message: expect.stringContaining('knows versions 1 to 1') })
  })

  it('of an unknown name waits for its release as well', async () => {
    const { codec } = bench()
    await expect(codec.open(stored(ID, 'inventory.NotYetKnown', 1, {}))).rejects.toMatchObject({ name: 'UnknownEventVersion' })
  })

  it('whose body is missing says so', async () => {
    const { objects, there, bodyOf } = bench()
    const inLog = await there('x'.repeat(300_000))
    objects.bodies.clear()
    await expect(bodyOf(inLog)).rejects.toThrow(/^object [0-9a-f]{64} is missing/)
  })
})
