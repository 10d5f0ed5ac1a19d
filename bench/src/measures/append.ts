import { natsUsers } from '@zyra/all'
import { inboxPrefixOf, openJetStream, prepareJetStream, type EventLog } from '@zyra/jetstream'
import { startNats } from '@zyra/servers'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { stockObserved, stockSubject } from '../events.ts'
import type { Figure } from '../figure.ts'
import { rawClient, rawPublishRate } from '../floors/raw-client.ts'
import { inRounds, type Measure, type Tools } from '../measure.ts'
import { watchCores } from '../process-facts.ts'

/** Each writer has an aggregate of its own, and appends its next decision when the last one is on disk. @throws Error at the first that is not appended */
const appendRate = async (log: EventLog, run: number, writers: number, ms: number): Promise<number> => {
  const from = performance.now()
  let count = 0
  await Promise.all(Array.from({ length: writers }, async (_, writer) => {
    const item = run * 10_000 + writer
    for (let expectedSequence = 0; performance.now() - from < ms;) {
      const events = [stockObserved(run, item, (count += 1))]
      const result = await log.append({ subject: stockSubject(item), events, expectedSequence })
      if (result.status !== 'appended') throw new Error(`an append of the bench ended as a ${result.status}: the log held something before`)
      expectedSequence = result.sequences.at(-1) ?? 0
    }
  }))
  return count / ((performance.now() - from) / 1_000)
}

const TARGETS: ReadonlyMap<number, number> = new Map([[32, 15_000]])

/** The log alone: a NATS server, and this process as its client. */
const withLog = async <Answer>(dir: string, work: (log: EventLog, raw: Awaited<ReturnType<typeof rawClient>>, nats: number) => Promise<Answer>) => {
  const folder = mkdtempSync(join(dir, 'zyra-bench-'))
  const nats = await startNats({ dir: folder, users: natsUsers() })
  const optionsOf = (user: string) => ({ url: nats.url, name: user, inboxPrefix: inboxPrefixOf(user), seed: nats.seeds[user] ?? '' })
  await prepareJetStream(optionsOf('admin'))
  const [js, raw] = await Promise.all([openJetStream(optionsOf('inventory')), rawClient(nats)])
  try {
    return await work(js.log, raw, nats.pid)
  } finally {
    await Promise.all([js.close(), raw.close()])
    await nats.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const measure = async (tools: Tools): Promise<readonly Figure[]> => withLog(tools.dir, async (log, raw, nats) => {
  const ms = tools.pick(4_000, 1_000)
  const figures: Figure[] = []
  let run = 100
  for (const writers of [1, 32, 256]) {
    tools.say(`append, ${writers} writers, warming up`)
    await appendRate(log, (run += 10), writers, ms / 4)
    const floor: number[] = []
    let cores = ''
    const values = await inRounds(tools, `append, ${writers} writers`, async () => {
      // Side by side, so that both see the same disk and the same neighbours.
      floor.push(await rawPublishRate(raw, writers, ms / 2))
      const watched = watchCores({ client: process.pid, NATS: nats })
      const rate = await appendRate(log, (run += 10), writers, ms)
      cores = watched(rate * (ms / 1_000))
      return rate
    })
    const target = TARGETS.get(writers)
    figures.push({
      name: `append-${writers}`, title: `append, ${writers} writer${writers > 1 ? 's' : ''}`, unit: '/s', values,
      ...(target === undefined ? {} : { target }),
      floor: { what: `the client library alone, ${writers} in flight, one fsync each`, values: floor }, note: cores,
    })
  }
  return figures
})

/** How many decisions per second are appended, each with the sequence that it expects. */
export const append: Measure = { name: 'append', title: 'append with optimistic concurrency', run: measure }
