import { CommanderError } from 'commander'
import { EXIT, exitCodeOf, sentenceOf, type ExitCode } from './base/failure.ts'
import type { Terminal } from './base/terminal.ts'
import { buildProgram } from './program.ts'

/**
 * Runs one command line, without `node` and the script's name.
 * @returns the exit code; what went wrong stands on standard error by then
 */
export const runZyra = async (typed: readonly string[], terminal: Terminal): Promise<ExitCode> => {
  let code: ExitCode = EXIT.ok
  const program = buildProgram({
    terminal,
    ends: async (work) => {
      code = await work()
    },
  })
  try {
    if (typed.length === 0) program.outputHelp()
    else await program.parseAsync([...typed], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    terminal.err(...sentenceOf(error).split('\n'))
    return exitCodeOf(error)
  } finally {
    terminal.progress('')
  }
}
