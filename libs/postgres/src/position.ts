import type { Recorded } from '@zyra/es'

/** A place in the log. A restored log starts a new epoch; a sequence only counts within its epoch. */
export interface Position {
  readonly epoch: number
  readonly sequence: number
}

/** Before the first event of the first epoch: where a projection that has read nothing stands. */
export const ORIGIN: Position = Object.freeze({ epoch: 1, sequence: 0 })

/** Below zero if `a` comes before `b` in the log, zero if they are the same place, above zero if it comes after. */
export const comparePositions = (a: Position, b: Position): number => a.epoch - b.epoch || a.sequence - b.sequence

/** Where the event stands in the log. */
export const positionOf = ({ meta }: Recorded): Position => ({ epoch: meta.epoch, sequence: meta.sequence })

/** For messages: `epoch 1, sequence 42`. */
export const inWords = ({ epoch, sequence }: Position): string => `epoch ${epoch}, sequence ${sequence}`
