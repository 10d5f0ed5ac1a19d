import { setTimeout as delay } from 'node:timers/promises'
import { askApi, errorCodes } from './ask.ts'
import { directGet } from './direct-get.ts'
import type { Connection } from './link.ts'
import { HANDOVER_MS, streamFacts, toSegment, type Segment, type StreamFacts } from './segments.ts'
import { LOG_SUBJECTS, segmentStream } from './streams.ts'

/** A segment together with all that the server says of its stream. */
interface Newest {
  readonly segment: Segment
  readonly facts: StreamFacts
}

const newestOf = async (connection: Connection): Promise<Newest | undefined> => {
  let newest: Newest | undefined
  for (let number = 1; ; number += 1) {
    const facts = await streamFacts(connection, segmentStream(number))
    if (facts === undefined) return newest
    newest = { facts, segment: toSegment(facts, number, newest?.segment) }
  }
}

/**
 * No two streams may share subjects: the segment gives up its own. Its events keep theirs, and are found by them as before.
 * Without effect where another process sealed it already.
 */
export const closeSegment = async (connection: Connection, { facts: { config } }: Newest): Promise<void> => {
  await askApi(connection, `STREAM.UPDATE.${config.name}`, { ...config, subjects: [`sealed.${config.name}.>`] }, [errorCodes.cannotUnseal])
}

/** From now on the server refuses every change of what is stored. */
export const sealClosed = async (connection: Connection, { facts: { config } }: Newest): Promise<void> => {
  await askApi(connection, `STREAM.UPDATE.${config.name}`, { ...config, sealed: true })
}

const ownMetadata = ({ metadata = {} }: StreamFacts['config']) => Object.fromEntries(Object.entries(metadata).filter(([name]) => !name.startsWith('_nats.')))

/** The next segment is as the one before it, and its first event has the next sequence. */
export const openNext = async (connection: Connection, { segment, facts: { config } }: Newest): Promise<void> => {
  const name = segmentStream(segment.number + 1)
  const next = { ...config, name, subjects: [LOG_SUBJECTS], sealed: false, first_seq: segment.last + 1, metadata: ownMetadata(config) }
  await askApi(connection, `STREAM.CREATE.${name}`, next)
}

/**
 * Goes on from wherever sealing was left. Between closing a segment and opening the next one passes {@link HANDOVER_MS}: what was on its way
 * lands, and whoever reads learns that the newest segment is no longer the newest. Two processes at once do no harm: each step names the
 * segment that it is about, and is the same for both.
 */
export const finishSealing = async (connection: Connection): Promise<void> => {
  const found = await newestOf(connection)
  if (found === undefined || found.segment.state === 'open') return
  await delay(HANDOVER_MS)
  if (found.segment.state === 'closing') await sealClosed(connection, found)
  const sealed = await newestOf(connection)
  if (sealed?.segment.state === 'sealed') await openNext(connection, sealed)
}

const seal = async (connection: Connection, found: Newest): Promise<void> => {
  if (found.segment.state === 'open') await closeSegment(connection, found)
  await finishSealing(connection)
}

/** Seals this segment. Answers false where there is nothing to do: it is empty, or not the newest. */
export const sealSegment = async (connection: Connection, number: number): Promise<boolean> => {
  const found = await newestOf(connection)
  if (found?.segment.number !== number || (found.segment.state === 'open' && found.facts.state.messages === 0)) return false
  await seal(connection, found)
  return true
}

/** Seals the open segment if its events span more than so many milliseconds by their own times. Answers whether it was. */
export const sealIfItSpans = async (connection: Connection, ms: number): Promise<boolean> => {
  const found = await newestOf(connection)
  if (found?.segment.state !== 'open' || found.facts.state.messages === 0) return false
  const at = async (sequence: number): Promise<number | undefined> => {
    const { events: [event] } = await directGet(connection, found.segment.stream, { seq: sequence, batch: 1 })
    return event === undefined ? undefined : Date.parse(event.envelope.time)
  }
  const [first, last] = [await at(found.segment.first), await at(found.facts.state.last_seq)]
  if (first === undefined || last === undefined || last - first <= ms) return false
  await seal(connection, found)
  return true
}
