import { createHmac, randomBytes, type KeyObject } from 'node:crypto'
import type { Key } from './cipher.ts'

/** 96 random bits: no two keys of an installation ever share them. */
const ID_BYTES = 12
const REFERENCE_BYTES = 16
const KEY_ID = /^[\w-]+(\/[\w-]{16}){1,2}$/

/** True for `<merchant>/<random>` (a merchant's key) and `<merchant>/<random>/<random>` (the key of a person or an order below it). */
export const isKeyId = (id: string): boolean => KEY_ID.test(id)

/** An id that was never used, below a merchant's name or below the id of a merchant's key. */
export const newKeyId = (above: string): string => `${above}/${randomBytes(ID_BYTES).toString('base64url')}`

/** The id of the merchant key that wraps this key; undefined for a merchant key, which the master key wraps. */
export const merchantKeyIdOf = (id: string): string | undefined => {
  const [merchant = '', root = '', leaf] = id.split('/')
  return leaf === undefined ? undefined : `${merchant}/${root}`
}

/**
 * Stands for a customer or an order in the names of the key store. Only who holds the merchant's key can make it from the id,
 * or test a guess. The hash has a derived key of its own, so that no key serves two algorithms.
 */
export const referenceTo = (merchantKey: Key, kind: 'customer' | 'order', id: string): string =>
  hmac(hmac(merchantKey.secret, 'zyra references'), `${kind}:${id}`).subarray(0, REFERENCE_BYTES).toString('base64url')

const hmac = (key: KeyObject | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

const dotted = (id: string): string => id.replaceAll('/', '.')

/** Holds a wrapped key. */
export const nameOfKey = (id: string): string => `keys.${dotted(id)}`

/** A ledger: entries `<ledger>.0`, `<ledger>.1` ... name the keys that a merchant used, the current one last. */
export const ledgerOfMerchant = (merchant: string): string => `merchants.${merchant}`

/** The same for a customer or an order. */
export const ledgerOf = (merchantKeyId: string, reference: string): string => `ledgers.${dotted(merchantKeyId)}.${reference}`

/** Entries below this prefix name the orders that are known to be a customer's. */
export const ordersOf = (merchantKeyId: string, customer: string): string => `orders.${dotted(merchantKeyId)}.${customer}.`

/** Prefixes of everything that only has a meaning together with this merchant key. */
export const allBelow = (merchantKeyId: string): readonly string[] =>
  ['keys', 'ledgers', 'orders'].map((kind) => `${kind}.${dotted(merchantKeyId)}.`)
