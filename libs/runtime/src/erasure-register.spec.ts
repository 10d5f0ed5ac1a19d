import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { enterInRegister, readRegister } from './erasure-register.ts'

const [MONDAY, TUESDAY] = ['2026-11-16T08:00:00.000Z', '2026-11-17T08:00:00.000Z']

describe('the register of erasures', () => {
  let folder: string
  let file: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'zyra-register-'))
    file = join(folder, 'erasures.jsonl')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('tells every key that was entered and the highest epoch, and that there is none', async () => {
    expect(await readRegister(file)).toBeUndefined()
    await enterInRegister(file, { at: TUESDAY, epoch: 3 })
    await enterInRegister(file, { at: MONDAY, keyIds: ['demo/a/b', 'demo/a/c'] })
    await enterInRegister(file, { at: MONDAY, epoch: 2 })
    await enterInRegister(file, { at: MONDAY, keyIds: ['demo/a/c', 'demo/a/d'] })
    expect(await readRegister(file)).toEqual({ keyIds: ['demo/a/b', 'demo/a/c', 'demo/a/d'], epoch: 3, newestAt: TUESDAY })
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('does not repeat what it knows', async () => {
    await enterInRegister(file, { at: MONDAY, keyIds: ['demo/a/b', 'demo/a/c'] })
    const before = readFileSync(file, 'utf8')
    await enterInRegister(file, { at: TUESDAY, keyIds: ['demo/a/c'] })
    await enterInRegister(file, { at: TUESDAY, keyIds: [] })
    expect(readFileSync(file, 'utf8')).toBe(before)
  })

  it('is never made on another disk, where its own is not mounted', async () => {
    await expect(enterInRegister(join(folder, 'usb', 'erasures.jsonl'), { at: MONDAY, epoch: 1 })).rejects.toThrow(/cannot be written to .*usb.*: mount/)
  })

  it('outlives a line that a power cut tore', async () => {
    await enterInRegister(file, { at: MONDAY, keyIds: ['demo/a/b'] })
    appendFileSync(file, '{"at":"2026-11-16T08:00:00.000Z","keyI')
    expect((await readRegister(file))?.keyIds).toEqual(['demo/a/b'])
    await enterInRegister(file, { at: TUESDAY, keyIds: ['demo/a/c'] })
    expect((await readRegister(file))?.keyIds).toEqual(['demo/a/b', 'demo/a/c'])
  })

  it('refuses a file that is something else', async () => {
    writeFileSync(join(folder, 'list.json'), '{"customers":[1]}\n')
    await expect(readRegister(join(folder, 'list.json'))).rejects.toThrow(/list\.json, line 1: expected an entry of the register/)
  })
})
