import { mkdirSync, writeFileSync } from 'node:fs'
import { arch, cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import type { Figure } from './figure.ts'
import { fdatasyncRate, isInMemory } from './floors/disk.ts'
import { prepareLarge } from './large.ts'
import type { Measure, Tools } from './measure.ts'
import { append } from './measures/append.ts'
import { backlog } from './measures/backlog.ts'
import { ingest } from './measures/ingest.ts'
import { lag } from './measures/lag.ts'
import { memory } from './measures/memory.ts'
import { recovery } from './measures/recovery.ts'
import { replay } from './measures/replay.ts'
import { startUp } from './measures/start-up.ts'
import { progress } from './progress.ts'
import { table } from './table.ts'

/** Recovery comes last: it stops the servers of the large installation. */
const MEASURES: readonly Measure[] = [append, ingest, lag, startUp, backlog, replay, memory, recovery]

const HELP = `npm run bench -- [--only ${MEASURES.map(({ name }) => name).join(',')}] [--quick] [--rounds 3] [--json out.json] [--dir folder]`

const chosen = (only: string | undefined): readonly Measure[] => {
  if (only === undefined) return MEASURES
  const names = only.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !MEASURES.some((measure) => measure.name === name))
  if (unknown !== undefined) throw new Error(`--only: there is no measure "${unknown}"; there are ${MEASURES.map(({ name }) => name).join(', ')}.`)
  return MEASURES.filter(({ name }) => names.includes(name))
}

const options = () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' }, quick: { type: 'boolean', default: false }, rounds: { type: 'string' }, json: { type: 'string' }, dir: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const { only, quick, json, dir = tmpdir(), help } = values
  const rounds = Number(values.rounds ?? (quick ? 1 : 3))
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds: expected a whole number from 1 on, found "${values.rounds ?? ''}".`)
  return { measures: chosen(only), quick, rounds, json, dir, help }
}

const describeMachine = (dir: string) => {
  const [cpu] = cpus()
  return {
    processors: cpus().length, model: cpu?.model ?? 'unknown', arch: arch(), memoryMb: Math.round(totalmem() / 1e6), node: process.version,
    load: loadavg()[0] ?? NaN, fdatasyncPerSecond: Math.round(fdatasyncRate(dir, 1_000)),
  }
}

const run = async (): Promise<number> => {
  const { measures, quick, rounds, json, dir, help } = options()
  if (help) {
    process.stdout.write(`${HELP}\n`)
    return 0
  }
  mkdirSync(dir, { recursive: true })
  if (isInMemory(dir)) throw new Error(`${dir} lies in memory, where syncing costs nothing: name a folder on a disk with --dir.`)
  const before = describeMachine(dir)
  const { processors, model, memoryMb, node, load, fdatasyncPerSecond } = before
  const machine = `${processors} cores (${model}), ${(memoryMb / 1_000).toFixed(0)} GB, Node ${node}`
  process.stdout.write(`${machine}; fdatasync ${fdatasyncPerSecond.toLocaleString('en')}/s; load ${load.toFixed(1)} before the run\n\n`)
  if (load > processors / 2) process.stdout.write('The machine is busy with something else: compare ratios, and believe no absolute figure.\n\n')
  const { say, done } = progress(process.stderr)
  const large = prepareLarge({ dir, quick, say })
  const tools: Tools = { dir, rounds, quick, say, pick: (usual, short) => (quick ? short : usual), large: large.get }
  const figures: Figure[] = []
  try {
    for (const measure of measures) {
      const found = await measure.run(tools)
      figures.push(...found)
      done()
      process.stdout.write(`${table(found)}\n\n`)
    }
  } finally {
    await large.stop()
  }
  const after = describeMachine(dir)
  process.stdout.write(`fdatasync after the run ${after.fdatasyncPerSecond.toLocaleString('en')}/s; load ${after.load.toFixed(1)}\n`)
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ quick, rounds, before, after, figures }, null, 2)}\n`)
  return 0
}

try {
  process.exit(await run())
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
