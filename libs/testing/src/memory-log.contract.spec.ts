import { entryId } from '@zyra/contracts'
import type { EventBatch, EventLog, FollowOptions, OutgoingEvent } from '@zyra/jetstream'
import { startLogServer } from '../test/server.ts'
import { memoryLog } from './memory-log.ts'

interface Opened {
  readonly log: EventLog
  readonly close: () => Promise<void>
}

const logs: readonly (readonly [string, () => Promise<Opened>])[] = [
  ['the log in memory', async () => ({ log: memoryLog(), close: async () => undefined })],
  ['the log of a real server', async () => {
    const { js, stop } = await startLogServer()
    return { log: js.log, close: stop }
  }],
]

const eventNamed = (name: string, data: unknown = { name }): OutgoingEvent => ({
  data,
  envelope: {
    id: entryId('event', name), type: 'inventory.BufferSet', source: 'zyra/demo/inventory/stock/1', time: '2026-11-20T08:00:00.000Z', version: 1,
    correlationId: entryId('correlation'), causationId: entryId('cause'), actor: 'policy:spec', handler: 'spec', index: 0, deciderVersion: 1,
    attempt: 1, backfill: false,
  },
})

const namesOf = (events: readonly { readonly data: unknown }[]): unknown[] => events.map(({ data }) => (data as { name: string }).name)

const batches = async (log: EventLog, options: Omit<FollowOptions, 'signal'>, count: number): Promise<EventBatch[]> => {
  const enough = new AbortController()
  const read: EventBatch[] = []
  for await (const batch of log.follow({ ...options, signal: enough.signal })) {
    read.push(batch)
    if (read.length === count) enough.abort()
  }
  return read
}

