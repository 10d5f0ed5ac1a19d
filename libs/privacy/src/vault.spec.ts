import { createSecretKey, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { UnreadableCiphertext } from './cipher.ts'
import { memoryKeyStore, type KeyStore } from './key-store.ts'
import { openVault } from './vault.ts'

const where = { eventId: '6f1c0d1e-0000-5000-8000-000000000001', field: 'body' }
const anna = { merchant: 'demo', subject: { customerId: '207119551' } }

const counting = (store: KeyStore) => {
  const calls = { count: 0 }
  const counted = <Args extends unknown[], Answer>(call: (...args: Args) => Answer) => (...args: Args): Answer => {
    calls.count += 1
    return call(...args)
  }
  return {
    calls,
    store: { get: counted(store.get), create: counted(store.create), delete: counted(store.delete), list: counted(store.list) },
  }
}

const setup = (cacheSize = 100) => {
  const clock = { ms: 0 }
  const { calls, store } = counting(memoryKeyStore())
  const masterKey = createSecretKey(randomBytes(32))
  const vault = openVault({ store, masterKey, cacheSize, maxAgeMs: 60_000, now: () => clock.ms })
  return { vault, store, calls, masterKey, clock }
}

/** Any sequence of UTF-16 code units, surrogates in any order among them. */
const anyString = fc.array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd800, max: 0xdfff })))
  .map((units) => String.fromCharCode(...units))

