import { openPostgres, projector } from '@zyra/postgres'
const size = Number(process.argv[2]), total = Number(process.argv[3] ?? 100000)
const db0 = await openPostgres({ url: process.env.URL! })
await db0.query('drop schema if exists zyra cascade'); await db0.query('drop schema if exists zyra_rebuild cascade'); await db0.close()
const db = await openPostgres({ url: process.env.URL! })
const times: Record<string, number> = {}
const timed = { ...db, transaction: (work: any) => db.transaction((q: any) => work(async (sql: string, v: any) => { const s = performance.now(); const r = await q(sql, v); const k = sql.trim().slice(0, 12); times[k] = (times[k] ?? 0) + performance.now() - s; return r })) }
let seed = 7; const rnd = () => { seed = (seed + 0x6d2b79f5) | 0; let t = Math.imul(seed ^ (seed >>> 15), 1 | seed); t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t; return ((t ^ (t >>> 14)) >>> 0) / 4294967296 }
const p = projector(timed as any, { name: 'bench_x', version: 1, indexes: process.env.NOIDX ? [] : ['sku'], on: { x: (row: any, { data }: any) => ({ sku: data.sku, title: `Hand-made ${data.sku}, glazed twice`, available: data.available, levels: { ...row?.levels, [data.location]: data.available }, at: data.at }) } } as any)
await p.position()
const cpu0 = process.cpuUsage()
import { readFileSync } from 'node:fs'
const pgcpu = async () => { const [r] = await db.query<any>('select pg_backend_pid() pid'); const st = readFileSync('/proc/'+r.pid+'/stat','utf8').split(' '); return [+st[13]*10, +st[14]*10] }
const b0 = await pgcpu()
const log = Array.from({ length: total }, (_, i) => { const k = Math.floor(rnd() * 1000); return { type: 'x', data: { sku: 'MUG-' + k, available: Math.floor(rnd() * 500), location: 'L' + i % 2, at: '2026-11-20T10:00:00.000000000Z' }, meta: { merchant: 'demo', aggregateId: 'gid-' + k, epoch: 1, sequence: i + 1, id: String(i) } } })
const t0 = performance.now()
for (let s = 0; s < total; s += size) await p.apply(log.slice(s, s + size) as any, { epoch: 1, sequence: s + size })
const ms = performance.now() - t0
console.log(size, Math.round(total / ms * 1000) + '/s', Math.round(ms), Object.fromEntries(Object.entries(times).map(([k, v]) => [k, Math.round(v)])))
const b1 = await pgcpu(); const c = process.cpuUsage(cpu0); console.log('node cpu ms', c.user/1e3, c.system/1e3, 'pg cpu ms', b1[0]-b0[0], b1[1]-b0[1])
await db.close()
