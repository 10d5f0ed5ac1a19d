import { chainOf, isSigned, type Seal } from '@zyra/seals'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rawLog, sealing } from '../../test/sealing.ts'
import { guardClock } from '../clock.ts'
import { newestSeal, sealLog } from './seal-log.ts'
import { sealStore } from './seal-store.ts'

describe('sealing a log', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'zyra-seals-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  const seals = async (): Promise<readonly Seal[]> => (await sealStore(folder).all()).seals
  const ranges = async (): Promise<string[]> => (await seals()).map(({ epoch, first, last }) => `${epoch}:${first}-${last}`)

  it('takes ranges of 10,000, and the rest where it is asked for', async () => {
    const log = rawLog()
    const tools = sealing(folder, log)
    log.grow(23_456)
    expect((await sealLog(tools, { rest: false }))?.last).toBe(20_000)
    expect((await sealLog(tools, { rest: true }))?.last).toBe(23_456)
    expect(await ranges()).toEqual(['1:1-10000', '1:10001-20000', '1:20001-23456'])
    const { line, findings } = chainOf(await seals())
    expect([line.length, findings, line.every(isSigned)]).toEqual([3, [], true])
  })

  it('does nothing where nothing is new, and reads nothing again', async () => {
    const log = rawLog()
    const tools = sealing(folder, log)
    expect(await sealLog(tools, { rest: true })).toBeUndefined()
    log.grow(5)
    const newest = await sealLog(tools, { rest: true })
    const reads = log.reads()
    expect(await sealLog(tools, { rest: true })).toEqual(newest)
    expect(await sealLog(tools, { rest: true, known: newest })).toEqual(newest)
    expect([log.reads(), await ranges()]).toEqual([reads, ['1:1-5']])
  })

  it('goes on from the newest seal without reading those before it', async () => {
    const log = rawLog()
    const tools = sealing(folder, log)
    for (let n = 0; n < 5; n += 1) {
      log.grow(10)
      await sealLog(tools, { rest: true })
    }
    const read: string[] = []
    const store = { ...tools.store, all: () => Promise.reject(new Error('all seals were read')), read: (file: string) => {
      read.push(file)
      return tools.store.read(file)
    } }
    expect((await newestSeal({ ...tools, store }, 50))?.last).toBe(50)
    expect(read).toEqual(['1-000000000041.json'])
  })

  it('is done once by several who do it at the same time', async () => {
    const log = rawLog()
    log.grow(11_000)
    const { key } = sealing(folder, log)
    await Promise.all(Array.from({ length: 4 }, async () => {
      await sealLog({ ...sealing(folder, log), key }, { rest: true })
      log.grow(10)
      await sealLog({ ...sealing(folder, log), key }, { rest: true })
    }))
    const { line, findings } = chainOf(await seals())
    expect(findings).toEqual([])
    expect(line.at(-1)?.last).toBe(11_040)
    for (const seal of line) expect((await sealStore(folder).leavesOf(seal))?.length).toBe(seal.count * 32)
    expect(readdirSync(folder)).toHaveLength(line.length * 2)
  })

  it('goes on with another key where the first one is lost', async () => {
    const log = rawLog()
    log.grow(5)
    await sealLog(sealing(folder, log), { rest: true })
    log.grow(5)
    await sealLog(sealing(folder, log), { rest: true })
    expect(chainOf(await seals()).findings.map(({ kind, sequence }) => [kind, sequence])).toEqual([['other key', 6]])
  })

  it('refuses a log that ends before what was sealed', async () => {
    const log = rawLog()
    const tools = sealing(folder, log)
    log.grow(50)
    await sealLog(tools, { rest: true })
    log.cutAfter(40)
    await expect(sealLog(tools, { rest: true })).rejects.toThrow('the log ends at #40, but was sealed up to #50')
  })

  it('refuses a log with a hole, and names it', async () => {
    const log = rawLog()
    const tools = sealing(folder, log)
    log.grow(50)
    log.lose(33)
    await expect(sealLog(tools, { rest: true })).rejects.toThrow('#33 is missing from the log, so nothing after #0 can be sealed')
    expect(await seals()).toEqual([])
  })

  it('refuses where a broken seal is in the way', async () => {
    const log = rawLog()
    const tools = sealing(folder, log)
    log.grow(50)
    await sealLog(tools, { rest: true })
    const file = join(folder, '1-000000000001.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('"count": 50', '"count": 51'))
    log.grow(1)
    await expect(sealLog(tools, { rest: true })).rejects.toThrow('1-000000000001.json in')
  })

  it('makes no seal of a time that cannot be right', async () => {
    const log = rawLog()
    const tools = sealing(folder, log)
    log.grow(50)
    let now = new Date('1970-01-01T00:00:09.000Z')
    const clock = guardClock({ now: () => now, trust: false })
    await expect(sealLog({ ...tools, clock, now: () => now }, { rest: true })).rejects.toThrow(
      'the clock says 1970-01-01T00:00:09.000Z, but it is at least 2026-11-01T00:00:00.000Z: nothing is sealed until it is right',
    )
    expect(await seals()).toEqual([])
    now = new Date('2026-11-20T08:00:00.000Z')
    clock.note('2026-11-20T08:30:00.000Z')
    await expect(sealLog({ ...tools, clock, now: () => now }, { rest: true })).rejects.toThrow('it is at least 2026-11-20T08:29:00.000Z')
    now = new Date('2026-11-20T08:31:00.000Z')
    await sealLog({ ...tools, clock, now: () => now }, { rest: true })
    expect((await seals()).map(({ time }) => time)).toEqual(['2026-11-20T08:31:00.000Z'])
  })

  it('goes on in a restored log from the newest seal that still holds', async () => {
    const log = rawLog()
    const tools = sealing(folder, log)
    for (let n = 0; n < 4; n += 1) {
      log.grow(10)
      await sealLog(tools, { rest: true })
    }
    log.restoreTo(25)
    log.grow(30)
    await sealLog(tools, { rest: true })
    expect(await ranges()).toEqual(['1:1-10', '1:11-20', '1:21-30', '1:31-40', '2:21-55'])
    const { line, abandoned, findings } = chainOf(await seals())
    expect([line.length, abandoned.length, findings]).toEqual([3, 2, []])
    expect((await newestSeal(tools, 55))?.epoch).toBe(2)
    log.restoreTo(40)
    log.grow(5)
    await sealLog(tools, { rest: true })
    expect((await ranges()).at(-1)).toBe('3:21-45')
    expect(chainOf(await seals()).findings).toEqual([])
  })

  it('begins anew in a log that was restored from before its first seal', async () => {
    const log = rawLog()
    const tools = sealing(folder, log)
    log.grow(10)
    await sealLog(tools, { rest: true })
    log.restoreTo(4)
    await sealLog(tools, { rest: true })
    expect(await ranges()).toEqual(['1:1-10', '2:1-4'])
    expect(chainOf(await seals()).findings).toEqual([])
  })

  it('refuses an older log that was put back without a new epoch', async () => {
    const log = rawLog()
    const tools = sealing(folder, log)
    log.grow(10)
    log.restoreTo(10)
    await sealLog(tools, { rest: true })
    log.js.log.epoch = 1
    await expect(sealLog(tools, { rest: true })).rejects.toThrow('the log is in epoch 1, but its seals reach epoch 2')
  })
})
