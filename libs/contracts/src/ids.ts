import { v5 } from 'uuid'

/** The namespace of every id that Zyra derives (a UUID of its own, never changed). */
const NAMESPACE = 'b0a5c8de-1f3c-5a57-9d53-6f1f3c2f7a11'

/** What an event id is made of: the same cause, handled by the same handler in the same attempt, always gives the same ids. */
export interface EventIdParts {
  readonly causationId: string
  readonly handler: string
  readonly attempt: number
  readonly index: number
}

/** Deterministic id of an event (UUID v5), so that whatever happens twice is recorded once. */
export const eventId = ({ causationId, handler, attempt, index }: EventIdParts): string =>
  v5(`${causationId}|${handler}|${attempt}|${index}`, NAMESPACE)

/** Deterministic id of something that entered from outside, from what its sender calls it. */
export const entryId = (...parts: readonly string[]): string => v5(parts.map(encodeURIComponent).join('|'), NAMESPACE)
