import { ERASED, type DataSubject } from '@zyra/contracts'
import type { Vault } from './vault.ts'

/** What an event's definition says about personal data; every `EventDefinition` of @zyra/contracts says it. */
export interface PersonalFields<Data> {
  readonly personal?: readonly (keyof Data & string)[]
  readonly subject?: (data: Data) => DataSubject
}

/** An event's id (`ce-id`), definition and data. */
export interface EventData<Data> {
  readonly id: string
  readonly definition: PersonalFields<Data>
  readonly data: NoInfer<Data>
}

/**
 * The data with its personal fields encrypted under their subject's key, under the merchant's own where the definition names no subject.
 * Null stays null, an absent field absent; data without personal fields is answered as it is.
 * @throws Error for a personal field that is neither string nor null
 */
export const sealEvent = async <Data>(vault: Vault, event: EventData<Data> & { readonly merchant: string }): Promise<Data> => {
  const subject = event.definition.personal?.length ? event.definition.subject?.(event.data) ?? {} : {}
  return replacePersonal(event, (field, text) => vault.encrypt({ merchant: event.merchant, subject, eventId: event.id, field, text }))
}

/**
 * The data with its personal fields readable, or {@link ERASED} in place of each whose key was deleted.
 * Call it before the data is checked or upcast.
 * @throws UnreadableCiphertext for a field that was changed
 */
export const openEvent = async <Data>(vault: Vault, event: EventData<Data>): Promise<Data> =>
  replacePersonal(event, async (field, ciphertext) => (await vault.decrypt({ eventId: event.id, field, ciphertext })) ?? ERASED)

const replacePersonal = async <Data>(
  { id, definition, data }: EventData<Data>,
  replace: (field: string, value: string) => Promise<string>,
): Promise<Data> => {
  if (!definition.personal?.length) return data
  if (typeof data !== 'object' || data === null) throw new Error(`The data of event ${id} is ${typeof data}: expected an object.`)
  const replaced = await Promise.all(
    definition.personal.map(async (field): Promise<readonly [string, string][]> => {
      const value: unknown = data[field]
      if (value === null || value === undefined) return []
      if (typeof value !== 'string') {
        throw new Error(`Personal field ${field} of event ${id} is a ${typeof value}: expected a string or null. Change the contract.`)
      }
      return [[field, await replace(field, value)]]
    }),
  )
  return { ...data, ...Object.fromEntries(replaced.flat()) }
}