describe.each(logs)('%s', (_name, open) => {
  let opened: Opened
  let log: EventLog
  let used = 0

  /** Subjects of this one test, in an otherwise shared log. */
  let subject = ''
  let other = ''
  let ours = ''

  beforeAll(async () => {
    opened = await open()
    log = opened.log
  }, 60_000)
  afterAll(() => opened.close())
  beforeEach(() => {
    used += 1
    ours = `zyra.demo.inventory.spec-${used}`
    subject = `${ours}.a`
    other = `${ours}.b`
  })

  const named = (name: string, data?: unknown): OutgoingEvent => eventNamed(`${used}/${name}`, data ?? { name })
  const append = (to: string, expectedSequence: number | undefined, ...names: readonly string[]) =>
    log.append({ subject: to, events: names.map((name) => named(name)), ...(expectedSequence === undefined ? {} : { expectedSequence }) })
  const lastOf = async (filter: string): Promise<number> => (await log.lastOf([filter])).at(-1)?.sequence ?? 0

  it('appends what expects the sequence that its subject has', async () => {
    const first = await append(subject, 0, 'one', 'two')
    const last = await log.lastSequence()
    expect(first).toEqual({ status: 'appended', sequences: [last - 1, last] })
    expect(await append(subject, last, 'three')).toEqual({ status: 'appended', sequences: [last + 1] })
    expect(namesOf(await log.load(subject))).toEqual(['one', 'two', 'three'])
  })

  it('answers conflict, and takes none of the events, where somebody else was faster', async () => {
    await append(subject, 0, 'one')
    expect(await append(subject, 0, 'two', 'three')).toEqual({ status: 'conflict' })
    expect(await append(subject, await lastOf(subject) + 100, 'two', 'three')).toEqual({ status: 'conflict' })
    expect(namesOf(await log.load(subject))).toEqual(['one'])
  })

  it('looks at the subject of an append alone when it compares sequences', async () => {
    await append(subject, 0, 'one')
    expect(await append(other, 0, 'two')).toMatchObject({ status: 'appended' })
  })

  it('lets one of two concurrent appends win', async () => {
    const results = await Promise.all([append(subject, 0, 'left'), append(subject, 0, 'right')])
    expect(results.map(({ status }) => status).toSorted()).toEqual(['appended', 'conflict'])
    expect(await log.load(subject)).toHaveLength(1)
  })

  it('takes facts, which expect no sequence, in any case', async () => {
    await append(subject, undefined, 'one')
    expect(await append(subject, undefined, 'two')).toMatchObject({ status: 'appended' })
  })

  it('takes an event once, whatever sequence its repetition expects', async () => {
    await append(subject, 0, 'one')
    const at = await lastOf(subject)
    for (const expected of [0, at, undefined]) expect(await append(subject, expected, 'one')).toEqual({ status: 'duplicate' })
    expect(await log.load(subject)).toHaveLength(1)
  })

  it('takes an event once over all subjects', async () => {
    await append(subject, undefined, 'one')
    expect(await append(other, undefined, 'one')).toEqual({ status: 'duplicate' })
  })

  it('takes nothing of a decision of which one event is known', async () => {
    await append(subject, 0, 'one')
    expect(await append(subject, await lastOf(subject), 'two', 'one')).toEqual({ status: 'duplicate' })
    expect(namesOf(await log.load(subject))).toEqual(['one'])
  })

  it('takes an event of a decision that met a conflict when it is decided again', async () => {
    await append(subject, 0, 'one')
    await append(subject, 0, 'two')
    expect(await append(subject, await lastOf(subject), 'two')).toMatchObject({ status: 'appended' })
  })

  it('has nothing to do for no events', async () => {
    const before = await log.lastSequence()
    expect(await append(subject, 17)).toEqual({ status: 'appended', sequences: [] })
    expect(await log.lastSequence()).toBe(before)
  })

  it('takes nothing for somebody who does not wait any more', async () => {
    const append = log.append({ subject, events: [named('late')] }, AbortSignal.abort())
    await expect(append).rejects.toMatchObject({ name: 'LogUnavailable' })
    expect(await log.load(subject)).toEqual([])
  })

  it('gives back the envelope with its epoch, and the data as JSON says it', async () => {
    const { envelope } = named('whole')
    const command = '{"type":"Käse 5 %"}'
    const data = { when: new Date(0), nothing: undefined, text: 'Käse "5 %"', list: [1, null] }
    await log.append({ subject, events: [{ envelope: { ...envelope, command }, data }] })
    expect(await log.load(subject)).toEqual([{
      subject, sequence: await log.lastSequence(), envelope: { ...envelope, command, epoch: log.epoch },
      data: { when: '1970-01-01T00:00:00.000Z', text: 'Käse "5 %"', list: [1, null] },
    }])
  })

  it('loads a subject from a sequence on', async () => {
    await append(subject, 0, 'one', 'two', 'three')
    expect(namesOf(await log.load(subject, await lastOf(subject) - 1))).toEqual(['two', 'three'])
    expect(await log.load(subject, await lastOf(subject) + 1)).toEqual([])
    expect(await log.load(other)).toEqual([])
  })

  it('loads a page of a subject and says how many events follow', async () => {
    const names = Array.from({ length: 501 }, (_, index) => `page ${used} ${index}`)
    await Promise.all(names.map((name) => log.append({ subject, events: [eventNamed(name)] })))
    const first = await log.loadPage(subject)
    expect([first.events.length, first.left]).toEqual([500, 1])
    const second = await log.loadPage(subject, first.events.at(-1)!.sequence + 1)
    expect([second.events.length, second.left]).toEqual([1, 0])
    expect([...first.events, ...second.events].map(({ sequence }) => sequence)).toEqual((await log.load(subject)).map(({ sequence }) => sequence))
    expect(await log.loadPage(other)).toEqual({ events: [], left: 0 })
  })

  it('loads all subjects that a filter with wildcards matches', async () => {
    await append(subject, 0, 'one')
    await append(other, 0, 'two')
    expect(namesOf(await log.load(`zyra.*.inventory.spec-${used}.*`))).toEqual(['one', 'two'])
    expect(await log.load(`zyra.*.inventory.spec-${used}`)).toEqual([])
  })

  it('tells the last event of every subject that one of the filters matches, oldest first and each once', async () => {
    await append(subject, 0, 'one', 'two')
    await append(other, 0, 'three')
    await append(subject, await lastOf(subject), 'four')
    expect(namesOf(await log.lastOf([`${ours}.>`]))).toEqual(['three', 'four'])
    expect(namesOf(await log.lastOf([subject, other]))).toEqual(['three', 'four'])
    expect(namesOf(await log.lastOf([`zyra.*.inventory.spec-${used}.b`]))).toEqual(['three'])
    expect(await log.lastOf([`${ours}.nobody`])).toEqual([])
  })

  it('finds one event by its sequence', async () => {
    await append(subject, 0, 'one')
    const last = await log.lastSequence()
    expect(await log.at(last)).toMatchObject({ subject, sequence: last })
    expect(await log.at(last + 1)).toBeUndefined()
  })

  it('follows a backlog in batches that say what is still to come', async () => {
    await append(subject, 0, 'one', 'two', 'three')
    await append(`${ours}-not.a`, 0, 'unseen')
    await append(other, 0, 'four', 'five')
    const read = await batches(log, { filters: [`${ours}.*`], fromSequence: 1, batchSize: 2 }, 3)
    expect(read.map(({ events }) => namesOf(events))).toEqual([['one', 'two'], ['three', 'four'], ['five']])
    expect(read.map(({ pending }) => pending)).toEqual([3, 1, 0])
    expect(read.map(({ upTo }) => upTo)).toEqual(read.map(({ events }) => events.at(-1)?.sequence))
  })

  it('follows from a sequence on', async () => {
    await append(subject, 0, 'one', 'two')
    const [batch] = await batches(log, { filters: [subject], fromSequence: await lastOf(subject) }, 1)
    expect(namesOf(batch?.events ?? [])).toEqual(['two'])
  })

  it('goes on with what comes after the backlog', async () => {
    await append(subject, 0, 'one')
    const enough = new AbortController()
    const read: unknown[] = []
    for await (const { events } of log.follow({ filters: [subject], fromSequence: 1, signal: enough.signal })) {
      read.push(...namesOf(events))
      if (read.length === 1) await append(subject, await lastOf(subject), 'two', 'three')
      if (read.length === 3) enough.abort()
    }
    expect(read).toEqual(['one', 'two', 'three'])
  })

  it('ends following when the signal aborts while there is nothing to read', async () => {
    const enough = new AbortController()
    const following = log.follow({ filters: [subject], fromSequence: 1, signal: enough.signal })[Symbol.asyncIterator]().next()
    await log.lastSequence()
    enough.abort()
    expect(await following).toEqual({ done: true, value: undefined })
  })
})
