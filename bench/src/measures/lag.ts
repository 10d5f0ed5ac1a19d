import { stockRows } from '@zyra/all'
import { openPostgres, projectionStates, type Postgres } from '@zyra/postgres'
import type { EventLog } from '@zyra/jetstream'
import { setTimeout as delay } from 'node:timers/promises'
import { stockObserved, stockSubject } from '../events.ts'
import { percentile, type Figure } from '../figure.ts'
import { rawArrivals, rawClient } from '../floors/raw-client.ts'
import { inRounds, type Measure, type Tools } from '../measure.ts'
import { install, until } from '../system.ts'

const RATE = 1_000
const ITEMS = 1_000
const LOOK_EVERY_MS = 2

/** Appends at a fixed rate; answers when each sequence was acknowledged, by `performance.now`. */
const appendAtRate = async (log: EventLog, run: number, ms: number): Promise<ReadonlyMap<number, number>> => {
  const [from, total, acked] = [performance.now(), (ms / 1_000) * RATE, new Map<number, number>()]
  const under: Promise<void>[] = []
  const append = async (index: number): Promise<void> => {
    const item = index % ITEMS
    const result = await log.append({ subject: stockSubject(item), events: [stockObserved(run, item, index)] })
    if (result.status === 'appended') acked.set(result.sequences[0] ?? 0, performance.now())
  }
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - from) / 1_000) * RATE))
    while (sent < due) under.push(append(sent++))
    await delay(1)
  }
  await Promise.all(under)
  return acked
}

const projected = async (db: Postgres): Promise<number> =>
  (await projectionStates(db)).find(({ name }) => name === stockRows.name)?.position.sequence ?? 0

/** Looks every two milliseconds how far the rows are; answers when each look was made. */
const watchRows = (db: Postgres, signal: AbortSignal): Promise<readonly (readonly [sequence: number, at: number])[]> => {
  const looks: (readonly [number, number])[] = []
  const look = async () => {
    while (!signal.aborted) {
      const sequence = await projected(db)
      looks.push([sequence, performance.now()])
      await delay(LOOK_EVERY_MS)
    }
    return looks
  }
  return look()
}

/** How long after its acknowledgement each event was seen to be in the rows, in ms. */
const lagsOf = (acked: ReadonlyMap<number, number>, looks: readonly (readonly [number, number])[]): readonly number[] => {
  const lags: number[] = []
  let next = 0
  for (const [sequence, at] of [...acked].toSorted(([one], [other]) => one - other)) {
    while (next < looks.length && (looks[next]?.[0] ?? 0) < sequence) next += 1
    const seen = looks[next]
    if (seen !== undefined) lags.push(Math.max(0, seen[1] - at))
  }
  return lags
}

const measure = async (tools: Tools): Promise<readonly Figure[]> => {
  tools.say('projection lag, starting the servers and the services')
  const installation = await install(tools.dir)
  const db = await openPostgres({ url: installation.postgres.url, poolSize: 1 })
  const raw = await rawClient(installation.nats)
  try {
    const services = await installation.startServices()
    await services.untilReady()
    const { log } = await installation.open('inventory')
    const ms = tools.pick(10_000, 3_000)
    const [middle, floorMiddle, floorHigh] = [[] as number[], [] as number[], [] as number[]]
    let run = 500
    await appendAtRate(log, run, ms / 3)
    const high = await inRounds(tools, `projection lag at ${RATE}/s`, async () => {
      const arrivals = await rawArrivals(raw)
      const bare = await appendAtRate(log, (run += 10), ms / 3)
      const arrived = lagsOf(bare, await arrivals.stop())
      floorMiddle.push(percentile(arrived, 0.5))
      floorHigh.push(percentile(arrived, 0.99))
      const ended = new AbortController()
      const watching = watchRows(db, ended.signal)
      const lags = await appendAtRate(log, (run += 10), ms).then(async (acked) => {
        const newest = Math.max(...acked.keys())
        await until('the rows to follow', async () => (await projected(db)) >= newest)
        return acked
      }).finally(() => ended.abort()).then(async (acked) => lagsOf(acked, await watching))
      middle.push(percentile(lags, 0.5))
      return percentile(lags, 0.99)
    })
    const what = 'a bare consumer gets to see the event'
    const title = `projection lag at ${RATE.toLocaleString('en')} events/s`
    return [
      { name: 'lag-p50', title: `${title}, p50`, unit: 'ms', values: middle, floor: { what, values: floorMiddle } },
      {
        name: 'lag-p99', title: `${title}, p99`, unit: 'ms', values: high, target: 50,
        floor: { what, values: floorHigh }, note: `from the acknowledgement to the row, looked at every ${LOOK_EVERY_MS} ms`,
      },
    ]
  } finally {
    await Promise.all([db.close(), raw.close()])
    await installation.stop()
  }
}

/** How long after an event is on disk its row shows it. */
export const lag: Measure = { name: 'lag', title: 'projection lag', run: measure }
