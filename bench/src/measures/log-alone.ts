import { natsUsers } from '@zyra/all'
import { inboxPrefixOf, openJetStream, prepareJetStream, type EventLog, type JetStream } from '@zyra/jetstream'
import { startNats } from '@zyra/servers'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { stockObserved, stockSubject } from '../events.ts'
import { rawClient } from '../floors/raw-client.ts'

/** A NATS server with Zyra's log, and this process as its client. */
export interface LogAlone {
  readonly js: JetStream
  readonly log: EventLog
  readonly dir: string
  /** The client library by itself, on the same server. */
  readonly raw: Awaited<ReturnType<typeof rawClient>>
  readonly natsPid: number
}

/** Runs something on a log of its own, which is gone afterwards. */
export const withLogAlone = async <Answer>(dir: string, work: (alone: LogAlone) => Promise<Answer>): Promise<Answer> => {
  const folder = mkdtempSync(join(dir, 'zyra-bench-'))
  const nats = await startNats({ dir: folder, users: natsUsers() })
  const optionsOf = (user: string) => ({ url: nats.url, name: user, inboxPrefix: inboxPrefixOf(user), seed: nats.seeds[user] ?? '' })
  try {
    await prepareJetStream(optionsOf('admin'))
    const [js, raw] = await Promise.all([openJetStream(optionsOf('inventory')), rawClient(nats)])
    try {
      return await work({ js, log: js.log, dir: folder, raw, natsPid: nats.pid })
    } finally {
      await Promise.all([js.close(), raw.close()])
    }
  } finally {
    await nats.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Decisions per second: each writer has an aggregate of its own, and appends its next one, with the sequence that it expects, when the last one is on disk.
 * @param run unlike any other on the same log
 * @throws Error at the first that is not appended
 */
export const appendRate = async (log: EventLog, run: number, writers: number, ms: number): Promise<number> => {
  const from = performance.now()
  let count = 0
  await Promise.all(Array.from({ length: writers }, async (_, writer) => {
    const item = run * 10_000 + writer
    for (let expectedSequence = 0; performance.now() - from < ms;) {
      const events = [stockObserved(run, item, (count += 1))]
      const result = await log.append({ subject: stockSubject(item), events, expectedSequence })
      if (result.status !== 'appended') throw new Error(`an append of the bench ended as a ${result.status}: the log held something before`)
      expectedSequence = result.sequences.at(-1) ?? 0
    }
  }))
  return count / ((performance.now() - from) / 1_000)
}
