import type { Position } from './position.ts'
import { inWords } from './position.ts'

/** Postgres refused a statement or could not be reached. Carries neither the statement nor its values, so that it may be logged. */
export class PostgresError extends Error {
  override readonly name = 'PostgresError'
  /** True if the same call may succeed later without anybody changing anything in Zyra: wait and call again. */
  readonly transient: boolean
  /** SQLSTATE of Postgres (`53100`), or the system's error code (`ECONNREFUSED`). */
  readonly code: string

  constructor(message: string, code: string, transient: boolean) {
    super(message)
    this.code = code
    this.transient = transient
  }
}

/** A projection's handler threw, or answered what is no row. Nothing of its batch was written. */
export class ProjectionFailed extends Error {
  override readonly name = 'ProjectionFailed'
  readonly projection: string
  readonly eventId: string
  readonly eventType: string
  readonly position: Position

  constructor(projection: string, event: { readonly id: string; readonly type: string }, position: Position, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super(`Projection ${projection} failed at ${inWords(position)} on ${event.type} ${event.id}: ${reason}`, { cause })
    this.projection = projection
    this.eventId = event.id
    this.eventType = event.type
    this.position = position
  }
}

/** The rows are not where this reader of the log believes them to be: ask for `position()` and read the log again from there. */
export class PositionLost extends Error {
  override readonly name = 'PositionLost'
}

/** The rows were written by another version of the projection than the one at hand: rebuild them, or run the newer release. */
export class VersionMismatch extends Error {
  override readonly name = 'VersionMismatch'
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html: connection, resources, rollbacks by the server, shutdown, disk.
const transientClasses: ReadonlySet<string> = new Set(['08', '53', '40', '57', '58'])
const transientCodes: ReadonlySet<string> = new Set([
  '55P03', '25006', '25P03',
  'ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'ENOENT', 'EAI_AGAIN',
  'CONNECTION_LOST',
])
const neverTransient: ReadonlySet<string> = new Set(['57014', '57P04'])

const advice: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Postgres is not listening: start it, or correct DATABASE_URL',
  ENOENT: 'Postgres is not listening on its socket: start it, or correct DATABASE_URL',
  ENOTFOUND: 'the host of Postgres is unknown: correct DATABASE_URL',
  '28P01': 'Postgres refused the user or the password: correct DATABASE_URL',
  '28000': 'Postgres refused the user: correct DATABASE_URL',
  '3D000': 'the database does not exist: create it, or correct DATABASE_URL',
  '42501': 'the user of DATABASE_URL lacks a right: make it the owner of the database',
  '53100': 'the disk of Postgres is full: free some space',
  '53300': 'Postgres has no connection left: raise max_connections, or lower the pool size',
}

const field = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined

/** pg reports lost connections without a code. */
const codeOf = (error: unknown): string => {
  const code = field(error, 'code')
  if (typeof code === 'string') return code
  const message = String(field(error, 'message'))
  return /terminated|timeout|not queryable|released|connection/i.test(message) ? 'CONNECTION_LOST' : 'UNKNOWN'
}

/** Any failure of pg or TypeORM as a PostgresError; one that already is comes back as it is. */
export const asPostgresError = (error: unknown): PostgresError => {
  if (error instanceof PostgresError) return error
  const code = codeOf(error)
  const transient = !neverTransient.has(code) && (transientCodes.has(code) || (code.length === 5 && transientClasses.has(code.slice(0, 2))))
  const said = String(field(error, 'message') ?? error)
  return new PostgresError(`Postgres (${code}): ${[advice[code], said].filter(Boolean).join('; ')}`, code, transient)
}

/** True if the call that threw this may be made again as it was. */
export const isTransient = (error: unknown): boolean => error instanceof PostgresError && error.transient
