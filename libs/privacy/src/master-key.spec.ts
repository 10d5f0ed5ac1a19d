import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { loadMasterKey } from './master-key.ts'

describe('master key file', () => {
  const place = { folder: '', file: '' }
  beforeEach(async () => {
    place.folder = await mkdtemp(join(tmpdir(), 'zyra-master-key-'))
    place.file = join(place.folder, 'secrets', 'master.key')
  })
  afterEach(() => rm(place.folder, { recursive: true }))

  it('is made on first use with 32 random bytes for its owner alone, and read ever after', async () => {
    const key = await loadMasterKey(place.file)
    expect((await stat(place.file)).mode & 0o777).toBe(0o600)
    expect((await stat(join(place.folder, 'secrets'))).mode & 0o777).toBe(0o700)
    expect(key.export()).toEqual(await readFile(place.file))
    expect(key.symmetricKeySize).toBe(32)
    expect((await loadMasterKey(place.file)).equals(key)).toBe(true)
  })

  it('is one and the same for all who start at once, and nothing else is left in its folder', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => loadMasterKey(place.file)))
    expect(new Set(keys.map((key) => key.export().toString('hex'))).size).toBe(1)
    expect(await readdir(join(place.folder, 'secrets'))).toEqual(['master.key'])
  })

  it.each([['0644', 0o644], ['0640', 0o640], ['0606', 0o606]])('is refused with mode %s and names the remedy', async (text, mode) => {
    await loadMasterKey(place.file)
    await chmod(place.file, mode)
    const sentence = `has mode ${text}, so others may read it: expected 0600. Run: chmod 600 ${place.file}`
    await expect(loadMasterKey(place.file)).rejects.toThrow(sentence)
  })

  it('is refused with another length and not replaced', async () => {
    await loadMasterKey(place.file)
    await writeFile(place.file, 'short')
    await expect(loadMasterKey(place.file)).rejects.toThrow('has 5 bytes: expected 32. Put back your copy of it')
    expect(await readFile(place.file, 'utf8')).toBe('short')
  })

  it('shows nothing of the key when it is printed', async () => {
    const key = await loadMasterKey(place.file)
    const shown = inspect(key, { depth: 9, showHidden: true }) + JSON.stringify(key)
    for (const encoding of ['hex', 'base64'] as const) expect(shown).not.toContain(key.export().toString(encoding).slice(0, 8))
    expect(shown).toContain('SecretKeyObject')
  })
})
