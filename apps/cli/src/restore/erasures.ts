import { entryId, INSTALLATION } from '@zyra/contracts'
import { aggregateFilter, type JetStream } from '@zyra/jetstream'
import type { Vault } from '@zyra/privacy'
import { createDecisions, entryCause, readRegister, type Codec, type ErasureRegister } from '@zyra/runtime'
import { existsSync } from 'node:fs'
import { z } from 'zod'
import { Failure } from '../base/failure.ts'
import { merchantsIn } from '../log/names.ts'

/** What is known of erasures outside of the restored log. */
export interface KnownErasures {
  readonly keyIds: readonly string[]
  /** The highest epoch that was ever entered; 0 if none was. */
  readonly epoch: number
  /** Registers that were found, with the time of their newest entry. */
  readonly from: readonly { readonly file: string; readonly newestAt: string | undefined }[]
}

/** Reads every register that is there. @throws Failure when one that was named is not */
export const readRegisters = async (files: readonly string[], named: string | undefined): Promise<KnownErasures> => {
  if (named !== undefined && !existsSync(named)) throw new Failure(`There is no ${named}: --erasures names a copy of erasures.jsonl.`)
  const found: { readonly file: string; readonly register: ErasureRegister }[] = []
  for (const file of [...files, ...(named === undefined ? [] : [named])]) {
    const register = await readRegister(file)
    if (register !== undefined) found.push({ file, register })
  }
  return {
    keyIds: [...new Set(found.flatMap(({ register }) => register.keyIds))],
    epoch: Math.max(0, ...found.map(({ register }) => register.epoch)),
    from: found.map(({ file, register: { newestAt } }) => ({ file, newestAt })),
  }
}

const erased = z.object({ keyIds: z.array(z.string()) })

/** The ids of all keys that the log says are erased. */
export const erasedInLog = async ({ log }: Pick<JetStream, 'log'>, codec: Codec): Promise<readonly string[]> => {
  const filters = [aggregateFilter('orchestrator', 'erasure-effect')]
  const end = Math.max(0, ...(await log.lastOf(filters)).map(({ sequence }) => sequence))
  const ids: string[] = []
  if (end === 0) return ids
  for await (const { events, upTo } of log.follow({ filters, fromSequence: 1, signal: new AbortController().signal })) {
    for (const stored of events) {
      if (stored.envelope.type === 'orchestrator.KeysErased') ids.push(...erased.parse((await codec.open(stored)).data).keyIds)
    }
    if (upTo >= end) break
  }
  return ids
}

/** What is to be told in the log about a restore. */
export interface RestoreFacts {
  readonly takenAt: string
  readonly lastSequence: number
  readonly register: 'found' | 'missing'
  readonly now: () => Date
}

const merchantOf = (keyId: string): string => keyId.slice(0, keyId.indexOf('/'))
/** Well below what one message holds. */
const IDS_AT_ONCE = 1_000

/**
 * Deletes again what was erased, before anybody reads, and records in the new epoch what the log did not know: the erasures, and that it was
 * restored, for each merchant.
 * @returns how many keys the log did not know to be erased
 */
export const eraseAgain = async (js: JetStream, vault: Vault, codec: Codec, known: readonly string[], facts: RestoreFacts): Promise<number> => {
  const { log } = js
  const inLog = new Set(await erasedInLog(js, codec))
  const since = known.filter((id) => !inLog.has(id))
  await vault.applyErasure([...inLog, ...since])

  const { epoch } = log
  const decisions = createDecisions({ log, codec, service: 'orchestrator', deciders: [], now: () => facts.now().toISOString() })
  const record = async (merchant: string, aggregate: string, what: string, events: Parameters<typeof decisions.record>[1]): Promise<void> => {
    const entry = entryId('restore', merchant, String(epoch), what)
    await decisions.record({ merchant, aggregate, id: `epoch-${epoch}` }, events, entryCause(merchant, entry, 'restore', 'runtime:restore'))
  }
  const byMerchant = Map.groupBy(since, merchantOf)
  for (const [merchant, ids] of byMerchant) {
    for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
      const data = { keyIds: ids.slice(from, from + IDS_AT_ONCE) }
      await record(merchant, 'erasure-effect', `erasures ${from}`, [{ type: 'orchestrator.KeysErased', data }])
    }
  }
  const { takenAt, lastSequence, register } = facts
  const ofAll = byMerchant.get(INSTALLATION)?.length ?? 0
  for (const merchant of await merchantsIn(log)) {
    const data = { epoch, takenAt, lastSequence, erasures: (byMerchant.get(merchant)?.length ?? 0) + ofAll, register }
    await record(merchant, 'restore', 'restored', [{ type: 'orchestrator.LogRestored', data }])
  }
  return since.length
}