describe('vault', () => {
  it('gives back every string exactly, lone surrogates too', async () => {
    const { vault } = setup()
    const texts = fc.oneof(fc.string({ unit: 'grapheme' }), anyString)
    await fc.assert(fc.asyncProperty(texts, async (text) => {
      const ciphertext = await vault.encrypt({ ...anna, ...where, text })
      expect(await vault.decrypt({ ...where, ciphertext })).toBe(text)
    }), { seed: 20_261_101, numRuns: 500, examples: [[''], ['\ud800'], ['a\udc00\ud800b'], ['zyra1.a.b.c'], ['\ufeffx']] })
  })

  it('shows neither the text nor the person in a ciphertext, and the key that it needs', async () => {
    const { vault } = setup()
    const ciphertext = await vault.encrypt({ ...anna, ...where, text: 'anna@example.com' })
    expect(ciphertext).toMatch(/^zyra1\.demo\/[\w-]{16}\/[\w-]{16}\.[\w-]{16}\.[\w-]{44}$/)
    expect(ciphertext).not.toContain('207119551')
  })

  it('encrypts one text differently each time: no nonce comes twice in 10,000', async () => {
    const { vault } = setup()
    const ciphertexts = await Promise.all(Array.from({ length: 10_000 }, () => vault.encrypt({ ...anna, ...where, text: 'x' })))
    const [keyIds, nonces] = [1, 2].map((part) => new Set(ciphertexts.map((ciphertext) => ciphertext.split('.')[part])))
    expect(keyIds?.size).toBe(1)
    expect(nonces?.size).toBe(10_000)
  })

  it.each([
    ['another event', { ...where, eventId: '6f1c0d1e-0000-5000-8000-000000000002' }],
    ['another field', { ...where, field: 'note' }],
    ['neither', { eventId: '', field: '' }],
  ])('refuses a ciphertext in %s', async (_, elsewhere) => {
    const { vault } = setup()
    const ciphertext = await vault.encrypt({ ...anna, ...where, text: 'secret' })
    await expect(vault.decrypt({ ...elsewhere, ciphertext })).rejects.toThrow(UnreadableCiphertext)
    expect(await vault.decrypt({ ...where, ciphertext })).toBe('secret')
  })

  it('knows where an event\'s id ends and the field begins', async () => {
    const { vault } = setup()
    const ciphertext = await vault.encrypt({ ...anna, eventId: 'a","b', field: 'c', text: 'secret' })
    await expect(vault.decrypt({ eventId: 'a', field: 'b","c', ciphertext })).rejects.toThrow(UnreadableCiphertext)
  })

  it('refuses a ciphertext of which any one character was changed, and says which field of which event', async () => {
    const { vault } = setup()
    const ciphertext = await vault.encrypt({ ...anna, ...where, text: 'secret' })
    const start = ciphertext.lastIndexOf('/') + 18
    for (let at = start; at < ciphertext.length; at += 1) {
      const changed = `${ciphertext.slice(0, at)}${ciphertext[at] === 'A' ? 'B' : 'A'}${ciphertext.slice(at + 1)}`
      await expect(vault.decrypt({ ...where, ciphertext: changed })).rejects.toThrow(/Field body of event 6f1c0d1e-.*Compare the event/)
    }
    expect(ciphertext.length - start).toBeGreaterThan(40)
  })

  it.each([
    '', 'plain text', 'zyra1', 'zyra1.demo/a.b.c', 'zyra2.demo/AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA',
    'zyra1.demo/../../AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA',
    'zyra1.master-0011223344556677.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA',
  ])('says of %j that it is no ciphertext and does not ask the store', async (ciphertext) => {
    const { vault, calls } = setup()
    await expect(vault.decrypt({ ...where, ciphertext })).rejects.toThrow('is not a ciphertext')
    expect(calls.count).toBe(0)
  })

  it('refuses to open keys with another master key, and says which file to put back', async () => {
    const { vault, store } = setup()
    const ciphertext = await vault.encrypt({ ...anna, ...where, text: 'secret' })
    const stranger = openVault({ store, masterKey: createSecretKey(randomBytes(32)), cacheSize: 9, maxAgeMs: 9, now: () => 0 })
    await expect(stranger.decrypt({ ...where, ciphertext })).rejects.toThrow('Put back the master key file')
    await expect(stranger.encrypt({ ...anna, ...where, text: 'x' })).rejects.toThrow('Put back the master key file')
  })

  it('notices a stored key that was changed or put in another\'s place', async () => {
    const { vault, store, masterKey } = setup()
    const names = async () => (await store.list('keys.demo.')).filter((name) => name.split('.').length === 4)
    const ciphertext = await vault.encrypt({ ...anna, ...where, text: 'secret' })
    const [annas = ''] = await names()
    await vault.encrypt({ merchant: 'demo', subject: { customerId: '2' }, ...where, text: 'secret' })
    const [bobs = ''] = (await names()).filter((name) => name !== annas)
    await store.delete(annas)
    await store.create(annas, await store.get(bobs) ?? Buffer.of())
    const fresh = openVault({ store, masterKey, cacheSize: 9, maxAgeMs: 9, now: () => 0 })
    await expect(fresh.decrypt({ ...where, ciphertext })).rejects.toThrow(/The stored key demo\/.* was changed/)
  })

  it('takes an unreachable store for a failure, never for an erasure, and recovers', async () => {
    const { vault, store, masterKey } = setup()
    const ciphertext = await vault.encrypt({ ...anna, ...where, text: 'secret' })
    const state = { away: true }
    const get: KeyStore['get'] = async (name) => {
      if (state.away) throw new Error('store is away')
      return store.get(name)
    }
    const other = openVault({ store: { ...store, get }, masterKey, cacheSize: 9, maxAgeMs: 60_000, now: () => 0 })
    await expect(other.decrypt({ ...where, ciphertext })).rejects.toThrow('store is away')
    state.away = false
    expect(await other.decrypt({ ...where, ciphertext })).toBe('secret')
  })

  it('asks the store for nothing while its keys are cached and fresh, and again afterwards', async () => {
    const { vault, calls, clock } = setup()
    const subject = { customerId: '1', orderId: '2' }
    const ciphertext = await vault.encrypt({ merchant: 'demo', subject, ...where, text: 'x' })
    calls.count = 0
    clock.ms = 59_999
    await vault.encrypt({ merchant: 'demo', subject, ...where, text: 'x' })
    await vault.decrypt({ ...where, ciphertext })
    expect(calls.count).toBe(0)
    clock.ms = 60_000
    await vault.decrypt({ ...where, ciphertext })
    expect(calls.count).toBeGreaterThan(0)
  })

  it('works with a cache that holds nothing, only slower', async () => {
    const { vault } = setup(0)
    const subject = { customerId: '1', orderId: '2' }
    const ciphertext = await vault.encrypt({ merchant: 'demo', subject, ...where, text: 'x' })
    const later = await vault.encrypt({ merchant: 'demo', subject: { orderId: '2' }, ...where, text: 'y' })
    expect(await vault.decrypt({ ...where, ciphertext })).toBe('x')
    expect(later.split('.')[1]).toBe(ciphertext.split('.')[1])
  })

  it('refuses a master key of another length and a merchant whose name cannot stand in a key id', async () => {
    const { vault, store } = setup()
    const masterKey = createSecretKey(randomBytes(16))
    expect(() => openVault({ store, masterKey, cacheSize: 1, maxAgeMs: 1, now: () => 0 })).toThrow('has 16 bytes: expected 32')
    await expect(vault.encrypt({ merchant: 'a.b', subject: {}, ...where, text: 'x' })).rejects.toThrow('The merchant is named "a.b"')
  })
})
