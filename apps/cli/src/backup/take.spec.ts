import type { StreamCopier, StreamFacts } from '@zyra/jetstream'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkFiles } from './manifest.ts'
import { inOrder, takeBackup } from './take.ts'

const stream = (name: string, epoch?: number): StreamFacts =>
  ({ name, config: {}, epoch, createdAt: '2026-11-20T08:00:00Z', messages: 0, bytes: 0, firstSequence: 1, lastSequence: 7 })

describe('the order in which streams are copied', () => {
  it('is the log, the newest of its streams first, then what it speaks of, and keys at the very end', () => {
    const streams = [stream('ZYRA_KEYS'), stream('ZYRA_2026', 1), stream('ZYRA_TIMERS'), stream('ZYRA_2027', 1), stream('ZYRA_LATER')]
    expect(inOrder(streams).map(({ name }) => name)).toEqual(['ZYRA_2027', 'ZYRA_2026', 'ZYRA_TIMERS', 'ZYRA_LATER', 'ZYRA_KEYS'])
  })
})

describe('a backup of what goes on meanwhile', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'zyra-take-'))
    for (const name of ['data/objects/ab', 'data/secrets', 'target']) mkdirSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, 'data', 'secrets', 'master.key'), 'k')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const object = (name: string): void => writeFileSync(join(folder, 'data', 'objects', 'ab', name), name)
  /** A server on which, while the log is being copied, the last event arrives whose object and key were stored just before. */
  const busy = (order: string[]): StreamCopier => ({
    version: '2.15.1',
    streams: async () => [stream('ZYRA', 3), stream('ZYRA_TIMERS'), stream('ZYRA_KEYS')],
    durables: async (name) => {
      order.push(`durables of ${name}`)
      return []
    },
    take: async (name, write) => {
      if (name === 'ZYRA') object('late')
      order.push(existsSync(join(folder, 'target', 'objects', 'ab', 'late')) ? `${name} after the objects` : name)
      await write(Buffer.from(name))
      return stream(name, name === 'ZYRA' ? 3 : undefined)
    },
    put: () => Promise.reject(new Error('nothing is put')),
    putDurable: () => Promise.reject(new Error('nothing is put')),
    close: async () => undefined,
  })
  const take = (order: string[] = [], signal = new AbortController().signal) =>
    takeBackup({
      copier: busy(order), dataDir: join(folder, 'data'), target: join(folder, 'target'), secrets: join(folder, 'target'),
      takenAt: '2026-11-20T08:00:00.000Z', release: '0.1.0', signal, onProgress: () => undefined,
    })

  it('has every object and key that the copied log may need, and consumers that stand no further than it', async () => {
    const order: string[] = []
    object('early')
    object('half.00000000-0000-4000-8000-000000000000')
    const { epoch, lastSequence, objects } = await take(order)
    expect(order).toEqual([
      'durables of ZYRA', 'durables of ZYRA_TIMERS', 'durables of ZYRA_KEYS', 'ZYRA', 'ZYRA_TIMERS after the objects', 'ZYRA_KEYS after the objects',
    ])
    expect({ epoch, lastSequence, files: objects.files }).toEqual({ epoch: 3, lastSequence: 7, files: 2 })
    expect(await checkFiles(join(folder, 'target'), () => undefined)).toEqual([])
    expect(readFileSync(join(folder, 'target', 'SHA256SUMS'), 'utf8')).toContain('objects/ab/late')
  })

  it('ends in the middle when it is told to', async () => {
    await expect(take([], AbortSignal.abort())).rejects.toThrow('The backup was stopped')
    expect(existsSync(join(folder, 'target', 'SHA256SUMS'))).toBe(false)
  })
})
