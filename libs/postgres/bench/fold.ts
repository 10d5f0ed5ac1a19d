/** How many events per second are folded into Postgres: `npx node --conditions zyra-source libs/postgres/bench/fold.ts [events] [keys]`. */
import { loadavg } from 'node:os'
import type { DomainEvent, Projection, Recorded } from '@zyra/es'
import { openPostgres, projector } from '@zyra/postgres'
import { recorded } from '../test/stock.ts'
import { startSpecServer } from '../test/server.ts'

type Observed = DomainEvent<'shop.Observed', { sku: string; available: number; location: string; at: string }>
type Level = { sku: string; title: string; available: number; levels: Record<string, number>; at: string }

const [total = 200_000, keys = 1_000] = process.argv.slice(2).map(Number)

const levels = (name: string): Projection<Observed, Level> => ({
  name,
  version: 1,
  indexes: ['sku'],
  on: {
    'shop.Observed': (row, { data }) => ({
      sku: data.sku,
      title: `Hand-made ${data.sku}, glazed twice`,
      available: data.available,
      levels: { ...row?.levels, [data.location]: data.available },
      at: data.at,
    }),
  },
})

/** Numbers that look random and are the same in every run (mulberry32). */
const seeded = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
}

const log = (): Recorded[] => {
  const random = seeded(7)
  return Array.from({ length: total }, (_, index) => {
    const key = Math.floor(random() * keys)
    const available = Math.floor(random() * 500)
    const data = { sku: `MUG-${key}`, available, location: `L${index % 2}`, at: '2026-11-20T10:00:00.000000000Z' }
    return Object.assign(recorded(index + 1, `gid-${key}`, { type: 'shop.Ignored', data: {} }), { type: 'shop.Observed', data })
  })
}

const server = await startSpecServer()
const db = await openPostgres({ url: server.url })
try {
  const settings = 'select version(), current_setting(\'fsync\') as fsync, current_setting(\'synchronous_commit\') as commits'
  const [version] = await db.query<Record<string, string>>(settings)
  console.log(JSON.stringify(version))
  const events = log()
  for (const size of [100, 500, 2_000]) {
    const projecting = projector(db, levels(`bench_levels${size}`))
    await projecting.position()
    let versions = 0
    const cpu = process.cpuUsage()
    const started = performance.now()
    for (let start = 0; start < total; start += size) {
      const batch = events.slice(start, start + size)
      versions += (await projecting.apply(batch, { epoch: 1, sequence: start + batch.length })).versions
    }
    const seconds = (performance.now() - started) / 1_000
    const busy = process.cpuUsage(cpu)
    const node = (busy.user + busy.system) / 1e6
    const rate = `${Math.round(total / seconds)} events/s, ${versions} versions, ${seconds.toFixed(1)} s`
    console.log(`batches of ${size}: ${rate}, of which Node computed ${node.toFixed(1)} s; load ${loadavg()[0]?.toFixed(1)}`)
  }
} finally {
  await db.close()
  await server.stop()
}
