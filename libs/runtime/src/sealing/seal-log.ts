import type { JetStream } from '@zyra/jetstream'
import { HASH_BYTES, isSigned, leafHash, MAX_SEALED, merkleRoot, publicKeyOf, sealHash, signSeal, type Seal } from '@zyra/seals'
import type { KeyObject } from 'node:crypto'
import type { ClockGuard } from '../clock.ts'
import { sealFile, type SealStore } from './seal-store.ts'

/** What sealing reads, and what it signs with. */
export interface SealingTools {
  readonly js: Pick<JetStream, 'readRaw'> & { readonly log: Pick<JetStream['log'], 'epoch' | 'lastSequence'> }
  readonly store: SealStore
  readonly key: KeyObject
  readonly now: () => Date
  /** Asked about the time of every seal before it is signed: it stands there for ever. */
  readonly clock: Pick<ClockGuard, 'problem'>
  readonly signal: AbortSignal
}

/** The log cannot be sealed as it is: something that was sealed is gone, something is in the way, or the time is wrong. */
export class SealProblem extends Error {
  override readonly name = 'SealProblem'
}

const rootOf = (leaves: Uint8Array): string => Buffer.from(merkleRoot(leaves)).toString('hex')

/** The leaves of a range, or the first sequence that the log lacks. */
const readLeaves = async ({ js, signal }: SealingTools, from: number, to: number): Promise<Uint8Array | number> => {
  const leaves = new Uint8Array((to - from + 1) * HASH_BYTES)
  let next = from
  for await (const batch of js.readRaw({ from, to, signal })) {
    for (const message of batch) {
      if (message.sequence !== next) return next
      leaves.set(leafHash(message), (next - from) * HASH_BYTES)
      next += 1
    }
  }
  signal.throwIfAborted()
  return next > to ? leaves : next
}

const holds = async (tools: SealingTools, { first, last, root }: Seal): Promise<boolean> => {
  const leaves = await readLeaves(tools, first, last)
  return typeof leaves !== 'number' && rootOf(leaves) === root
}

/** The line of seals from its newest back to its first, each read when it is asked for; without those that a restore took back. */
async function* newestFirst(store: SealStore): AsyncGenerator<Seal> {
  let before = Infinity
  for (const { file, first } of (await store.names()).toReversed()) {
    if (first >= before) continue
    const seal = await store.read(file)
    // Which key may sign is asked when the log is verified: a lost key must not end the sealing.
    if (seal === undefined || seal.last >= before || !isSigned(seal)) continue
    before = first
    yield seal
  }
}

/**
 * The newest seal that the next one goes on from; undefined where nothing is sealed yet. Reads that one alone, unless the log was restored since:
 * whether all of them are right is asked when the log is verified.
 * @throws SealProblem where the log ends before what was sealed, or belongs to an earlier epoch than the seals
 */
export const newestSeal = async (tools: SealingTools, last: number): Promise<Seal | undefined> => {
  const { epoch } = tools.js.log
  for await (const seal of newestFirst(tools.store)) {
    if (seal.epoch === epoch && seal.last <= last) return seal
    if (seal.epoch >= epoch) {
      throw new SealProblem(
        seal.epoch === epoch
          ? `the log ends at #${last}, but was sealed up to #${seal.last}: it was cut or put back, see "npx zyra audit verify"`
          : `the log is in epoch ${epoch}, but its seals reach epoch ${seal.epoch}: an older log was put back, see "npx zyra audit verify"`,
      )
    }
    // In a log that was restored, the newest one that still holds.
    if (seal.last <= last && (await holds(tools, seal))) return seal
  }
  return undefined
}

const sealRange = async (tools: SealingTools, before: Seal | undefined, last: number): Promise<Seal | undefined> => {
  const first = (before?.last ?? 0) + 1
  const leaves = await readLeaves(tools, first, last)
  if (typeof leaves === 'number') {
    throw new SealProblem(`#${leaves} is missing from the log, so nothing after #${first - 1} can be sealed: see docs/guides/audit.md`)
  }
  const { key, now, clock, js, store } = tools
  const time = now().toISOString()
  const wrong = clock.problem(time)
  if (wrong !== undefined) throw new SealProblem(`${wrong}: nothing is sealed until it is right`)
  const unsigned = {
    version: 1, epoch: js.log.epoch, first, last, count: last - first + 1, root: rootOf(leaves),
    previous: before === undefined ? null : sealHash(before), time, key: publicKeyOf(key),
  } as const
  const seal = signSeal(unsigned, key)
  return (await store.add(seal, leaves)) ? seal : undefined
}

/**
 * Seals what is not sealed yet, in ranges of {@link MAX_SEALED} events. Several processes may do it at once: each range is sealed by one of them.
 * @param rest whether the events that do not fill a range are sealed too
 * @param known the newest seal, where the caller knows it
 * @returns the newest seal of the log, whoever made it
 * @throws SealProblem, also while the clock cannot be right; what reading the log throws
 */
export const sealLog = async (tools: SealingTools, options: { readonly rest: boolean; readonly known?: Seal | undefined }): Promise<Seal | undefined> => {
  const { rest, known } = options
  const last = await tools.js.log.lastSequence()
  let newest = known?.epoch === tools.js.log.epoch ? known : await newestSeal(tools, last)
  for (;;) {
    const unsealed = last - (newest?.last ?? 0)
    if (unsealed < (rest ? 1 : MAX_SEALED)) return newest
    const sealed = await sealRange(tools, newest, (newest?.last ?? 0) + Math.min(unsealed, MAX_SEALED))
    const before = newest?.last ?? 0
    newest = sealed ?? (await newestSeal(tools, Math.max(last, await tools.js.log.lastSequence())))
    if (sealed === undefined && (newest?.last ?? 0) <= before) {
      const file = sealFile({ epoch: tools.js.log.epoch, first: before + 1 })
      throw new SealProblem(`${file} in ${tools.store.folder} is no proper seal and is in the way: put it back from the outside place or from a backup`)
    }
  }
}
