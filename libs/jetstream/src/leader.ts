import { setTimeout as delay } from 'node:timers/promises'
import { askApi, errorCodes } from './ask.ts'
import type { Connection } from './link.ts'
import { LogUnavailable } from './log.ts'

/** What the leader of the log's stream says, where any replica may answer a read. */
export interface Leader {
  /** The sequence of the newest event of subjects that match, 0 where there is none. */
  readonly lastOf: (stream: string, filters: readonly string[]) => Promise<number>
  /** Whether an event of this sequence is in the log. */
  readonly has: (stream: string, sequence: number) => Promise<boolean>
}

interface Found {
  readonly message?: { readonly seq: number }
}

/** Asks the leader: unlike direct gets, this request is answered by nobody else (nats-server's `jetstream_api.go`). */
export const askLeader = (connection: Connection): Leader => {
  const find = async (stream: string, query: object): Promise<number> => {
    const answer = await askApi<Found>(connection, `STREAM.MSG.GET.${stream}`, query, [errorCodes.noMessageFound])
    return answer.message?.seq ?? 0
  }
  return {
    lastOf: async (stream, filters) => Math.max(0, ...(await Promise.all(filters.map((filter) => find(stream, { last_by_subj: filter }))))),
    has: async (stream, sequence) => (await find(stream, { seq: sequence })) === sequence,
  }
}

interface StreamInfo {
  readonly config: { readonly num_replicas: number }
  readonly cluster?: { readonly leader?: string }
}

const infoOf = (connection: Connection, stream: string): Promise<StreamInfo> => askApi<StreamInfo>(connection, `STREAM.INFO.${stream}`, undefined)

/** True where the log has replicas, so that a direct get may be answered by one that is behind. */
export const hasReplicas = async (connection: Connection, stream: string): Promise<boolean> => (await infoOf(connection, stream)).config.num_replicas > 1

/** The node that leads the log; undefined on a single server, and while one is being elected. @throws LogUnavailable */
export const leaderOf = async (connection: Connection, stream: string): Promise<string | undefined> => (await infoOf(connection, stream)).cluster?.leader

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
