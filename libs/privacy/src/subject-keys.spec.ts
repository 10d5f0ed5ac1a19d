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

const setup = () => {
  const store = memoryKeyStore()
  const masterKey = createSecretKey(randomBytes(32))
  const open = (through = store) => {
    const vault = openVault({ store: through, masterKey, cacheSize: 1000, maxAgeMs: 60_000, now: () => 0 })
    const write = (subject: DataSubject, merchant = 'demo') => vault.encrypt({ ...where, merchant, subject, text: 'secret' })
    const read = (ciphertext: string) => vault.decrypt({ ...where, ciphertext })
    return { ...vault, write, read }
  }
  return { store, open }
}

describe('keys of subjects', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('two processes with many first uses of one person end with one key (order %d)', async (seed) => {
    const { store, open } = setup()
    const vaults = [open(interleaving(store, seed)), open(interleaving(store, seed + 100))]
    const writes = vaults.flatMap((vault) => Array.from({ length: 50 }, () => vault.write(onlyCustomer)))
    expect(new Set((await Promise.all(writes)).map(keyIdOf)).size).toBe(1)
    expect(await store.list('keys.')).toHaveLength(2)
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('erasing finds every key that concurrent first uses made, in any order (order %d)', async (seed) => {
    const { store, open } = setup()
    const vaults = [1, 2, 3].map((n) => open(interleaving(store, seed * n)))
    const subjects = [onlyOrder, both, onlyCustomer, both, onlyOrder]
    const ciphertexts = await Promise.all(vaults.flatMap((vault) => subjects.map((subject) => vault.write(subject))))
    await open().erase('demo', { customerId: CUSTOMER, orderIds: [] })
    const fresh = open()
    expect(await Promise.all(ciphertexts.map(fresh.read))).toEqual(ciphertexts.map(() => undefined))
    expect(await store.list('keys.')).toHaveLength(1)
  })

  it('differ between persons, between merchants, and between a customer and an order of the same number', async () => {
    const vault = setup().open()
    const ciphertexts = [
      await vault.write({ customerId: '1' }), await vault.write({ customerId: '2' }), await vault.write({ orderId: '1' }),
      await vault.write({}), await vault.write({ customerId: '1' }, 'other'), await vault.write({}, 'other'),
    ]
    expect(new Set(ciphertexts.map(keyIdOf)).size).toBe(6)
  })

  it('take empty ids for none', async () => {
    const vault = setup().open()
    expect(keyIdOf(await vault.write({ customerId: '', orderId: '' }))).toBe(keyIdOf(await vault.write({})))
  })

  it('an order that was linked to its customer uses the customer\'s key', async () => {
    const { open } = setup()
    const customers = keyIdOf(await open().write(both))
    expect(keyIdOf(await open().write(onlyOrder))).toBe(customers)
    expect(keyIdOf(await open().write(onlyCustomer))).toBe(customers)
  })

  it('an order that had a key of its own uses the customer\'s after the link, and falls with the customer', async () => {
    const vault = setup().open()
    const before = await vault.write(onlyOrder)
    const linked = await vault.write(both)
    const after = await vault.write(onlyOrder)
    expect(keyIdOf(before)).not.toBe(keyIdOf(linked))
    expect(keyIdOf(after)).toBe(keyIdOf(linked))
    const erased = await vault.erase('demo', { customerId: CUSTOMER, orderIds: [] })
    expect(new Set(erased)).toEqual(new Set([keyIdOf(before), keyIdOf(linked)]))
    expect(await Promise.all([before, linked, after].map(vault.read))).toEqual([undefined, undefined, undefined])
  })

  it('an order that two customers held, one after the other, falls with either', async () => {
    const vault = setup().open()
    const first = await vault.write({ customerId: '1', orderId: ORDER })
    const second = await vault.write({ customerId: '2', orderId: ORDER })
    const back = await vault.write({ customerId: '1', orderId: ORDER })
    expect(keyIdOf(back)).toBe(keyIdOf(first))
    await vault.erase('demo', { customerId: '2', orderIds: [] })
    expect(await Promise.all([first, second].map(vault.read))).toEqual([undefined, undefined])
  })

  it('refer to one customer differently at each merchant, so that stores cannot be joined nor numbers guessed', async () => {
    const { store, open } = setup()
    await open().write(onlyCustomer, 'demo')
    await open().write(onlyCustomer, 'demo2')
    const references = (await store.list('ledgers.')).map((name) => name.split('.')[3])
    expect(references).toHaveLength(2)
    expect(new Set(references).size).toBe(2)
  })

  it('name no customer and no order, neither in ids nor anywhere in the store', async () => {
    const { store, open } = setup()
    const vault = open()
    const ciphertexts = [await vault.write(onlyOrder), await vault.write(both), await vault.write(onlyCustomer)]
    await vault.erase('demo', { customerId: CUSTOMER, orderIds: [ORDER] })
    ciphertexts.push(await vault.write(both))
    const entries = await snapshot(store)
    const everything = [...ciphertexts, ...entries.flatMap(([name, value]) => [name, Buffer.from(value).toString('latin1')])].join('\n')
    expect(entries.length).toBeGreaterThan(5)
    for (const id of [CUSTOMER, ORDER]) {
      for (const encoding of ['latin1', 'base64url', 'hex'] as const) expect(everything).not.toContain(Buffer.from(id).toString(encoding))
    }
  })
})
