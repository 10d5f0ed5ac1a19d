import type { DomainEvent, Recorded } from '@zyra/es'

/** What people call an inventory item: its SKU, or its id where that is not known. */
export type NameOf = (merchant: string, inventoryItem: string) => string

/** For every event of a union, what it says in one line without personal data. `item` names an inventory item. */
export type Gists<E extends DomainEvent> = {
  readonly [Name in E['type']]: (event: Recorded<Extract<E, { readonly type: Name }>>, item: (id: string) => string) => string
}

/** A number that may not be known, in words. */
export const amount = (value: number | null): string => (value === null ? 'not tracked' : String(value))

/** The end of a vendor's long id. */
export const tail = (id: string): string => (id.length > 6 ? `…${id.slice(-4)}` : id)

/** `: because`, or nothing. */
export const because = (reason: string): string => (reason === '' ? '' : `: ${reason}`)
