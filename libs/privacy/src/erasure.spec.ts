import { createSecretKey, randomBytes } from 'node:crypto'
import type { DataSubject } from '@zyra/contracts'
import { memoryKeyStore, type KeyStore } from './key-store.ts'
import { openVault } from './vault.ts'

const where = { eventId: '6f1c0d1e-0000-5000-8000-000000000001', field: 'body' }
const CUSTOMER = '207119551'
const ORDER = '820982911946154508'
const both = { customerId: CUSTOMER, orderId: ORDER }
const onlyCustomer = { customerId: CUSTOMER }
const onlyOrder = { orderId: ORDER }

/** Lets other calls go first, a seeded number of times, before each operation. */
const interleaving = (store: KeyStore, seed: number): KeyStore => {
  const state = { value: seed }
  const wait = async () => {
    state.value = (state.value * 1_103_515_245 + 12_345) % 2_147_483_648
    for (let turn = state.value % 7; turn > 0; turn -= 1) await Promise.resolve()
  }
  return {
    get: (name) => wait().then(() => store.get(name)),
    create: (name, value) => wait().then(() => store.create(name, value)),
    delete: (name) => wait().then(() => store.delete(name)),
    list: (prefix) => wait().then(() => store.list(prefix)),
  }
}

const snapshot = async (store: KeyStore) =>
  Promise.all((await store.list('')).map(async (name) => [name, await store.get(name) ?? Buffer.of()] as const))

const keyIdOf = (ciphertext: string): string => ciphertext.split('.')[1] ?? ''

const setup = (store = memoryKeyStore(), masterKey = createSecretKey(randomBytes(32))) => {
  const clock = { ms: 0 }
  const open = (through = store) => {
    const vault = openVault({ store: through, masterKey, cacheSize: 1000, maxAgeMs: 60_000, now: () => clock.ms })
    const write = (subject: DataSubject, merchant = 'demo') => vault.encrypt({ ...where, merchant, subject, text: 'secret' })
    const read = (ciphertext: string) => vault.decrypt({ ...where, ciphertext })
    return { ...vault, write, read }
  }
  return { store, masterKey, clock, open }
}

describe('erasing a person', () => {
  it('makes what was written about them and their orders unreadable, and nothing else', async () => {
    const vault = setup().open()
    const theirs = [await vault.write(onlyCustomer), await vault.write(both), await vault.write({ orderId: 'guest-order' })]
    const others = [await vault.write({ customerId: '2', orderId: '3' }), await vault.write({ orderId: '4' }), await vault.write({})]
    await vault.erase('demo', { customerId: CUSTOMER, orderIds: [ORDER, 'guest-order', 'never-seen'] })
    expect(await Promise.all(theirs.map(vault.read))).toEqual([undefined, undefined, undefined])
    expect(await Promise.all(others.map(vault.read))).toEqual(['secret', 'secret', 'secret'])
  })

  it('works for orders alone', async () => {
    const vault = setup().open()
    const guest = await vault.write(onlyOrder)
    expect(await vault.erase('demo', { orderIds: [ORDER] })).toEqual([keyIdOf(guest)])
    expect(await vault.read(guest)).toBeUndefined()
  })

  it('answers the same ids when it is repeated, by another process too', async () => {
    const { open } = setup()
    const vault = open()
    await vault.write(onlyOrder)
    await vault.write(both)
    const erasure = { customerId: CUSTOMER, orderIds: [ORDER] }
    const ids = await vault.erase('demo', erasure)
    expect(ids).toHaveLength(2)
    expect(await vault.erase('demo', erasure)).toEqual(ids)
    expect(await open().erase('demo', erasure)).toEqual(ids)
  })

  it('can be repeated after it failed halfway, and still answers every id', async () => {
    const { store, open } = setup()
    const state = { deletions: 0 }
    const failing = open({
      ...store,
      delete: async (name) => {
        state.deletions += 1
        if (state.deletions === 2) throw new Error('store is away')
        return store.delete(name)
      },
    })
    const before = await failing.write(onlyOrder)
    const linked = await failing.write(both)
    const erasure = { customerId: CUSTOMER, orderIds: [] }
    await expect(failing.erase('demo', erasure)).rejects.toThrow('store is away')
    expect(await Promise.all([before, linked].map(failing.read))).toContain(undefined)
    expect(new Set(await failing.erase('demo', erasure))).toEqual(new Set([before, linked].map(keyIdOf)))
    expect(await Promise.all([before, linked].map(failing.read))).toEqual([undefined, undefined])
  })

  it('of whom nothing is known deletes nothing and makes nothing', async () => {
    const { store, open } = setup()
    expect(await open().erase('demo', { customerId: CUSTOMER, orderIds: [ORDER] })).toEqual([])
    expect(await store.list('')).toEqual([])
  })

  it('gives them a new key when they come back, which the next erasure deletes as well', async () => {
    const vault = setup().open()
    const erasure = { customerId: CUSTOMER, orderIds: [] }
    const before = await vault.write(both)
    await vault.erase('demo', erasure)
    const orderAlone = await vault.write(onlyOrder)
    const after = await vault.write(both)
    expect(new Set([before, orderAlone, after].map(keyIdOf)).size).toBe(3)
    expect(await Promise.all([before, orderAlone, after].map(vault.read))).toEqual([undefined, 'secret', 'secret'])
    expect(keyIdOf(await vault.write(onlyOrder))).toBe(keyIdOf(after))
    expect(new Set(await vault.erase('demo', erasure))).toEqual(new Set([before, orderAlone, after].map(keyIdOf)))
    expect(await Promise.all([orderAlone, after].map(vault.read))).toEqual([undefined, undefined])
  })

  it('is seen by this process at once and by others no later than maxAgeMs', async () => {
    const { clock, open } = setup()
    const [here, there] = [open(), open()]
    const ciphertext = await here.write(onlyCustomer)
    clock.ms = 1000
    await there.read(ciphertext)
    clock.ms = 1500
    await there.write(onlyCustomer)
    clock.ms = 2000
    await here.erase('demo', { customerId: CUSTOMER, orderIds: [] })
    expect(await here.read(ciphertext)).toBeUndefined()
    clock.ms = 60_999
    expect(await there.read(ciphertext)).toBe('secret')
    clock.ms = 61_000
    expect(await there.read(ciphertext)).toBeUndefined()
    const after = await there.write(onlyCustomer)
    expect(keyIdOf(after)).not.toBe(keyIdOf(ciphertext))
    expect(keyIdOf(await here.write(onlyCustomer))).toBe(keyIdOf(after))
  })

  it('finds the keys of a merchant who was erased and returned by way of another process', async () => {
    const { store, open } = setup()
    const [here, there] = [open(), open()]
    await here.write(onlyCustomer)
    await there.eraseMerchant('demo')
    const returned = await there.write(onlyCustomer)
    expect(await here.erase('demo', { customerId: CUSTOMER, orderIds: [] })).toEqual([keyIdOf(returned)])
    expect(await store.get(`keys.${keyIdOf(returned).replaceAll('/', '.')}`)).toBeUndefined()
  })
})

