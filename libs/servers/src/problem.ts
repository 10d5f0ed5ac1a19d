/**
 * Something a person has to put right before a server can run: a port, a disk, a tool, a permission.
 * Its message is one clear sentence or two that say what was found and what to do; print it without a stack.
 */
export class ServerProblem extends Error {
  override readonly name = 'ServerProblem'

  /** @param code `port-taken` when another port would do; nothing otherwise */
  constructor(message: string, readonly code?: 'port-taken') {
    super(message)
  }
}

/** The code of a system error (`ENOENT`, `EACCES` ...), or undefined for anything else. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
