import type { JetStream } from '@zyra/jetstream'
import { fileObjects } from '@zyra/runtime'
import { checkLog, judgeRange, type Finding, type Message, type ReadRange, type Seal } from '@zyra/seals'
import { join } from 'node:path'
import { z } from 'zod'
import { sentenceOf } from '../base/failure.ts'
import type { Terminal } from '../base/terminal.ts'
import { thousands } from '../text/words.ts'

const MOVED_OUT = Buffer.from('{"$object"')
const movedOut = z.object({ $object: z.object({ sha256: z.string() }) })

/** The hash of the large body that an event stands for, where it does. */
const objectOf = ({ body }: Message): string | undefined => {
  if (Buffer.compare(body.subarray(0, MOVED_OUT.length), MOVED_OUT) !== 0) return undefined
  try {
    return movedOut.safeParse(JSON.parse(Buffer.from(body).toString('utf8'))).data?.$object.sha256
  } catch {
    return undefined
  }
}

/** A log, and the data folder that belongs to it. */
export interface Source {
  readonly log: Pick<JetStream['log'], 'epoch' | 'lastSequence' | 'load'>
  readonly readRaw: JetStream['readRaw']
  readonly dataDir: string
}

/** What reading the whole log came to. */
export interface ReadLog {
  readonly events: number
  readonly objects: number
  readonly last: number
  readonly findings: readonly Finding[]
}

/** What is looked at besides the log itself. */
export interface Evidence {
  readonly line: readonly Seal[]
  readonly leavesOf: (seal: Seal) => Promise<Uint8Array | undefined>
}

/** Who waits for it. */
export type Watcher = Pick<Terminal, 'progress' | 'interrupted'>

/** Reads the whole log and its large bodies, and holds it against its seals. Keeps no more than one sealed range in memory. */
export const readLog = async ({ log, readRaw, dataDir }: Source, { line, leavesOf }: Evidence, terminal: Watcher): Promise<ReadLog> => {
  const last = await log.lastSequence()
  const objects = fileObjects(join(dataDir, 'objects'))
  const check = checkLog(line)
  const findings: Finding[] = []
  let [events, bodies] = [0, 0]

  const judge = async (ranges: readonly ReadRange[]): Promise<void> => {
    for (const range of ranges) findings.push(...judgeRange(range, await leavesOf(range.seal)))
  }
  const look = async (sequence: number, sha256: string): Promise<void> => {
    bodies += 1
    await objects.get(sha256).catch((error: unknown) => findings.push({ kind: 'object', sequence, what: `the body of #${sequence}: ${sentenceOf(error)}` }))
  }

  for await (const batch of readRaw({ from: 1, to: last, signal: terminal.interrupted })) {
    for (const message of batch) {
      events += 1
      const ranges = check.take(message)
      if (ranges.length > 0) await judge(ranges)
      const sha256 = objectOf(message)
      if (sha256 !== undefined) await look(message.sequence, sha256)
    }
    terminal.progress(`Verifying: #${thousands(batch.at(-1)?.sequence ?? 0)} of #${thousands(last)}`)
  }
  if (!terminal.interrupted.aborted) await judge(check.end(last))
  return { events, objects: bodies, last, findings: [...findings, ...check.findings()] }
}
