import { setTimeout as delay } from 'node:timers/promises'
import { askApi, errorCodes } from './ask.ts'
import { directGet } from './direct-get.ts'
import type { Connection } from './link.ts'
import { LogUnavailable } from './log.ts'
import { waitForNodes } from './nodes.ts'
import { HANDOVER_MS, streamFacts, toSegment, type Segment, type StreamFacts } from './segments.ts'
import { LOG_SUBJECTS, segmentStream } from './streams.ts'

/** A segment together with all that the server says of its stream. */
interface Newest {
  readonly segment: Segment
  readonly facts: StreamFacts
}

/** How long is waited for the nodes before a segment is closed, and once appends wait for the next one, in ms. */
const NODES_READY_MS = 3_000
const NODES_BACK_MS = 30_000
const NODES_LOOK_MS = 200

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

/** The next segment is as the one before it, and its first event has the next sequence. Answers false while the cluster has too few nodes for it. */
export const openNext = async (connection: Connection, { segment, facts: { config } }: Newest): Promise<boolean> => {
  const name = segmentStream(segment.number + 1)
  const next = { ...config, name, subjects: [LOG_SUBJECTS], sealed: false, first_seq: segment.last + 1, metadata: ownMetadata(config) }
  const { error } = await askApi(connection, `STREAM.CREATE.${name}`, next, config.num_replicas === 1 ? [] : [errorCodes.noPeers])
  return error === undefined
}

/**
 * A node that misses how a segment gave up its subjects cannot make the next one when it returns, and the cluster then deletes that one
 * everywhere (nats-server 2.15.1): all nodes must be there.
 */
const requireNodes = async (connection: Connection, { facts }: Newest, withinMs: number, what: string): Promise<void> => {
  const missing = await waitForNodes(connection, facts, withinMs)
  if (missing !== undefined) throw new LogUnavailable(`${what}: ${missing}. Sealing needs all ${facts.config.num_replicas} nodes to be up`)
}

/** The leader of all streams learns a little later than a stream's own leader that a node is back. */
const openNextOnAll = async (connection: Connection, { segment, facts }: Newest): Promise<void> => {
  const deadline = performance.now() + NODES_BACK_MS
  const what = `${segment.stream} is sealed and appends wait, until the next segment is opened by sealing again or by a start`
  for (let now: Newest = { segment, facts }; ; now = { segment, facts: (await streamFacts(connection, segment.stream)) ?? facts }) {
    await requireNodes(connection, now, deadline - performance.now(), what)
    if (await openNext(connection, now)) return
    if (performance.now() > deadline) throw new LogUnavailable(`${what}: the cluster does not have its ${segment.replicas} nodes together yet`)
    await delay(NODES_LOOK_MS)
  }
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
  if (sealed?.segment.state !== 'sealed') return
  const { stream, number, replicas } = sealed.segment
  await openNextOnAll(connection, sealed)
  const opened = replicas === 1 ? undefined : await newestOf(connection)
  if (opened?.segment.number !== number + 1) return
  await requireNodes(connection, opened, NODES_BACK_MS, `${stream} is sealed and ${opened.segment.stream} is open, but not safe before all nodes have it`)
}

const seal = async (connection: Connection, found: Newest): Promise<void> => {
  if (found.segment.state === 'open') {
    await requireNodes(connection, found, NODES_READY_MS, `${found.segment.stream} is not sealed and nothing was changed`)
    await closeSegment(connection, found)
  }
  await finishSealing(connection)
}

/** Seals this segment. Answers false where there is nothing to do: it is empty, or not the newest. */
export const sealSegment = async (connection: Connection, number: number): Promise<boolean> => {
  const found = await newestOf(connection)
  if (found?.segment.number !== number || (found.segment.state === 'open' && found.facts.state.messages === 0)) return false
  await seal(connection, found)
  return true
}

/**
 * Seals the open segment if its events span more than so many milliseconds by their own times. Answers whether it was. Finishes what was begun
 * of sealing.
 */
export const sealIfItSpans = async (connection: Connection, ms: number): Promise<boolean> => {
  const found = await newestOf(connection)
  if (found?.segment.state !== 'open') await finishSealing(connection)
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
