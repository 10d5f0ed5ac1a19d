import { sealsIn, sealStore } from '@zyra/runtime'
import { chainOf, checkScript, HASH_BYTES, leafHash, proveMessage, type Message, type ProvenMessage, type Seal } from '@zyra/seals'
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import { EXIT, Failure, type ExitCode } from '../base/failure.ts'
import { withReading, type Reading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import { entryJson, openEntries } from '../log/entry.ts'
import { count } from '../text/words.ts'
import { findEvent } from '../why/find.ts'
import { correlationOf } from '../why/read.ts'
import type { exportOptions } from './options.ts'

const sealOf = (line: readonly Seal[], sequence: number): Seal => {
  const seal = line.find(({ first, last }) => sequence >= first && sequence <= last)
  if (seal !== undefined) return seal
  throw new Failure(`#${sequence} is not sealed yet: say "npx zyra audit seal", then export again.`)
}

const copied = ({ sequence, subject, headers, body }: Message): Message => ({
  sequence, subject, headers: Uint8Array.from(headers), body: Uint8Array.from(body),
})

/** Reads the range of a seal again: a proof rests on what the log holds now, not on what was noted of it. */
const proveIn = async ({ readRaw }: Reading, seal: Seal, wanted: ReadonlySet<number>, signal: AbortSignal): Promise<readonly ProvenMessage[]> => {
  const leaves = new Uint8Array(seal.count * HASH_BYTES)
  const messages: Message[] = []
  for await (const batch of readRaw({ from: seal.first, to: seal.last, signal })) {
    for (const message of batch) {
      leaves.set(leafHash(message), (message.sequence - seal.first) * HASH_BYTES)
      if (wanted.has(message.sequence)) messages.push(copied(message))
    }
  }
  return messages.map((message) => proveMessage(message, seal, leaves))
}

/** `zyra audit export` */
export const runExport = (meant: string, options: z.infer<typeof exportOptions>, terminal: Terminal): Promise<ExitCode> =>
  withReading(async (reading) => {
    const asked = await findEvent(reading, meant, terminal)
    const folder = options.out ?? `zyra-proof-${asked.sequence}`
    if (existsSync(folder)) throw new Failure(`${folder} exists already: name another folder with --out.`)
    const stored = await correlationOf(reading.log, asked, terminal)
    const { seals } = await sealStore(sealsIn(reading.installation.config.dataDir)).all()
    const { line } = chainOf(seals)
    const wanted = new Set(stored.map(({ sequence }) => sequence))
    const covering = [...new Set([...wanted].map((sequence) => sealOf(line, sequence)))]
    const events: ProvenMessage[] = []
    for (const seal of covering) events.push(...(await proveIn(reading, seal, wanted, terminal.interrupted)))
    const { sequence, envelope: { correlationId } } = asked
    const proof = { format: 'zyra-proof', version: 1, asked: sequence, correlationId, exported: terminal.now().toISOString(), seals: covering, events }
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(join(folder, 'proof.json'), `${JSON.stringify(proof, null, 2)}\n`)
    copyFileSync(checkScript, join(folder, 'check.mjs'))
    if (options.personal) {
      const opened = (await openEntries(await reading.whole(), stored)).map(entryJson)
      writeFileSync(join(folder, 'opened.json'), `${JSON.stringify(opened, null, 2)}\n`, { mode: 0o600 })
    }
    const keys = [...new Set(covering.map(({ key }) => key))]
    if (options.json) terminal.out(JSON.stringify({ folder, events: events.length, seals: covering.length, keys }))
    else terminal.out(
      `${count(events.length, 'event')} under ${count(covering.length, 'seal')} written to ${folder}.`,
      `Whoever has it checks it with "node check.mjs"; tell them the key by another way: ${keys.join(', ')}`,
    )
    return EXIT.ok
  })
