import { INSTALLATION } from '@zyra/contracts'
import { memoryKeyStore, openVault } from '@zyra/privacy'
import { loadConfig, readRegister, registersOf } from '@zyra/runtime'
import { createSecretKey, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportFiles } from './export-files.ts'
import { keysOf } from './keys.ts'

const context = { merchant: 'demo', key: 'k', attempt: 1, onlyLower: false, signal: new AbortController().signal }
const eventId = '00000000-0000-5000-8000-000000000001'

describe('erasing', () => {
  let dataDir: string
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'zyra-erasing-'))
    mkdirSync(join(dataDir, 'apart'))
  })
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

  const vault = openVault({
    store: memoryKeyStore(), masterKey: createSecretKey(randomBytes(32)), cacheSize: 10, maxAgeMs: 10, now: () => performance.now(),
  })
  const config = () => ({ ...loadConfig({ env: {} }), dataDir, erasuresDir: join(dataDir, 'apart') })
  const keys = () => keysOf({ vault, config: config(), now: () => new Date('2026-11-20T08:00:00.000Z') })
  const sealed = (merchant: string, customerId: string) =>
    vault.encrypt({ merchant, subject: { customerId }, eventId, field: 'body', text: `about ${customerId}` })

  it('a person makes unreadable what was kept of them, before their shop was known too, and leaves others alone', async () => {
    const [theirs, early, others] = [await sealed('demo', '1'), await sealed(INSTALLATION, '1'), await sealed('demo', '2')]
    await keys().do({ scope: 'person', customerId: '1', orderIds: [] }, context)
    const read = (ciphertext: string) => vault.decrypt({ eventId, field: 'body', ciphertext })
    expect([await read(theirs), await read(early), await read(others)]).toEqual([undefined, undefined, 'about 2'])
  })

  it('a person deletes what was exported of them, and nobody else', async () => {
    const files = exportFiles(dataDir)
    const gone = await files.write('demo', { customerId: '1', name: 'request' }, 'readable')
    const kept = await files.write('demo', { customerId: '2', name: 'request' }, 'readable')
    expect(statSync(join(dataDir, gone)).mode & 0o077).toBe(0)
    await keys().do({ scope: 'person', customerId: '1', orderIds: [] }, context)
    expect([gone, kept].map((file) => existsSync(join(dataDir, file)))).toEqual([false, true])
  })

  it('a merchant deletes every export of theirs', async () => {
    await exportFiles(dataDir).write('demo', { customerId: '1', name: 'request' }, 'readable')
    await keys().do({ scope: 'merchant', customerId: null, orderIds: [] }, context)
    expect(readdirSync(join(dataDir, 'exports', 'demo'))).toEqual([])
  })

  it('answers the same keys when it is done again', async () => {
    await sealed('demo', '3')
    const first = await keys().do({ scope: 'person', customerId: '3', orderIds: [] }, context)
    expect(first.keyIds.length).toBeGreaterThan(0)
    expect(await keys().find?.({ scope: 'person', customerId: '3', orderIds: [] }, context)).toEqual(first)
  })

  it('deletes no key that could not be entered in every register', async () => {
    const ciphertext = await sealed('demo', '5')
    rmSync(join(dataDir, 'apart'), { recursive: true })
    for (const scope of ['person', 'merchant'] as const) {
      await expect(keys().do({ scope, customerId: '5', orderIds: [] }, context)).rejects.toThrow('The register of erasures cannot be written')
      expect(await vault.decrypt({ eventId, field: 'body', ciphertext })).toBe('about 5')
    }
  })

  it('enters the keys, and nothing else, in the register and in its copy', async () => {
    await sealed('demo', '4')
    const { keyIds } = await keys().do({ scope: 'person', customerId: '4', orderIds: [] }, context)
    const registers = await Promise.all(registersOf(config()).map(readRegister))
    expect(registers).toHaveLength(2)
    for (const register of registers) expect(register).toEqual({ keyIds, epoch: 0, newestAt: '2026-11-20T08:00:00.000Z' })
  })
})

describe('an export', () => {
  it('of one request is one file, whose name tells nobody who the customer is', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'zyra-export-'))
    const files = exportFiles(dataDir)
    const names = [await files.write('demo', { customerId: '4711', name: 'a' }, '1'), await files.write('demo', { customerId: '4711', name: 'a' }, '2')]
    expect(new Set(names).size).toBe(1)
    expect(names[0]).not.toContain('4711')
    rmSync(dataDir, { recursive: true, force: true })
  })
})
