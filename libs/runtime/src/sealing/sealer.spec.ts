import { sealHash, type Seal } from '@zyra/seals'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rawLog, sealing } from '../../test/sealing.ts'
import { outsidePlace } from './outside.ts'
import { createSealer, type SealerOptions } from './sealer.ts'
import { readPublished } from './publish.ts'

const HOUR = 3_600_000

describe('a sealer', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'zyra-sealer-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  const start = ({ record, onRead }: { readonly record?: (seal: Seal) => Promise<void>; readonly onRead?: (file: string) => void } = {}) => {
    const log = rawLog()
    const seals = join(folder, 'seals')
    const place = join(folder, 'outside')
    const told = { problems: [] as string[], recorded: [] as string[], progress: [] as [number, number][] }
    let now = 0
    const records = new Set<number>()
    const tools = sealing(seals, log)
    const store = { ...tools.store, read: (file: string) => {
      onRead?.(file)
      return tools.store.read(file)
    }, all: () => Promise.reject(new Error('all seals were read')) }
    const options: SealerOptions = {
      ...tools,
      store,
      everyMs: HOUR,
      outside: outsidePlace(place, undefined),
      isRecord: async (sequence) => records.has(sequence),
      record: record ?? (async (seal) => {
        told.recorded.push(sealHash(seal))
        log.grow(1)
        records.add(await log.js.log.lastSequence())
      }),
      onProblem: (what) => told.problems.push(what),
      onProgress: (sealedTo, unpublished) => told.progress.push([sealedTo, unpublished]),
      monotonic: () => now,
    }
    const sealer = createSealer(options)
    const files = (of: string): string[] => (existsSync(of) ? readdirSync(of).filter((name) => name.endsWith('.json') && name !== 'outside.json') : [])
    return {
      ...sealer, options, log, told, seals, place, pass: (ms: number) => (now += ms), mount: () => mkdirSync(place),
      sealed: () => files(seals), published: () => (existsSync(place) ? files(place) : []),
    }
  }

  it('seals at once what it finds, then by the hour, and 10,000 at any time', async () => {
    const { look, log, pass, sealed } = start()
    log.grow(5)
    await look()
    expect(sealed()).toHaveLength(1)
    log.grow(50)
    pass(HOUR - 1)
    await look()
    expect(sealed()).toHaveLength(1)
    pass(1)
    await look()
    expect(sealed()).toHaveLength(2)
    log.grow(10_000)
    await look()
    expect(sealed()).toHaveLength(3)
  })

  it('makes no seal for the record of a seal alone, however long nothing else happens', async () => {
    const { look, log, pass, sealed, told, finish } = start()
    log.grow(5)
    for (let hour = 0; hour < 5; hour += 1) {
      await look()
      pass(HOUR)
    }
    expect(sealed()).toHaveLength(1)
    expect(told.recorded).toHaveLength(1)
    log.grow(1)
    await finish()
    expect(sealed()).toHaveLength(2)
  })

  it('makes no seal for the records of a sealer with a folder of its own, which would answer with another one', async () => {
    const { look, log, pass, sealed, options } = start()
    const elsewhere = join(folder, 'elsewhere')
    const other = createSealer({ ...options, ...sealing(elsewhere, log), outside: undefined })
    log.grow(5)
    for (let hour = 0; hour < 5; hour += 1) {
      await look()
      await other.look()
      pass(HOUR)
    }
    expect(await log.js.log.lastSequence()).toBe(7)
    expect(sealed()).toHaveLength(1)
    log.grow(1)
    await look()
    expect(sealed()).toHaveLength(2)
  })

  it('publishes each seal once the place is there, tells that it was not, once, and is never held up', async () => {
    const { look, log, pass, published, told, mount, seals, sealed } = start()
    log.grow(5)
    for (let n = 0; n < 3; n += 1) await look()
    expect(told.problems).toEqual([expect.stringContaining('is not a folder: mount it')])
    expect(told.progress.at(-1)).toEqual([5, 1])
    expect((await readPublished(seals))?.failing?.since).toBe('2026-11-20T08:00:00.000Z')
    log.grow(1)
    pass(HOUR)
    await look()
    expect(sealed()).toHaveLength(2)
    mount()
    await look()
    expect(published()).toEqual(sealed())
    expect(told.progress.at(-1)).toEqual([7, 0])
    expect(await readPublished(seals)).toEqual({ place: expect.any(String), file: sealed()[1], failing: null })
  })

  it('reads, to publish, only what is not published yet', async () => {
    const read: string[] = []
    const { look, log, pass, mount, published } = start({ onRead: (file) => read.push(file) })
    mount()
    for (let hour = 0; hour < 4; hour += 1) {
      log.grow(5)
      await look()
      pass(HOUR)
    }
    expect(published()).toHaveLength(4)
    expect(read).toEqual(published())
  })

  it('tells where the place no longer holds what was published: something else may be mounted', async () => {
    const { look, log, pass, published, told, mount, place } = start()
    mount()
    log.grow(5)
    await look()
    expect(published()).toHaveLength(1)
    rmSync(join(place, published()[0] ?? ''))
    log.grow(5)
    pass(HOUR)
    await look()
    expect(told.problems).toEqual([expect.stringContaining('no longer holds 1-000000000001.json')])
    expect(published()).toEqual([])
  })

  it('tells a log that cannot be sealed, and goes on once it can', async () => {
    const { look, log, told, sealed } = start()
    log.grow(5)
    await look()
    log.cutAfter(3)
    const again = createSealer({
      ...sealing(join(folder, 'seals'), log), everyMs: HOUR, outside: undefined, isRecord: async () => false, record: async () => undefined,
      onProblem: (what) => told.problems.push(what), onProgress: () => undefined, monotonic: () => 0,
    })
    await again.look()
    await again.look()
    expect(told.problems.filter((what) => what.startsWith('the log ends at #3'))).toHaveLength(1)
    log.grow(9)
    await again.look()
    expect(sealed()).toHaveLength(2)
  })

  it('seals and publishes although the seal cannot be recorded', async () => {
    const { look, log, told, mount, published } = start({ record: () => Promise.reject(new Error('the log is away')) })
    mount()
    log.grow(5)
    await look()
    expect(told.problems).toEqual(['the log is away'])
    expect(published()).toHaveLength(1)
  })
})
