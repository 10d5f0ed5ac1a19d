import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeSecretFile, readSecretFile, replaceSecretFile } from './secret-file.ts'

describe('a secret file', () => {
  let folder: string
  let file: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'zyra-secret-'))
    file = join(folder, 'secrets', 'one')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('is for its owner only, and leaves nothing beside it', () => {
    makeSecretFile(file, 'first')
    expect([readSecretFile(file), statSync(file).mode & 0o777, statSync(join(folder, 'secrets')).mode & 0o777]).toEqual(['first', 0o600, 0o700])
    expect(readdirSync(join(folder, 'secrets'))).toEqual(['one'])
  })

  it('is made once, and replaced whole', () => {
    makeSecretFile(file, 'first')
    makeSecretFile(file, 'second')
    expect(readSecretFile(file)).toBe('first')
    replaceSecretFile(file, 'third')
    expect([readSecretFile(file), statSync(file).mode & 0o777]).toEqual(['third', 0o600])
    expect(readdirSync(join(folder, 'secrets'))).toEqual(['one'])
  })

  it('is nothing before it is made, and is not trusted where others may read it', () => {
    expect(readSecretFile(file)).toBeUndefined()
    makeSecretFile(file, 'first')
    writeFileSync(join(folder, 'open'), 'x', { mode: 0o644 })
    expect(() => readSecretFile(join(folder, 'open'))).toThrow(/open has mode 0644, so others may read it: expected 0600. Run: chmod 600 /)
  })
})
