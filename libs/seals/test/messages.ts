import { createHash, generateKeyPairSync } from 'node:crypto'
import { leafHash, type Message } from '../src/leaf.ts'
import { merkleRoot } from '../src/merkle.ts'
import { publicKeyOf, sealHash, signSeal, type Seal } from '../src/seal.ts'

/** A message as Zyra's appender writes it; those of even sequences came alone, the others in a batch. */
export const message = (sequence: number): Message => {
  const id = createHash('sha256').update(String(sequence)).digest('hex').slice(0, 32)
  const lines = [
    'NATS/1.0', 'ce-specversion: 1.0', `ce-id: ${id}`, 'ce-type: inventory.StockObserved',
    `ce-time: 2026-11-20T08:00:00.${String(sequence % 1000).padStart(3, '0')}Z`,
    'actor: policy:spec', `command: {"kind":"Observe","n":${sequence}}`, 'epoch: 1', `Nats-Msg-Id: ${id}`,
    `Nats-Expected-Last-Subject-Sequence: ${sequence - 1}`,
    ...(sequence % 2 === 0 ? [] : ['Nats-Batch-Id: cbxtMkff2oSB4mUkmcFNcs', 'Nats-Batch-Sequence: 1', 'Nats-Batch-Commit: 1']),
  ]
  const body = JSON.stringify({ before: sequence, available: sequence * 7, customer: `Zm9v${id}ü` })
  return { sequence, subject: `zyra.demo.inventory.stock.${sequence % 13}`, headers: Buffer.from([...lines, '', ''].join('\r\n')), body: Buffer.from(body) }
}

/** Messages from a sequence to another. */
export const messages = (first: number, last: number): Message[] => Array.from({ length: last - first + 1 }, (_, index) => message(first + index))

/** The leaves of messages, one hash after the other. */
export const leavesOf = (some: readonly Message[]): Uint8Array => Buffer.concat(some.map(leafHash))

/** A pair of keys. */
export const newKey = () => generateKeyPairSync('ed25519').privateKey

/** Seals messages in ranges of a size, the seals naming each other. */
export const sealAll = (some: readonly Message[], size: number, { key = newKey(), epoch = 1, after }: {
  readonly key?: ReturnType<typeof newKey>; readonly epoch?: number; readonly after?: Seal
} = {}): Seal[] => {
  const seals: Seal[] = []
  for (let from = 0; from < some.length; from += size) {
    const range = some.slice(from, from + size)
    const before = seals.at(-1) ?? after
    const unsigned = {
      version: 1, epoch, first: range[0]!.sequence, last: range.at(-1)!.sequence, count: range.length,
      root: Buffer.from(merkleRoot(leavesOf(range))).toString('hex'),
      previous: before === undefined ? null : sealHash(before), time: '2026-11-20T09:00:00.000Z', key: publicKeyOf(key),
    } as const
    seals.push(signSeal(unsigned, key))
  }
  return seals
}

/** A repeatable source of numbers in [0, 1) (mulberry32). */
export const seeded = (seed: number) => {
  let state = seed
  return (): number => {
    state = (state + 0x6D2B79F5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
