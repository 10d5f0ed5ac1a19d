import type { RawMessage } from '@zyra/jetstream'
import { generateKeyPairSync } from 'node:crypto'
import type { SealingTools } from '../src/sealing/seal-log.ts'
import { sealStore } from '../src/sealing/seal-store.ts'

const message = (sequence: number, life: number): RawMessage => ({
  sequence, subject: `zyra.demo.inventory.stock.${sequence % 9}`,
  headers: Buffer.from(`NATS/1.0\r\nepoch: ${life}\r\n\r\n`), body: Buffer.from(`{"n":${sequence}}`),
})

/** A log in memory that can be cut, put back and damaged as no real one can. */
export const rawLog = () => {
  let messages: RawMessage[] = []
  let reads = 0
  const log = { epoch: 1, lastSequence: async () => messages.at(-1)?.sequence ?? 0 }
  return {
    js: {
      log,
      readRaw: async function* ({ from, to }: { from: number; to: number }) {
        reads += 1
        const wanted = messages.filter(({ sequence }) => sequence >= from && sequence <= to)
        for (let at = 0; at < wanted.length; at += 700) yield wanted.slice(at, at + 700)
      },
    },
    grow: (count: number): void => {
      const last = messages.at(-1)?.sequence ?? 0
      messages = [...messages, ...Array.from({ length: count }, (_, index) => message(last + 1 + index, log.epoch))]
    },
    cutAfter: (sequence: number): void => void (messages = messages.filter((one) => one.sequence <= sequence)),
    lose: (sequence: number): void => void (messages = messages.filter((one) => one.sequence !== sequence)),
    /** An older copy is put back, and the log goes on in a new life. */
    restoreTo: (sequence: number): void => {
      messages = messages.filter((one) => one.sequence <= sequence)
      log.epoch += 1
    },
    reads: () => reads,
  }
}

/** What sealing works with, on a log in memory and a folder. */
export const sealing = (folder: string, { js }: Pick<ReturnType<typeof rawLog>, 'js'>): SealingTools => ({
  js, store: sealStore(folder), key: generateKeyPairSync('ed25519').privateKey,
  now: () => new Date('2026-11-20T08:00:00.000Z'), clock: { problem: () => undefined }, signal: new AbortController().signal,
})
