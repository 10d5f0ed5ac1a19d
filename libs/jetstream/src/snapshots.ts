import { ask, passes, type ApiError } from './ask.ts'
import { headersOf } from './headers.ts'
import type { Connection } from './link.ts'
import { LogRefused, LogUnavailable } from './log.ts'
import { SNAPSHOT_STREAM } from './streams.ts'

/** Stored states of long aggregates, the newest of each. They are a shortcut and nothing else: any of them may be gone at any time. */
export interface Snapshots {
  /** The newest one of a subject of the log, or undefined. @throws LogUnavailable, LogRefused, SyntaxError for what is not JSON */
  readonly get: (subject: string) => Promise<unknown>
  /** Replaces the one before. @throws LogUnavailable, LogRefused */
  readonly put: (subject: string, snapshot: unknown) => Promise<void>
}

/** Loading in full is always possible, so nobody waits long for a shortcut. */
const TIMEOUT_MS = 1_000
const NOT_FOUND = 404

/** The subject of the log without its first token, under a name of the snapshots' own. */
const subjectOf = (subject: string): string => `snapshots.${subject.split('.').slice(1).join('.')}`

/** Snapshots live in a stream of their own: the log holds facts only, and these may be thrown away. */
export const createSnapshots = (connection: Connection): Snapshots => ({
  get: async (subject) => {
    const what = 'reading a snapshot'
    // Asked for in the request's own subject, which permissions see: each service reads its own.
    const answer = await ask(connection, `$JS.API.DIRECT.GET.${SNAPSHOT_STREAM}.${subjectOf(subject)}`, '', { what, timeoutMs: TIMEOUT_MS })
    const { code, description } = headersOf(answer)
    if (code === NOT_FOUND) return undefined
    if (code !== 0) throw new LogUnavailable(`${what}: the server answers ${code} ${description}`)
    return answer.json()
  },
  put: async (subject, snapshot) => {
    const what = 'storing a snapshot'
    const answer = await ask(connection, subjectOf(subject), JSON.stringify(snapshot), { what, timeoutMs: TIMEOUT_MS })
    const { error } = answer.json<{ readonly error?: ApiError }>()
    if (error === undefined) return
    const sentence = `${what}: the server refuses with "${error.description}" (${error.err_code ?? error.code})`
    throw passes(error) ? new LogUnavailable(sentence) : new LogRefused(sentence)
  },
})
