/**
 * Something a person has to put right before a server can run: a port, a disk, a tool, a permission.
 * Its message is one clear sentence or two that say what was found and what to do; print it without a stack.
 */
export class ServerProblem extends Error {
  override readonly name = 'ServerProblem'
  /** `port-taken` when another port would do. */
  readonly code: 'port-taken' | undefined

  constructor(message: string, code?: 'port-taken') {
    super(message)
    this.code = code
  }
}

/** The code of a system error (`ENOENT`, `EACCES` ...), or undefined for anything else. */
export const errorCode = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** The message of whatever was thrown. */
export const messageOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error)
