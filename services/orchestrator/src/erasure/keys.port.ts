import type { Port } from '@zyra/es'

/** Whose keys are to be deleted. */
export interface KeysToErase {
  readonly scope: 'person' | 'merchant'
  readonly customerId: string | null
  readonly orderIds: readonly string[]
}

/** Deletes keys; answers their ids, the same ones when asked again. */
export type KeysPort = Port<KeysToErase, { readonly keyIds: readonly string[] }>
