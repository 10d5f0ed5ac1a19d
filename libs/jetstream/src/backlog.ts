import { LogUnavailable } from './log.ts'
import { openOrderedSession, type Arrived, type OrderedOptions } from './ordered-session.ts'

/**
 * All messages that there are, in order, and then the end.
 * @throws LogUnavailable when it is interrupted, LogRefused without permission
 */
export async function* readBacklog(options: Omit<OrderedOptions, 'signal'>): AsyncGenerator<readonly Arrived[]> {
  const session = await openOrderedSession({ ...options, signal: new AbortController().signal })
  const interrupted = (): LogUnavailable => new LogUnavailable(`reading ${options.stream} was interrupted; it is safe to try again`)
  try {
    let left = session.pendingAtStart
    if (left === 0 && session.ended()) throw interrupted()
    while (left > 0) {
      const arrived = session.take()
      left = arrived.at(-1)?.position.pending ?? left
      if (arrived.length > 0) yield arrived
      if (left === 0) return
      session.check()
      if (session.ended() && arrived.length === 0) throw interrupted()
      await session.news()
    }
  } finally {
    session.close()
  }
}
