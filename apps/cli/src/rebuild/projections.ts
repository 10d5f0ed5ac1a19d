import { allServices } from '@zyra/all'
import type { AnyProjection } from '@zyra/es'
import { rebuild, type Batch, type Postgres, type Rebuilt } from '@zyra/postgres'
import { sourceOf } from '@zyra/runtime'
import { Failure } from '../base/failure.ts'
import type { Reading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import { didYouMean, thousands } from '../text/words.ts'

/** A projection and the service that it belongs to. */
export interface Owned {
  readonly service: string
  readonly projection: AnyProjection
}

/** Every projection there is. */
export const allProjections = (): readonly Owned[] =>
  Object.values(allServices).flatMap(({ name: service, projections = [] }) => projections.map((projection) => ({ service, projection })))

/** @throws Failure with near matches for an unknown name */
export const projectionsNamed = (name: string | undefined): readonly Owned[] => {
  const all = allProjections()
  const found = name === undefined ? all : all.filter(({ projection }) => projection.name === name)
  if (found.length > 0 || name === undefined) return found
  const names = all.map(({ projection }) => projection.name)
  throw new Failure(`No projection is called "${name}".${didYouMean(name, names) || ` There are: ${names.join(', ')}.`}`)
}

async function* counted(source: AsyncIterable<Batch>, onBatch: (events: number, sequence: number) => void): AsyncGenerator<Batch> {
  let events = 0
  for await (const batch of source) {
    yield batch
    events += batch.events.length
    onBatch(events, batch.upTo.sequence)
  }
}

/** What a rebuild beside the live rows did, and how long it took, in ms. */
export type RebuiltBeside = Rebuilt & { readonly ms: number }

/** The log after a sequence, as the projection's service reads it. */
export const sourceFor = async (
  { log, whole }: Reading,
  { service, projection }: Owned,
  after: number,
  signal: AbortSignal,
): Promise<AsyncIterable<Batch>> => sourceOf({ log, codec: await whole(), service, signal }, projection, after)

/**
 * Folds the log into rows beside the live ones, and shows how it goes.
 * @throws Failure when it is interrupted: the live rows are as they were
 */
export const rebuildBeside = async (reading: Reading, db: Postgres, owned: Owned, terminal: Terminal): Promise<RebuiltBeside> => {
  const [last, from] = [await reading.log.lastSequence(), performance.now()]
  const { name } = owned.projection
  const source = await sourceFor(reading, owned, 0, terminal.interrupted)
  const rebuilt = await rebuild(
    db,
    owned.projection,
    counted(source, (events, sequence) => {
      const seconds = Math.max(0.001, (performance.now() - from) / 1_000)
      terminal.progress(
        `Rebuilding ${name}: #${thousands(sequence)} of #${thousands(last)}, ${thousands(Math.round(events / seconds))} events/s`,
      )
    }),
  )
  terminal.progress('')
  if (terminal.interrupted.aborted) throw new Failure(`The rebuild of ${name} was stopped; the rows are as they were.`, 130)
  return { ...rebuilt, ms: performance.now() - from }
}
