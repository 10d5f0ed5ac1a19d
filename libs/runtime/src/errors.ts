/** What a failure says about the outside. */
export interface FailureOptions {
  /** How long the other side asked to be left alone, in ms. */
  readonly retryAfterMs?: number | undefined
  /** False where it is certain that nothing happened outside; true where it may have. */
  readonly mayHaveHappened?: boolean
  readonly cause?: unknown
}

/** Thrown by ports and by the gate for what will pass by itself: the lane waits and tries again, and is not parked for it. */
export class Transient extends Error {
  override readonly name = 'Transient'
  /** How long the other side asked to be left alone, in ms. */
  readonly retryAfterMs: number | undefined
  /** False where it is certain that nothing happened outside; true where it may have. */
  readonly mayHaveHappened: boolean

  constructor(message: string, { retryAfterMs, mayHaveHappened = true, cause }: FailureOptions = {}) {
    super(message, { cause })
    this.retryAfterMs = retryAfterMs
    this.mayHaveHappened = mayHaveHappened
  }
}

/** The gate let nothing through: everything is stopped, or autopilot is paused. Not tried again; the outcome says so. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
  /** True where calls had been let through before: the effect may have happened in part. */
  readonly mayHaveHappened: boolean

  constructor(message: string, { mayHaveHappened = false }: Pick<FailureOptions, 'mayHaveHappened'> = {}) {
    super(message)
    this.mayHaveHappened = mayHaveHappened
  }
}

/** A call that may never be made: without a permit, or from a sandbox merchant to a live address. A defect, not a state. */
export class Forbidden extends Error {
  override readonly name = 'Forbidden'
}

/** What went wrong, in one line and without a stack. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
