import { compare, discardRebuilt, type Comparison } from '@zyra/postgres'
import { z } from 'zod'
import { EXIT, wrongUsage, type ExitCode } from '../base/failure.ts'
import { commonOptions } from '../base/options.ts'
import { withReading, type Reading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import { allProjections, rebuildBeside, type Owned } from '../rebuild/projections.ts'
import { duration } from '../text/time.ts'
import { thousands } from '../text/words.ts'
import { verifyAllDecisions } from './decisions.ts'
import { decisionsLines, rowsLines } from './view.ts'

/** The options of `zyra replay`, as typed. */
export const replayOptions = z.strictObject({ ...commonOptions, verify: z.boolean().default(false) })

const compareRows = async (reading: Reading, owned: Owned, terminal: Terminal): Promise<Comparison> => {
  const db = await reading.database()
  try {
    await rebuildBeside(reading, db, owned, terminal)
    terminal.progress(`Comparing the rows of ${owned.projection.name} ...`)
    return await compare(db, owned.projection)
  } finally {
    await discardRebuilt(db, owned.projection)
  }
}

/** `zyra replay --verify` */
export const runReplay = ({ verify, json }: z.infer<typeof replayOptions>, terminal: Terminal): Promise<ExitCode> => {
  if (!verify)
    throw wrongUsage(
      'A replay changes nothing, it only compares: say "npx zyra replay --verify". To write rows anew, say "npx zyra rebuild".',
    )
  return withReading(async (reading) => {
    const { out, progress, paint, width, interrupted } = terminal
    const from = performance.now()
    let different = 0
    const tell = (isSame: boolean, report: object, lines: readonly string[]): void => {
      different += isSame ? 0 : 1
      out(...(json ? [JSON.stringify(report)] : lines))
    }
    if (!json) out('Rows, folded again from the first event and laid beside the live ones:')
    for (const owned of allProjections()) {
      const comparison = await compareRows(reading, owned, terminal)
      tell(
        comparison.identical,
        { kind: 'rows', projection: owned.projection.name, ...comparison },
        rowsLines(owned.projection.name, comparison, { paint, width }),
      )
    }
    if (!json) out('', 'Decisions, taken again from their recorded commands on the state of then:')
    const to = await reading.log.lastSequence()
    const onProgress = (sequence: number): void => progress(`Deciding again: #${thousands(sequence)} of #${thousands(to)}`)
    for await (const report of verifyAllDecisions({
      log: reading.log,
      codec: await reading.whole(),
      to,
      signal: interrupted,
      onProgress,
    })) {
      tell(report.different === 0, { kind: 'decisions', ...report }, decisionsLines(report, { paint, width }))
    }
    if (interrupted.aborted) return EXIT.interrupted
    if (!json)
      out(
        '',
        different === 0
          ? `The log up to #${thousands(to)} explains everything (${duration(performance.now() - from)}).`
          : paint('red', 'There are differences: a rule or a projection answers otherwise than it did then, or rows were changed by hand.'),
      )
    return different === 0 ? EXIT.ok : EXIT.problem
  })
}
