import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publicKeyOf } from '@zyra/seals'
import { loadSealKey, sealKeyIn } from './seal-key.ts'

describe('the key of the seals', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'zyra-key-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  it('is made once, for its owner only, and is the same for all who ask at once', async () => {
    const keys = await Promise.all(Array.from({ length: 5 }, () => loadSealKey(sealKeyIn(folder))))
    expect(new Set(keys.map(publicKeyOf)).size).toBe(1)
    expect(publicKeyOf(await loadSealKey(sealKeyIn(folder)))).toBe(publicKeyOf(keys[0]!))
    expect(statSync(sealKeyIn(folder)).mode & 0o777).toBe(0o600)
  })

  it('is refused where others may read it', async () => {
    await loadSealKey(sealKeyIn(folder))
    chmodSync(sealKeyIn(folder), 0o644)
    await expect(loadSealKey(sealKeyIn(folder))).rejects.toThrow('has mode 0644')
  })

  it('is refused where it is none', async () => {
    const file = join(folder, 'seal.key')
    writeFileSync(file, 'no key', { mode: 0o600 })
    await expect(loadSealKey(file)).rejects.toThrow('is not an Ed25519 private key in PEM')
  })
})
