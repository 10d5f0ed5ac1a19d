/** Exit codes, as documented in docs/reference/cli.md. */
export const EXIT = { ok: 0, problem: 1, usage: 2, unreachable: 3, interrupted: 130 } as const

/** What a command ends with. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Ends a command with one sentence on standard error. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly exitCode: ExitCode

  constructor(message: string, exitCode: ExitCode = EXIT.problem, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}

/** What was typed cannot be done: exit code 2. */
export const wrongUsage = (sentence: string): Failure => new Failure(sentence, EXIT.usage)

/** What the command needs does not answer: exit code 3. */
export const unreachable = (sentence: string): Failure => new Failure(sentence, EXIT.unreachable)

const UNREACHABLE: ReadonlySet<string> = new Set(['LogUnavailable', 'ServerProblem'])
const field = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined

/** The exit code of anything thrown. Libraries' errors are told by name, so that help does not have to load them. */
export const exitCodeOf = (error: unknown): ExitCode => {
  if (error instanceof Failure) return error.exitCode
  const name = String(field(error, 'name'))
  if (name === 'ConfigError') return EXIT.usage
  return UNREACHABLE.has(name) || field(error, 'transient') === true ? EXIT.unreachable : EXIT.problem
}

/** One sentence about anything thrown. */
export const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
