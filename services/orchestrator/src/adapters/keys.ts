import { INSTALLATION } from '@zyra/contracts'
import type { ServiceContext } from '@zyra/runtime'
import type { KeysPort } from '../erasure/keys.port.ts'
import { exportFiles } from './export-files.ts'

/**
 * Deletes keys through the vault, and what was exported of the person in readable form. It answers every key that was ever deleted for the
 * request, so finding out is deleting again. A delivery that came before its shop was known stands under the installation's own name.
 */
export const keysOf = ({ vault, config }: Pick<ServiceContext, 'vault' | 'config'>): KeysPort => {
  const files = exportFiles(config.dataDir)
  const erase: KeysPort['do'] = async ({ scope, customerId, orderIds }, { merchant }) => {
    await files.remove(merchant, scope === 'merchant' ? null : customerId)
    if (scope === 'merchant') return { keyIds: await vault.eraseMerchant(merchant) }
    const person = { ...(customerId === null ? {} : { customerId }), orderIds }
    return { keyIds: [...(await vault.erase(merchant, person)), ...(await vault.erase(INSTALLATION, person))] }
  }
  return { do: erase, find: erase }
}
