import type { EventLog, StoredEvent } from '@zyra/jetstream'
import type { Lanes } from './lanes.ts'
import type { Lot, Parking } from './parking.ts'

/** What redriving needs. */
export interface RedriveOptions {
  readonly log: EventLog
  readonly parking: Parking
  readonly kind: 'policy' | 'reactor'
  readonly lanes: Lanes
  /** Handles one waiting event again; answers why it failed, or undefined. */
  readonly handleAgain: (lot: Lot, stored: StoredEvent, attempt: number, lost: AbortSignal) => Promise<string | undefined>
}

/** Handles what waits in a lot again. */
export type Redrive = (merchant: string, parkedId: string, requestId: string, lost: AbortSignal) => Promise<void>

/** Decides again on everything that waits in a lot, in order and in the lot's own lane; stops at what fails once more, which stays parked. */
export const createRedrive = ({ log, parking, kind, lanes, handleAgain }: RedriveOptions): Redrive => async (merchant, parkedId, requestId, lost) => {
  const { lot } = await parking.content(merchant, parkedId)
  if (lot.kind !== kind) return
  await lanes.add(lot.subject, async () => {
    const content = await parking.content(merchant, parkedId)
    const attempt = await parking.redriven(content, requestId)
    for (const sequence of content.sequences) {
      const stored = await log.at(sequence)
      if (stored === undefined || lost.aborted) return
      const error = await handleAgain(lot, stored, attempt, lost)
      if (lost.aborted) return
      if (error !== undefined) return parking.park(lot, stored, error, attempt)
      await parking.unpark(lot, requestId, sequence)
    }
  })
}
