import { INSTALLATION } from '@zyra/contracts'
import { enterInRegister, registersOf, type ServiceContext } from '@zyra/runtime'
import type { KeysPort, KeysToErase } from '../erasure/keys.port.ts'
import { exportFiles } from './export-files.ts'

/**
 * Deletes keys through the vault, and what was exported of the person in readable form. It answers every key that was ever deleted for the
 * request, so finding out is deleting again. The keys' ids are in the register before a key is gone and before the log has them, since a log that
 * is restored from a backup has lost what came after it. A delivery that came before its shop was known stands under the installation's own name.
 */
export const keysOf = ({ vault, config, now }: Pick<ServiceContext, 'vault' | 'config' | 'now'>): KeysPort => {
  const files = exportFiles(config.dataDir)
  const keyIdsOf = async ({ scope, customerId, orderIds }: KeysToErase, merchant: string): Promise<readonly string[]> => {
    if (scope === 'merchant') return vault.keyIdsOfMerchant(merchant)
    const person = { ...(customerId === null ? {} : { customerId }), orderIds }
    return [...(await vault.keyIdsFor(merchant, person)), ...(await vault.keyIdsFor(INSTALLATION, person))]
  }
  const erase: KeysPort['do'] = async (keys, { merchant }) => {
    await files.remove(merchant, keys.scope === 'merchant' ? null : keys.customerId)
    const keyIds = await keyIdsOf(keys, merchant)
    for (const file of registersOf(config)) await enterInRegister(file, { at: now().toISOString(), keyIds: [...keyIds] })
    await vault.applyErasure(keyIds)
    return { keyIds }
  }
  return { do: erase, find: erase }
}
