import { readBacklog } from './backlog.ts'
import type { FollowTools } from './follow.ts'
import { headersOf } from './headers.ts'
import { askLeader } from './leader.ts'
import { LogUnavailable, type AppendRequest } from './log.ts'
import type { SealedHeads } from './sealed-heads.ts'
import type { Chain, Segment } from './segments.ts'
import { DUPLICATE_WINDOW_MS } from './streams.ts'

/**
 * What the sealed segments say about an append to the newest. `known`: an event of this id is in one of them, within the duplicate window.
 * `outdated`: the subject ends there elsewhere than expected. `new`: nothing stands against it.
 */
export type SeamVerdict = 'new' | 'known' | 'outdated'

/** The server knows ids and last sequences per stream only: this is what it cannot know. */
export interface Seam {
  /** @throws LogUnavailable, LogRefused */
  readonly judge: (chain: Chain, request: AppendRequest) => Promise<SeamVerdict>
}

/** What looking over the seam needs. */
export interface SeamOptions extends FollowTools {
  readonly heads: SealedHeads
}

const serviceIn = (subject: string): string => subject.split('.')[2] ?? ''

/** Sealed segments that may hold what came after a time. A segment takes nothing any more once the next one is made. */
const segmentsSince = ({ segments, newest }: Chain, time: number): readonly Segment[] =>
  segments.filter((segment, index) => segment !== newest && Date.parse(segments[index + 1]?.madeAt ?? newest.madeAt) > time)

/** @throws LogUnavailable where the replica that answers lags: ids that it does not know of would count as new */
const addIds = async (tools: FollowTools, ids: Set<string>, { stream, replicas }: Segment, service: string, fromTime: string): Promise<void> => {
  const filter = `zyra.*.${service}.>`
  const newest = replicas === 1 ? undefined : await askLeader(tools).newest(stream, filter)
  let read = 0
  for await (const arrived of readBacklog({ ...tools, stream, filters: [filter], start: { fromTime }, headersOnly: true })) {
    for (const { message } of arrived) ids.add(headersOf(message).values.get('Nats-Msg-Id') ?? '')
    read = arrived.at(-1)?.position.sequence ?? read
  }
  if (newest === undefined || read >= newest.sequence || Date.parse(newest.time) < Date.parse(fromTime)) return
  throw new LogUnavailable(`reading the ids of ${stream}: the replica that answers is behind the leader; it is safe to try again`)
}

/**
 * For the length of the duplicate window after a segment was sealed, its newest ids are held in memory, those of a service from its first
 * append on: a service appends under its own name only, so what it repeats stands there too.
 */
export const createSeam = ({ heads, ...tools }: SeamOptions): Seam => {
  let ofSegment = 0
  const idsByService = new Map<string, Promise<ReadonlySet<string>>>()

  const readIds = async (chain: Chain, service: string): Promise<ReadonlySet<string>> => {
    const since = Date.parse(chain.newest.madeAt) - DUPLICATE_WINDOW_MS
    const ids = new Set<string>()
    for (const segment of segmentsSince(chain, since)) await addIds(tools, ids, segment, service, new Date(since).toISOString())
    return ids
  }

  const idsOf = async (chain: Chain, service: string): Promise<ReadonlySet<string>> => {
    if (ofSegment !== chain.newest.number) idsByService.clear()
    ofSegment = chain.newest.number
    const reading = idsByService.get(service) ?? readIds(chain, service)
    idsByService.set(service, reading)
    return reading.catch((error: unknown) => {
      if (idsByService.get(service) === reading) idsByService.delete(service)
      throw error
    })
  }

  const isKnown = async (chain: Chain, { subject, events }: AppendRequest): Promise<boolean> => {
    if (performance.now() > chain.newest.idsCountUntil) {
      idsByService.clear()
      return false
    }
    const ids = await idsOf(chain, serviceIn(subject))
    return events.some(({ envelope }) => ids.has(envelope.id))
  }

  return {
    judge: async (chain, request) => {
      const { subject, expectedSequence = Infinity } = request
      if (await isKnown(chain, request)) return 'known'
      if (expectedSequence >= chain.newest.first) return 'new'
      return (await heads.of(chain, subject)) === expectedSequence ? 'new' : 'outdated'
    },
  }
}
