import type { Command } from 'commander'
import type { ExitCode } from './failure.ts'
import type { Terminal } from './terminal.ts'

/** What a command needs to be declared: the terminal, and where its exit code goes. */
export interface Tools {
  readonly terminal: Terminal
  /** Runs the work of a command and keeps its exit code. */
  readonly ends: (work: () => Promise<ExitCode>) => Promise<void>
}

/** Examples under a command's help: what to type, and what it is for. */
export const withExamples = (command: Command, examples: readonly (readonly [typed: string, meaning: string])[]): Command => {
  const widest = Math.max(...examples.map(([typed]) => typed.length))
  const lines = examples.map(([typed, meaning]) => `  npx zyra ${typed.padEnd(widest)}  ${meaning}`)
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
}

/** The option of every command that shows something. */
export const withJson = (command: Command): Command => command.option('--json', 'print JSON, for programs')
