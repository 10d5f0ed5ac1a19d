import type { Command } from 'commander'
import { z } from 'zod'
import { withExamples, withJson, type Tools } from '../base/declare.ts'
import { commonOptions, readOptions } from '../base/options.ts'

/** Declares `zyra doctor`. */
export const declareDoctor = (program: Command, { terminal, ends }: Tools): void => {
  const command = program
    .command('doctor')
    .summary('examine everything, and say what to do')
    .description(
      'Examines the machine, the servers, the services, the rows and what waits. Exit code 1 where something fails; warnings pass.',
    )
  withExamples(withJson(command), [['doctor', 'when something seems wrong']]).action((given: unknown) =>
    ends(async () => {
      const { runDoctor } = await import('./run.ts')
      return runDoctor(readOptions(z.strictObject(commonOptions), given), terminal)
    }),
  )
}
