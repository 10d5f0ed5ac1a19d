import type { Figure } from '../figure.ts'
import { rawPublishRate } from '../floors/raw-client.ts'
import { inRounds, type Measure, type Tools } from '../measure.ts'
import { watchCores } from '../process-facts.ts'
import { appendRate, withLogAlone } from './log-alone.ts'

const TARGETS: ReadonlyMap<number, number> = new Map([[32, 15_000]])

const measure = (tools: Tools): Promise<readonly Figure[]> => withLogAlone(tools.dir, async ({ log, raw, natsPid }) => {
  const ms = tools.pick(4_000, 1_000)
  const figures: Figure[] = []
  // The ids of a run are made from three numbers in a row.
  let run = 100
  for (const writers of [1, 32, 256]) {
    tools.say(`append, ${writers} writers, warming up`)
    await appendRate(log, (run += 10), writers, ms / 4)
    const floor: number[] = []
    let note = ''
    const values = await inRounds(tools, `append, ${writers} writers`, async () => {
      // Side by side, so that both see the same disk and the same neighbours.
      floor.push(await rawPublishRate(raw, writers, ms / 2))
      const watched = watchCores({ client: process.pid, NATS: natsPid })
      const rate = await appendRate(log, (run += 10), writers, ms)
      note = watched(rate * (ms / 1_000))
      return rate
    })
    const target = TARGETS.get(writers)
    figures.push({
      name: `append-${writers}`, title: `append, ${writers} writer${writers > 1 ? 's' : ''}`, unit: '/s', values, note,
      ...(target === undefined ? {} : { target }),
      floor: { what: `the client library alone, ${writers} in flight, one fsync each`, values: floor },
    })
  }
  return figures
})

/** How many decisions per second are appended, each with the sequence that it expects. */
export const append: Measure = { name: 'append', title: 'append with optimistic concurrency', run: measure }
