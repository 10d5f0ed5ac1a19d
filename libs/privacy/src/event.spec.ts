import { createSecretKey, randomBytes } from 'node:crypto'
import { definitionOf, ERASED, event } from '@zyra/contracts'
import { z } from 'zod'
import { openEvent, sealEvent } from './event.ts'
import { memoryKeyStore } from './key-store.ts'
import { openVault } from './vault.ts'

const id = '6f1c0d1e-0000-5000-8000-000000000001'

const definition = event({
  aggregate: 'mail',
  schema: z.object({ from: z.string(), note: z.string().nullable(), cc: z.string().optional(), customerId: z.string(), size: z.number() }),
  personal: ['from', 'note', 'cc'],
  subject: ({ customerId }) => ({ customerId }),
})
const data = { from: 'anna@example.com', note: null, customerId: '1', size: 12 }

const setup = () => openVault({
  store: memoryKeyStore(), masterKey: createSecretKey(randomBytes(32)), cacheSize: 10, maxAgeMs: 60_000, now: () => 0,
})

describe('events with personal fields', () => {
  it('are sealed in exactly those fields, null and absent ones excepted, and opened again', async () => {
    const vault = setup()
    const sealed = await sealEvent(vault, { merchant: 'demo', id, definition, data })
    expect(sealed).toEqual({ ...data, from: expect.stringMatching(/^zyra1\./) })
    expect(Object.keys(sealed)).toEqual(Object.keys(data))
    expect(await openEvent(vault, { id, definition, data: sealed })).toEqual(data)
    expect(data.from).toBe('anna@example.com')
  })

  it('show where their person was erased', async () => {
    const vault = setup()
    const sealed = await sealEvent(vault, { merchant: 'demo', id, definition, data: { ...data, note: 'call me' } })
    await vault.erase('demo', { customerId: '1', orderIds: [] })
    expect(await openEvent(vault, { id, definition, data: sealed })).toEqual({ ...data, from: ERASED, note: ERASED })
  })

  it('do not open under another event\'s id', async () => {
    const vault = setup()
    const sealed = await sealEvent(vault, { merchant: 'demo', id, definition, data })
    await expect(openEvent(vault, { id: 'another', definition, data: sealed })).rejects.toThrow('Field from of event another')
  })

  it('of a definition from the registry are sealed whole, under the merchant\'s key when they name nobody', async () => {
    const vault = setup()
    const webhook = definitionOf('gateway.ShopifyWebhookReceived')
    const received: unknown = { topic: 'shop/update', bodyEncoding: 'utf8', body: '{"id":1}', customerId: null, orderId: null }
    const sealed = await sealEvent(vault, { merchant: 'demo', id, definition: webhook, data: received })
    expect(sealed).toMatchObject({ topic: 'shop/update', body: expect.stringMatching(/^zyra1\.demo\/[\w-]{16}\./) })
    expect(await openEvent(vault, { id, definition: webhook, data: sealed })).toEqual(received)
  })

  it('say which field is no string', async () => {
    const wrong = event({ aggregate: 'person', schema: z.object({ age: z.number() }), personal: ['age'] })
    await expect(sealEvent(setup(), { merchant: 'demo', id, definition: wrong, data: { age: 7 } }))
      .rejects.toThrow(`Personal field age of event ${id} is a number: expected a string or null`)
  })
})

describe('events without personal fields', () => {
  it('pass as they are and ask for no key', async () => {
    const store = memoryKeyStore()
    const vault = openVault({ store, masterKey: createSecretKey(randomBytes(32)), cacheSize: 10, maxAgeMs: 1, now: () => 0 })
    const plain = event({ aggregate: 'stock', schema: definition.schema })
    expect(await sealEvent(vault, { merchant: 'demo', id, definition: plain, data })).toBe(data)
    expect(await openEvent(vault, { id, definition: { ...definition, personal: [] }, data })).toBe(data)
    expect(await store.list('')).toEqual([])
  })
})
