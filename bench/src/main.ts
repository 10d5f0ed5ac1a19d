import { writeFileSync } from 'node:fs'
import type { Figure } from './figure.ts'
import { prepareLarge } from './large.ts'
import { afterwards, describeMachine, machineInWords } from './machine.ts'
import type { Measure, Tools } from './measure.ts'
import { append } from './measures/append.ts'
import { backlog } from './measures/backlog.ts'
import { ingest } from './measures/ingest.ts'
import { lag } from './measures/lag.ts'
import { memory } from './measures/memory.ts'
import { recovery } from './measures/recovery.ts'
import { replay } from './measures/replay.ts'
import { startUp } from './measures/start-up.ts'
import { readOptions } from './options.ts'
import { progress } from './progress.ts'
import { table } from './table.ts'

/** Recovery comes last: it stops the servers of the large installation. */
const MEASURES: readonly Measure[] = [append, ingest, lag, startUp, backlog, replay, memory, recovery]
const NAMES = MEASURES.map(({ name }) => name)

const HELP = `npm run bench -- [--only ${NAMES.join(',')}] [--quick] [--rounds 3] [--json out.json] [--dir folder]\n`

const chosen = (only: readonly string[] | undefined): readonly Measure[] => {
  const unknown = only?.find((name) => !NAMES.includes(name))
  if (unknown !== undefined) throw new Error(`--only: there is no measure "${unknown}"; there are ${NAMES.join(', ')}.`)
  return MEASURES.filter(({ name }) => only?.includes(name) ?? true)
}

const run = async (): Promise<number> => {
  const { only, quick, rounds, json, dir, help } = readOptions(process.argv.slice(2))
  const measures = chosen(only)
  if (help) {
    process.stdout.write(HELP)
    return 0
  }
  const before = describeMachine(dir)
  process.stdout.write(`${machineInWords(before)}\n`)
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
  process.stdout.write(afterwards(after))
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ quick, rounds, before, after, figures }, null, 2)}\n`)
  return 0
}

try {
  process.exit(await run())
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