describe('erasing a merchant', () => {
  it('makes everything of theirs unreadable, leaves other merchants alone, and leaves no entry but the ledger', async () => {
    const { store, open } = setup()
    const vault = open()
    const ciphertexts = [await vault.write({}), await vault.write(both), await vault.write(onlyOrder)]
    const other = await vault.write({}, 'demo2')
    expect(await vault.eraseMerchant('demo')).toEqual([keyIdOf(ciphertexts[0] ?? '')])
    expect(await Promise.all(ciphertexts.map(vault.read))).toEqual([undefined, undefined, undefined])
    expect(await vault.read(other)).toBe('secret')
    expect((await store.list('')).filter((name) => !name.includes('.demo2.'))).toEqual(['merchants.demo.0'])
  })

  it('gives a merchant who returns a new key, and answers all ids when it is repeated', async () => {
    const vault = setup().open()
    const before = await vault.write({})
    await vault.eraseMerchant('demo')
    const after = await vault.write({})
    expect(keyIdOf(after)).not.toBe(keyIdOf(before))
    expect(await vault.read(after)).toBe('secret')
    expect(await vault.eraseMerchant('demo')).toEqual([keyIdOf(before), keyIdOf(after)])
    expect(await vault.eraseMerchant('demo')).toEqual([keyIdOf(before), keyIdOf(after)])
    expect(await vault.eraseMerchant('unknown')).toEqual([])
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('leaves writers at work unharmed: they end with keys that live (order %d)', async (seed) => {
    const { store, open } = setup()
    const vault = open(interleaving(store, seed))
    await vault.write(both)
    const writes = Array.from({ length: 20 }, (_, n) => vault.write({ customerId: String(n), orderId: `order-${n}` }))
    const [, ...ciphertexts] = await Promise.all([vault.eraseMerchant('demo'), ...writes])
    expect(ciphertexts).toHaveLength(20)
    const late = await vault.write(both)
    expect(await open().read(late)).toBe('secret')
  })
})

describe('applying erasures after a restore', () => {
  it('deletes persons\' keys by id; those who come back get new ones', async () => {
    const { store, masterKey, open } = setup()
    const ciphertext = await open().write(both)
    const backup = await snapshot(store)
    const ids = await open().erase('demo', { customerId: CUSTOMER, orderIds: [] })

    const restored = setup(memoryKeyStore(), masterKey)
    for (const [name, value] of backup) await restored.store.create(name, value)
    const vault = restored.open()
    expect(await vault.read(ciphertext)).toBe('secret')
    await vault.applyErasure(ids)
    expect(await vault.read(ciphertext)).toBeUndefined()
    expect(keyIdOf(await vault.write(both))).not.toBe(keyIdOf(ciphertext))
    await vault.applyErasure(ids)
  })

  it('deletes with a merchant key all that is below it', async () => {
    const { store, masterKey, open } = setup()
    const ciphertexts = [await open().write(both), await open().write({})]
    const backup = await snapshot(store)
    const ids = await open().eraseMerchant('demo')

    const restored = setup(memoryKeyStore(), masterKey)
    for (const [name, value] of backup) await restored.store.create(name, value)
    await restored.open().applyErasure(ids)
    expect(await Promise.all(ciphertexts.map(restored.open().read))).toEqual([undefined, undefined])
    expect(await restored.store.list('')).toEqual(['merchants.demo.0'])
  })

  it('refuses what is no key id before it deletes anything', async () => {
    const { open } = setup()
    const vault = open()
    const ciphertext = await vault.write(onlyCustomer)
    await expect(vault.applyErasure([keyIdOf(ciphertext), CUSTOMER])).rejects.toThrow('"207119551" is not a key id')
    expect(await vault.read(ciphertext)).toBe('secret')
  })
})
