import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tokenFile } from './etsy-tokens.ts'

const tokens = { accessToken: '1.access-token', refreshToken: '1.refresh-token', expiresAt: '2026-11-20T09:00:00.000Z' }

let dataDir = ''
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'zyra-etsy-tokens-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const damage = (text: string): void => {
  mkdirSync(join(dataDir, 'secrets'), { recursive: true })
  writeFileSync(join(dataDir, 'secrets/etsy-demo.json'), text)
}
const failure = async (work: Promise<unknown>): Promise<Error> => work.then(() => new Error('it did not fail'), (error: unknown) => error as Error)

describe("a merchant's Etsy tokens", () => {
  it('are not there before they were saved', async () => {
    expect(await tokenFile(dataDir, 'demo').load()).toBeUndefined()
  })

  it('come back as they were saved last', async () => {
    const file = tokenFile(dataDir, 'demo')
    await file.save(tokens)
    await file.save({ ...tokens, refreshToken: '1.newer' })
    expect(await tokenFile(dataDir, 'demo').load()).toEqual({ ...tokens, refreshToken: '1.newer' })
  })

  it('lie in a folder and a file that only their owner may read, with nothing beside them', async () => {
    await tokenFile(dataDir, 'demo').save(tokens)
    expect(statSync(join(dataDir, 'secrets')).mode & 0o777).toBe(0o700)
    expect(readdirSync(join(dataDir, 'secrets'))).toEqual(['etsy-demo.json'])
    expect(statSync(join(dataDir, 'secrets/etsy-demo.json')).mode & 0o777).toBe(0o600)
  })

  it('are not those of another merchant, whatever a merchant is called', async () => {
    await tokenFile(dataDir, '../demo').save(tokens)
    expect(readdirSync(dataDir)).toEqual(['secrets'])
    expect(await tokenFile(dataDir, 'demo').load()).toBeUndefined()
    expect(await tokenFile(dataDir, '../demo').load()).toEqual(tokens)
  })

  it('are whole after any number of saves at once', async () => {
    const file = tokenFile(dataDir, 'demo')
    const saves = Array.from({ length: 20 }, (_, index) => ({ ...tokens, refreshToken: `1.${'x'.repeat(index + 1)}` }))
    await Promise.all(saves.map(file.save))
    expect(saves).toContainEqual(await file.load())
    expect(readdirSync(join(dataDir, 'secrets'))).toHaveLength(1)
  })

  it.each(['', '{"accessToken":"1.access-tok', '{"accessToken":"1"}', 'null'])('are asked for again where the file is damaged: %j', async (text) => {
    damage(text)
    const { message } = await failure(tokenFile(dataDir, 'demo').load())
    expect(message).toBe(`${join(dataDir, 'secrets/etsy-demo.json')} does not hold Etsy tokens any more: remove it and connect the shop to Etsy again`)
  })

  it('stand in no error, not even as its cause', async () => {
    damage('1.access-token')
    const { message, cause } = await failure(tokenFile(dataDir, 'demo').load())
    expect(`${message} ${String(cause)}`).not.toContain('access-token')
  })

  it('are not called damaged where they cannot be read at all', async () => {
    mkdirSync(join(dataDir, 'secrets/etsy-demo.json'), { recursive: true })
    expect(await failure(tokenFile(dataDir, 'demo').load())).toMatchObject({ code: 'EISDIR' })
  })
})
