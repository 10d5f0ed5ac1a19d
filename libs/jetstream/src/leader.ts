import { setTimeout as delay } from 'node:timers/promises'
import { askApi, errorCodes } from './ask.ts'
import type { Connection } from './link.ts'
import { LogUnavailable } from './log.ts'
import { streamFacts } from './segments.ts'

/** What the leader of the log's stream says, where any replica may answer a read. */
export interface Leader {
  /** The sequence of the newest event of subjects that match, 0 where there is none. */
  readonly lastOf: (stream: string, filters: readonly string[]) => Promise<number>
  /** The newest event of subjects that match, and when the server took it, ISO 8601; undefined where there is none. */
  readonly newest: (stream: string, filter: string) => Promise<{ readonly sequence: number; readonly time: string } | undefined>
  /** Whether an event of this sequence is in the log. */
  readonly has: (stream: string, sequence: number) => Promise<boolean>
}

interface Found {
  readonly message?: { readonly seq: number; readonly time: string }
}

/** Asks the leader: unlike direct gets, this request is answered by nobody else (nats-server's `jetstream_api.go`). */
export const askLeader = (connection: Connection): Leader => {
  const find = async (stream: string, query: object) =>
    (await askApi<Found>(connection, `STREAM.MSG.GET.${stream}`, query, [errorCodes.noMessageFound])).message
  const newest: Leader['newest'] = async (stream, filter) => {
    const message = await find(stream, { last_by_subj: filter })
    return message === undefined ? undefined : { sequence: message.seq, time: message.time }
  }
  return {
    lastOf: async (stream, filters) => {
      const found = await Promise.all(filters.map((filter) => newest(stream, filter)))
      return Math.max(0, ...found.map((event) => event?.sequence ?? 0))
    },
    newest,
    has: async (stream, sequence) => (await find(stream, { seq: sequence }))?.seq === sequence,
  }
}

/** The node that leads the log; undefined on a single server, and while one is being elected. @throws LogUnavailable */
export const leaderOf = async (connection: Connection, stream: string): Promise<string | undefined> => (await streamFacts(connection, stream))?.cluster?.leader

/** How a read is held to what the leader has. */
export interface ConfirmOptions<Read, Known> {
  readonly read: () => Promise<Read>
  /** What the leader has; asked while the read is under way, so that it knows at least what was acknowledged before. */
  readonly known: () => Promise<Known>
  /** True where the read shows all of it. */
  readonly shows: (read: Read, known: Known) => boolean
  readonly pause?: (ms: number) => Promise<unknown>
}

const PAUSES_MS: readonly number[] = [2, 5, 10, 20, 50, 100, 200, 400, 800]

/**
 * Reads until what was read shows what the leader has.
 * @throws LogUnavailable where the replicas that answer stay behind; what reading or asking throws
 */
export const confirmed = async <Read, Known>({ read, known, shows, pause = delay }: ConfirmOptions<Read, Known>): Promise<Read> => {
  for (const ms of [...PAUSES_MS, undefined]) {
    const [found, has] = await Promise.all([read(), known()])
    if (shows(found, has)) return found
    if (ms !== undefined) await pause(ms)
  }
  throw new LogUnavailable('reading the log: the replica that answers is behind the leader; it is safe to try again')
}
