import { SANDBOX_SECRET } from '@zyra/runtime'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median } from '../figure.ts'
import { load } from '../load.ts'
import { afterwards, describeMachine, machineInWords } from '../machine.ts'
import { appendRate, withLogAlone } from '../measures/log-alone.ts'
import { readOptions } from '../options.ts'
import { progress } from '../progress.ts'
import { install, type Installation } from '../system.ts'
import { productBody, signedWebhooks } from '../webhooks.ts'
import { installPeers, PACKAGES, runPeer } from './scratch.ts'

const PEERS = [
  { name: 'plain', title: 'a plain table (pg)' },
  { name: 'emmett', title: `Emmett on Postgres ${PACKAGES['@event-driven-io/emmett-postgresql'] ?? ''}` },
  { name: 'pg-boss', title: `pg-boss ${PACKAGES['pg-boss'] ?? ''} (no versions)` },
] as const

const ZYRA = 'Zyra'
const WORKS = ['append, 1 writer', 'append, 32 writers', 'ingest, 200 connections'] as const
type Work = (typeof WORKS)[number]

interface Result {
  readonly who: string
  readonly work: Work
  readonly rate: number
}

const products = (): (() => string) => signedWebhooks('products/update', Array.from({ length: 1_000 }, (_, product) => productBody(product)))

const ingestRate = async (port: number, ms: number): Promise<number> => {
  const next = products()
  await load({ port, connections: 200, ms: ms / 3, next })
  const { rate, refused } = await load({ port, connections: 200, ms, next })
  if (refused > 0) throw new Error(`${refused} deliveries were not answered with 200`)
  return rate
}

const peerResults = async (folder: string, { postgres }: Installation, ms: number): Promise<Result[]> => {
  const env = { DATABASE_URL: postgres.url, BENCH_SECRET: SANDBOX_SECRET }
  const results: Result[] = []
  for (const { name, title: who } of PEERS) {
    for (const [work, writers] of [['append, 1 writer', 1], ['append, 32 writers', 32]] as const) {
      const { answer: rate, stop } = await runPeer(folder, [name, 'append', String(writers), String(ms)], env)
      await stop()
      results.push({ who, work, rate })
    }
    const server = await runPeer(folder, [name, 'serve'], env)
    results.push({ who, work: 'ingest, 200 connections', rate: await ingestRate(server.answer, ms).finally(server.stop) })
  }
  return results
}

const zyraResults = async (dir: string, installation: Installation, ms: number): Promise<Result[]> => {
  const appended = await withLogAlone(dir, async ({ log }) => {
    const results: Result[] = []
    for (const [work, writers, run] of [['append, 1 writer', 1, 100], ['append, 32 writers', 32, 200]] as const) {
      await appendRate(log, run, writers, ms / 4)
      results.push({ who: ZYRA, work, rate: await appendRate(log, run + 10, writers, ms) })
    }
    return results
  })
  const services = await installation.startServices()
  await services.untilReady()
  const rate = await ingestRate(services.port, ms).finally(() => services.stop())
  return [...appended, { who: ZYRA, work: 'ingest, 200 connections', rate }]
}

const comparison = (results: readonly Result[]): string => {
  const rateOf = (who: string, work: Work): number => median(results.filter((one) => one.who === who && one.work === work).map(({ rate }) => rate))
  const who = [ZYRA, ...PEERS.map(({ title }) => title)]
  const width = Math.max(...who.map((name) => name.length))
  const rows = who.map((name) => [name.padEnd(width), ...WORKS.map((work) => {
    const [rate, ours] = [rateOf(name, work), rateOf(ZYRA, work)]
    return `${Math.round(rate).toLocaleString('en')}/s${name === ZYRA ? '        ' : ` (${(rate / ours).toFixed(2)} x)`}`.padStart(24)
  })].join('  '))
  return ['', [' '.repeat(width), ...WORKS.map((work) => work.padStart(24))].join('  '), ...rows, ''].join('\n')
}

const run = async (): Promise<void> => {
  const { quick, rounds, json, dir } = readOptions(process.argv.slice(2))
  const before = describeMachine(dir)
  process.stdout.write(machineInWords(before))
  const { say, done } = progress(process.stderr)
  const folder = join(tmpdir(), 'zyra-bench-peers')
  say(`installing the peers into ${folder}`)
  await installPeers(folder)
  const [results, ms]: [Result[], number] = [[], quick ? 1_500 : 5_000]
  const installation = await install(dir)
  try {
    for (let round = 1; round <= rounds; round += 1) {
      say(`round ${round} of ${rounds}: Zyra`)
      results.push(...await zyraResults(dir, installation, ms))
      say(`round ${round} of ${rounds}: the peers`)
      results.push(...await peerResults(folder, installation, ms))
    }
  } finally {
    await installation.stop()
  }
  done()
  process.stdout.write(`${comparison(results)}\n${afterwards(describeMachine(dir))}`)
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ quick, rounds, before, packages: PACKAGES, results }, null, 2)}\n`)
}

try {
  await run()
  process.exit(0)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
