import { askApi, errorCodes } from './ask.ts'
import type { Connection } from './link.ts'
import { LogRefused } from './log.ts'
import { LOG_STREAM, LOG_SUBJECTS, segmentStream } from './streams.ts'

/** One stretch of the log, in a stream of its own. Sequences run on from one to the next. */
export interface Segment {
  /** From 1. */
  readonly number: number
  readonly stream: string
  /** `open` takes events, `closing` no more, `sealed` is as it will be for ever. */
  readonly state: 'open' | 'closing' | 'sealed'
  /** The sequence of its first event, or the one that its first event will have. */
  readonly first: number
  /** The sequence of its last event; Infinity while that may change. */
  readonly last: number
  readonly epoch: number
  /** How many nodes keep it. */
  readonly replicas: number
  /** Monotonic time up to which ids of the segment before it count as known, in ms. */
  readonly idsCountUntil: number
  /** When it was made, ISO 8601, by the server's clock. */
  readonly madeAt: string
}

/** All segments, oldest first, the newest being the only one that may not be sealed. The same object for as long as nothing changes. */
export interface Chain {
  readonly segments: readonly Segment[]
  readonly newest: Segment
}

/** What a stream is, as the server tells it. */
export interface StreamFacts {
  readonly config: {
    readonly name: string
    readonly subjects?: readonly string[]
    readonly sealed?: boolean
    readonly first_seq?: number
    readonly num_replicas: number
    readonly duplicate_window?: number
    readonly metadata?: Readonly<Record<string, string>>
  }
  readonly state: { readonly messages: number; readonly bytes: number; readonly first_seq: number; readonly last_seq: number }
  /** Undefined on a single server. `active`: since when the leader has not heard of it, in ns. */
  readonly cluster?: {
    readonly leader?: string
    readonly replicas?: readonly { readonly name: string; readonly current: boolean; readonly offline?: boolean; readonly active: number }[]
  }
  readonly created: string
  readonly ts: string
}

/** @returns undefined where there is no such stream */
export const streamFacts = async (connection: Connection, stream: string): Promise<StreamFacts | undefined> => {
  const answer = await askApi<StreamFacts>(connection, `STREAM.INFO.${stream}`, undefined, [errorCodes.streamNotFound])
  return answer.error === undefined ? answer : undefined
}

const stateOf = ({ config }: StreamFacts): Segment['state'] => {
  if (config.sealed === true) return 'sealed'
  return config.subjects?.includes(LOG_SUBJECTS) === true ? 'open' : 'closing'
}

/** @throws LogRefused for a stream that is no segment of this log, or does not go on where the one before it ends */
export const toSegment = (facts: StreamFacts, number: number, before: Segment | undefined): Segment => {
  const { config, state, created, ts } = facts
  const epoch = Number(config.metadata?.['zyra.epoch'])
  if (!Number.isInteger(epoch) || epoch < 1) throw new LogRefused(`stream ${config.name} does not say its epoch (metadata zyra.epoch): it was not made by Zyra`)
  const first = Math.max(1, config.first_seq ?? 1)
  if (before !== undefined && first !== before.last + 1) {
    throw new LogRefused(`stream ${config.name} begins with sequence ${first}, but ${before.stream} ends with ${before.last}: they are not of the same log`)
  }
  const windowMs = (config.duplicate_window ?? 0) / 1e6
  const own = stateOf(facts)
  return {
    number, epoch, first,
    stream: config.name,
    state: own,
    replicas: config.num_replicas,
    last: own === 'sealed' ? state.last_seq : Infinity,
    idsCountUntil: performance.now() + windowMs - (Date.parse(ts) - Date.parse(created)),
    madeAt: created,
  }
}

/** What is known of the segments, kept up to date. */
export interface Segments {
  /** As they were when somebody last looked, if ever. */
  readonly lastSeen: () => Chain | undefined
  /** As they were less than {@link FRESH_MS} ago. */
  readonly current: () => Promise<Chain>
  /** As they are, with the sequence of the log's last event. */
  readonly look: () => Promise<{ readonly chain: Chain; readonly lastSequence: number }>
  /**
   * Answers what was read once it is sure that the log had no further segment meanwhile. A new one takes its first event so long after the
   * one before it was closed that nobody who looks as often as this does can have missed it.
   */
  readonly read: <Answer>(from: (chain: Chain) => Promise<Answer>) => Promise<Answer>
  /** Calls back soon after the segments are no longer these, until the answered function is called. */
  readonly onChange: (chain: Chain, listener: () => void) => () => void
}

/** How long what is known counts without looking again. */
export const FRESH_MS = 1_000
/** How long after a segment was closed the next one is made. */
export const HANDOVER_MS = 2 * FRESH_MS

const LOOK_EVERY_MS = FRESH_MS / 2

const isSame = (one: Chain, other: Chain): boolean => one.newest.number === other.newest.number && one.newest.state === other.newest.state

/** Watches the segments of the log. Every function throws LogUnavailable, LogRefused. */
export const watchSegments = ({ nc, link }: Connection): Segments => {
  const connection = { nc, link }
  const listeners = new Set<() => void>()
  let known: Chain | undefined
  let confirmedAt = -Infinity
  let looking: Promise<Chain> | undefined
  let timer: NodeJS.Timeout | undefined

  const keep = (found: Chain, askedAt: number): Chain => {
    if (known !== undefined && (askedAt < confirmedAt || isSame(known, found))) {
      confirmedAt = Math.max(confirmedAt, askedAt)
      return known
    }
    confirmedAt = askedAt
    known = found
    for (const listener of [...listeners]) listener()
    return found
  }

  const look: Segments['look'] = async () => {
    const segments: Segment[] = known?.segments.filter(({ state }) => state === 'sealed') ?? []
    for (;;) {
      const askedAt = performance.now()
      const before = segments.at(-1)
      const number = segments.length + 1
      const facts = await streamFacts(connection, segmentStream(number))
      if (facts === undefined && before === undefined) throw new LogRefused(`there is no stream ${LOG_STREAM}: start the installation once, which makes it`)
      const segment = facts === undefined ? undefined : toSegment(facts, number, before)
      if (segment !== undefined) segments.push(segment)
      const newest = segments.at(-1)
      if (newest === undefined || (segment !== undefined && segment.state === 'sealed')) continue
      return { chain: keep({ segments, newest }, askedAt), lastSequence: facts?.state.last_seq ?? newest.last }
    }
  }

  const refresh = (): Promise<Chain> => {
    looking ??= look().then(({ chain }) => chain).finally(() => {
      looking = undefined
    })
    return looking
  }
  /** Where no segment takes events, the next one may be made at any moment. */
  const fresh = (): Chain | undefined => (known?.newest.state === 'open' && performance.now() - confirmedAt < FRESH_MS ? known : undefined)
  const current = async (): Promise<Chain> => fresh() ?? refresh()

  const watch = (): void => {
    timer ??= setInterval(() => void (link.connected() ? refresh().catch(() => undefined) : undefined), LOOK_EVERY_MS)
  }
  void nc.closed().then(() => clearInterval(timer))

  return {
    lastSeen: () => known,
    current,
    look,
    read: async (from) => {
      let chain = await current()
      for (;;) {
        const answer = await from(chain)
        // A look that was under way already would tell of a time before the answer.
        const after = fresh() ?? (await look()).chain
        if (after === chain) return answer
        chain = after
      }
    },
    onChange: (chain, listener) => {
      listeners.add(listener)
      if (known !== undefined && known !== chain) listener()
      if (!nc.isClosed()) watch()
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
  }
}
