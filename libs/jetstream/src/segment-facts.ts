import { directGet } from './direct-get.ts'
import type { Connection } from './link.ts'
import { streamFacts, type Chain, type Segment } from './segments.ts'

/** A segment as people look at it. */
export interface SegmentFacts extends Pick<Segment, 'number' | 'stream' | 'state' | 'epoch'> {
  readonly events: number
  /** On disk, compressed. */
  readonly bytes: number
  /** Sequences of its first and last event, with their times as the events say, ISO 8601; undefined while it is empty. */
  readonly first: { readonly sequence: number; readonly time: string } | undefined
  readonly last: { readonly sequence: number; readonly time: string } | undefined
}

const eventAt = async (connection: Connection, stream: string, sequence: number): Promise<SegmentFacts['first']> => {
  const { events: [event] } = await directGet(connection, stream, { seq: Math.max(1, sequence), batch: 1 })
  return event === undefined ? undefined : { sequence: event.sequence, time: event.envelope.time }
}

/** @throws LogUnavailable, LogRefused */
export const describeSegments = (connection: Connection, { segments }: Chain): Promise<readonly SegmentFacts[]> =>
  Promise.all(
    segments.map(async ({ number, stream, state, epoch }) => {
      const facts = await streamFacts(connection, stream)
      const { messages: events = 0, bytes = 0, first_seq: from = 0, last_seq: to = 0 } = facts?.state ?? {}
      const [first, last] = events === 0 ? [] : await Promise.all([eventAt(connection, stream, from), eventAt(connection, stream, to)])
      return { number, stream, state, epoch, events, bytes, first, last }
    }),
  )
