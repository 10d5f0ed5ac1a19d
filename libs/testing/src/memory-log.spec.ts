import { entryId } from '@zyra/contracts'
import type { OutgoingEvent, StoredEvent } from '@zyra/jetstream'
import { memoryLog } from './memory-log.ts'

const subject = 'zyra.demo.inventory.stock.1'
const named = (name: string): OutgoingEvent => ({
  data: { name, nested: [{ deep: true }] },
  envelope: {
    id: entryId(name), type: 'inventory.BufferSet', source: 'zyra/demo/inventory/stock/1', time: '2026-11-20T08:00:00.000Z', version: 1,
    correlationId: entryId('correlation'), causationId: entryId('cause'), actor: 'policy:spec', handler: 'spec', index: 0, deciderVersion: 1,
    attempt: 1, backfill: false,
  },
})
const namesOf = (events: readonly StoredEvent[]): unknown[] => events.map(({ data }) => (data as { name: string }).name)
const appending = (name: string, expectedSequence?: number) =>
  ({ subject, events: [named(name)], ...(expectedSequence === undefined ? {} : { expectedSequence }) })

describe('the log in memory', () => {
  it('says its epoch in every envelope', async () => {
    const log = memoryLog({ epoch: 3 })
    await log.append(appending('one'))
    expect(log.events()[0]?.envelope.epoch).toBe(3)
  })

  it('hands out what nobody can change', async () => {
    const log = memoryLog()
    const event = named('one')
    await log.append({ subject, events: [event] })
    const [stored] = await log.load(subject)
    expect(() => Object.assign((stored?.data as { nested: object[] }).nested[0] ?? {}, { deep: false })).toThrow(TypeError)
    expect(() => Object.assign(stored?.envelope ?? {}, { actor: 'somebody' })).toThrow(TypeError)
    expect(stored?.data).not.toBe(event.data)
    expect(Object.isFrozen(event.data)).toBe(false)
  })

  it('refuses an event whose envelope no contract describes, and data that JSON cannot say', async () => {
    const log = memoryLog()
    const event = named('one')
    await expect(log.append({ subject, events: [{ ...event, envelope: { ...event.envelope, actor: '' } }] })).rejects.toThrow('actor')
    await expect(log.append({ subject, events: [named('two'), { ...event, data: undefined }] })).rejects.toThrow('is not JSON')
    expect(log.events()).toEqual([])
  })

  it('forgets an id after the duplicate window, and still finds the event behind a conflict', async () => {
    let now = new Date('2026-11-20T08:00:00Z')
    const log = memoryLog({ now: () => now })
    await log.append(appending('one', 0))
    now = new Date('2026-11-20T13:59:59Z')
    expect(await log.append(appending('one'))).toEqual({ status: 'duplicate' })
    now = new Date('2026-11-20T14:00:00Z')
    expect(await log.append(appending('one', 0))).toEqual({ status: 'duplicate' })
    expect(await log.append(appending('one'))).toEqual({ status: 'appended', sequences: [2] })
  })

  it('lets the next append meet a conflict, and takes the one after it', async () => {
    const log = memoryLog()
    log.failAppends('conflict')
    expect(await log.append(appending('one', 0))).toEqual({ status: 'conflict' })
    expect(await log.append(appending('one', 0))).toEqual({ status: 'appended', sequences: [1] })
  })

  it('is unavailable for as many appends as it is told, and takes none of them', async () => {
    const log = memoryLog()
    log.failAppends('unavailable', 'unavailable')
    await expect(log.append(appending('one'))).rejects.toMatchObject({ name: 'LogUnavailable' })
    await expect(log.append(appending('one'))).rejects.toMatchObject({ name: 'LogUnavailable' })
    expect(await log.append(appending('one'))).toEqual({ status: 'appended', sequences: [1] })
  })

  it('loses the answer to an append that took effect', async () => {
    const log = memoryLog()
    log.failAppends('answer lost')
    await expect(log.append(appending('one', 0))).rejects.toMatchObject({ name: 'LogUnavailable' })
    expect(namesOf(log.events())).toEqual(['one'])
    expect(await log.append(appending('one', 0))).toEqual({ status: 'duplicate' })
  })

  it('refuses an append for good', async () => {
    const log = memoryLog()
    log.failAppends('refused')
    await expect(log.append(appending('one'))).rejects.toMatchObject({ name: 'LogRefused' })
    expect(log.events()).toEqual([])
  })

  it('lets somebody else append first', async () => {
    const log = memoryLog()
    log.failAppends(() => log.append(appending('theirs', 0)))
    expect(await log.append(appending('mine', 0))).toEqual({ status: 'conflict' })
    expect(namesOf(log.events())).toEqual(['theirs'])
  })

  it('does not answer as many reads as it is told', async () => {
    const log = memoryLog()
    log.failReads(2)
    await expect(log.load(subject)).rejects.toMatchObject({ name: 'LogUnavailable' })
    await expect(log.lastSequence()).rejects.toMatchObject({ name: 'LogUnavailable' })
    expect(await log.at(1)).toBeUndefined()
  })
})
