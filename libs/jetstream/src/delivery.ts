/** Where a delivered message stands, as its reply subject says. */
export interface DeliveryPosition {
  /** Its sequence in the stream. */
  readonly sequence: number
  /** Which delivery of its consumer it is, from 1. */
  readonly delivery: number
  /** How many messages follow it. */
  readonly pending: number
}

/**
 * Reads `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream sequence>.<consumer sequence>.<time>.<pending>` (ADR-15);
 * servers with domains put two tokens before the stream.
 */
export const positionOf = (reply: string): DeliveryPosition => {
  const tokens = reply.split('.')
  const at = tokens.length === 9 ? 5 : 7
  return { sequence: Number(tokens[at]), delivery: Number(tokens[at + 1]), pending: Number(tokens[at + 3]) }
}
