import type { ServiceContext } from '@zyra/runtime'
import type { KeysPort } from '../erasure/keys.port.ts'

/** Deletes keys through the vault. It answers every key that was ever deleted for the request, so finding out is deleting again. */
export const keysOf = ({ vault }: Pick<ServiceContext, 'vault'>): KeysPort => {
  const erase: KeysPort['do'] = async ({ scope, customerId, orderIds }, { merchant }) => {
    if (scope === 'merchant') return { keyIds: await vault.eraseMerchant(merchant) }
    return { keyIds: await vault.erase(merchant, { ...(customerId === null ? {} : { customerId }), orderIds }) }
  }
  return { do: erase, find: erase }
}
