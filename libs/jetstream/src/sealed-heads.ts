import QuickLRU from 'quick-lru'
import { askLeader } from './leader.ts'
import type { Connection } from './link.ts'
import type { StoredEvent } from './log.ts'
import type { Chain, Segment } from './segments.ts'

/** Where each subject ended in the sealed segments, as far as somebody looked. It never changes until another segment is sealed. */
export interface SealedHeads {
  /** Keeps what reading a subject from a sequence on showed of it. */
  readonly note: (chain: Chain, subject: string, fromSequence: number, events: readonly StoredEvent[]) => void
  /** The sequence of the subject's last event in a sealed segment, 0 if there is none. @throws LogUnavailable, LogRefused */
  readonly of: (chain: Chain, subject: string) => Promise<number>
}

const sealedOf = ({ segments }: Chain): readonly Segment[] => segments.filter(({ state }) => state === 'sealed')

/** Remembers so many subjects. */
export const createSealedHeads = (connection: Connection, size = 20_000): SealedHeads => {
  const known = new QuickLRU<string, number>({ maxSize: size })
  const leader = askLeader(connection)
  let sealed = 0

  const remember = (sealedNow: readonly Segment[], subject: string, head: number): void => {
    if (sealedNow.length < sealed) return
    if (sealedNow.length > sealed) known.clear()
    sealed = sealedNow.length
    known.set(subject, head)
  }

  return {
    note: (chain, subject, fromSequence, events) => {
      const segments = sealedOf(chain)
      const end = segments.at(-1)?.last
      if (end === undefined) return
      const head = events.findLast(({ sequence }) => sequence <= end)?.sequence
      if (head !== undefined || fromSequence <= 1) remember(segments, subject, head ?? 0)
    },
    of: async (chain, subject) => {
      const segments = sealedOf(chain)
      const remembered = segments.length === sealed ? known.get(subject) : undefined
      if (remembered !== undefined) return remembered
      // A direct get could be answered by a replica that lags, and what it lacks would be remembered as not there.
      const head = Math.max(0, ...(await Promise.all(segments.map(({ stream }) => leader.lastOf(stream, [subject])))))
      remember(segments, subject, head)
      return head
    },
  }
}
