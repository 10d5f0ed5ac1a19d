import type { EventLog, StoredEvent } from '@zyra/jetstream'
import type { Lanes } from './lanes.ts'
import type { Ownership } from './ownership.ts'
import type { Lot, Verdict } from './parking.ts'

/** What redriving needs. */
export interface RedriveOptions {
  readonly log: Pick<EventLog, 'at'>
  readonly kind: 'policy' | 'reactor'
  readonly lanes: Lanes
  /** The lane in which the lot's own events are handled. */
  readonly laneOf: (lot: Lot) => string
  /** Handles one waiting event again; answers why it failed, undefined when it is done, 'left' when it is left to another owner. */
  readonly handleAgain: (lot: Lot, stored: StoredEvent, attempt: number, owned: Ownership) => Promise<Error | 'left' | undefined>
}

/** Who asked for a redrive, of what. */
export interface RedriveRequest {
  /** The id and the position of the event that asks for it. */
  readonly id: string
  readonly sequence: number
  readonly merchant: string
  readonly parkedId: string
  /** Given where what waited when it was asked for is to be left undone instead. */
  readonly discard?: Verdict
}

/**
 * Handles what waits in a lot again, or leaves it undone. May be repeated: what the same request handled already is not handled again.
 * @throws Error when there is no such lot; LogUnavailable
 */
export type Redrive = (request: RedriveRequest, owned: Ownership) => Promise<void>

/** Decides again on everything that waits in a lot, in order and in the lot's own lane, or sets it aside; stops at what fails once more, which stays parked. */
export const createRedrive = ({ log, kind, lanes, laneOf, handleAgain }: RedriveOptions): Redrive => async (request, owned) => {
  const { parking, leaving } = owned
  const { lot } = await parking.content(request.merchant, request.parkedId)
  if (lot.kind !== kind) return
  await lanes.add(laneOf(lot), async () => {
    const content = await parking.content(request.merchant, request.parkedId)
    if (leaving.aborted || content.waiting.length === 0) return
    if (request.discard !== undefined) {
      // What came to wait after the request nobody has looked at, nor is anything behind it set aside in front of it.
      const unseen = content.waiting.findIndex(({ parkedAt }) => parkedAt > request.sequence)
      const newest = content.waiting.slice(0, unseen === -1 ? undefined : unseen).at(-1)
      return newest === undefined ? undefined : parking.discard(lot, request.id, newest.sequence, request.discard)
    }
    const attempt = await parking.redriven(content, request.id)
    for (const { sequence, failedAt } of content.waiting) {
      if (failedAt > request.sequence) return
      const stored = await log.at(sequence)
      if (stored === undefined) throw new Error(`event #${sequence}, which waits in "${request.parkedId}", is not in the log: restore it`)
      const failed = await handleAgain(lot, stored, attempt, owned)
      if (failed === 'left') return
      if (failed !== undefined) return parking.park(lot, stored, { error: failed.message, tries: attempt, requestId: request.id })
      await parking.unpark(lot, request.id, sequence)
    }
  })
}
