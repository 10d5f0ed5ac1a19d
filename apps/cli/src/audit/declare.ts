import type { Command } from 'commander'
import { withExamples, withJson, type Tools } from '../base/declare.ts'
import { readOptions } from '../base/options.ts'
import { exportOptions, sealOptions, verifyOptions } from './options.ts'

/** Declares `zyra audit verify`, `export` and `seal`. */
export const declareAudit = (program: Command, { terminal, ends }: Tools): void => {
  const audit = program.command('audit').summary('whether the log is as it was sealed, and proofs for others')
  withExamples(
    withJson(
      audit
        .command('verify')
        .summary('check the whole log against its seals')
        .description('Reads the whole log and its large bodies, and says whether all of it is as it was sealed; else, which event is the first that is not.')
        .option('--against <folder>', 'also compare the seals with these, a copy out of reach of this machine')
        .option('--key <hex...>', 'the public keys that may have signed; by default that of the first seal'),
    ),
    [
      ['audit verify', 'the log against the seals of this installation'],
      ['audit verify --against /media/stick/seals', 'also against the seals on a stick'],
    ],
  ).action((given: unknown) =>
    ends(async () => {
      const { runVerify } = await import('./verify.ts')
      return runVerify(readOptions(verifyOptions, given), terminal)
    }),
  )
  withExamples(
    withJson(
      audit
        .command('export')
        .summary('a proof of one action that anyone can check')
        .description(
          [
            'Writes a folder with every event of one action as it stands in the log, what proves that it was sealed, and a script that',
            'checks it without Zyra. What is personal stays encrypted.',
          ].join(' '),
        )
        .argument('<event>', "a sequence (1234), an event's or effect's id or how it begins, or a SKU (its last decision)")
        .option('--out <folder>', 'where to; by default zyra-proof-<sequence>')
        .option('--personal', 'add a file with the decrypted data, which is not proven'),
    ),
    [
      ['audit export 1234', 'everything that event 1234 is a part of'],
      ['audit export MUG-BLUE --out proof', "the last decision about an item's stock"],
    ],
  ).action((meant: string, given: unknown) =>
    ends(async () => {
      const { runExport } = await import('./export.ts')
      return runExport(meant, readOptions(exportOptions, given), terminal)
    }),
  )
  withExamples(
    withJson(
      audit
        .command('seal')
        .summary('seal now what is not sealed yet')
        .description('Seals the end of the log now, instead of when an hour or 10,000 events are over.'),
    ),
    [['audit seal', 'before an export, or before you pull the stick']],
  ).action((given: unknown) =>
    ends(async () => {
      const { runSeal } = await import('./seal.ts')
      return runSeal(readOptions(sealOptions, given), terminal)
    }),
  )
}
