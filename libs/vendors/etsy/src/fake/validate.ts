import { Ajv } from 'ajv'
import type { ErrorObject } from 'ajv'
import type { InventoryUpdate } from '../model.ts'
import type { EtsyOperation } from '../wire-schema.ts'
import { answerSchemas, errorSchema, inventoryUpdateSchema, listingUpdateSchema, querySchemas } from '../wire-schema.ts'
import type { ListingChange } from './listings.ts'
import { refusal } from './refusal.ts'

type SentProduct = InventoryUpdate['products'][number]

/** The body as it may be sent: what the reference does not require can be left out. */
type SentInventory = {
  readonly products: readonly {
    readonly sku?: string | null
    readonly property_values?: SentProduct['property_values']
    readonly offerings: SentProduct['offerings']
  }[]
  readonly readiness_state_on_property?: readonly number[] | null
} & Partial<Pick<InventoryUpdate, 'price_on_property' | 'quantity_on_property' | 'sku_on_property'>>

const compile = <T>(ajv: Ajv, schemas: Readonly<Record<string, object>>) =>
  new Map(Object.entries(schemas).map(([name, schema]) => [name, ajv.compile<T>(schema)]))

const explain = (errors: readonly ErrorObject[] | null | undefined): string => {
  const [first] = errors ?? []
  if (!first) return 'is not valid'
  const extra: unknown = first.params['additionalProperty']
  return `${first.instancePath || '/'} ${first.message ?? 'is not valid'}${typeof extra === 'string' ? ` (${extra})` : ''}`
}

/**
 * Checks requests and answers against the description of Etsy's API. Requests that do not fit are refused with 400.
 *
 * @param options.tolerant ignores fields of answers that the description does not have, as the real Etsy has many
 */
export const createValidator = (options: { readonly tolerant?: boolean } = {}) => {
  const strict = new Ajv({ removeAdditional: options.tolerant === true })
  const coercing = new Ajv({ coerceTypes: true })
  const answers = compile(strict, answerSchemas)
  const queries = compile<Record<string, string | number | boolean>>(coercing, querySchemas)
  const isError = strict.compile(errorSchema)
  const isInventoryUpdate = strict.compile<SentInventory>(inventoryUpdateSchema)
  const isListingChange = strict.compile<ListingChange>(listingUpdateSchema)

  return {
    query: (operation: EtsyOperation, query: unknown): Readonly<Record<string, string | number | boolean>> => {
      const valid = queries.get(operation)
      const copy: unknown = structuredClone(query)
      if (!valid?.(copy)) throw refusal(400, `Invalid query: ${explain(valid?.errors)}`)
      return copy
    },
    inventoryUpdate: (body: unknown): InventoryUpdate => {
      if (!isInventoryUpdate(body)) throw refusal(400, `Invalid request body: ${explain(isInventoryUpdate.errors)}`)
      return {
        products: body.products.map(({ sku, property_values, offerings }) =>
          ({ sku: sku ?? '', property_values: property_values ?? [], offerings })),
        price_on_property: body.price_on_property ?? [], quantity_on_property: body.quantity_on_property ?? [],
        sku_on_property: body.sku_on_property ?? [], readiness_state_on_property: body.readiness_state_on_property ?? [],
      }
    },
    /** Fields that updateListing does not have are ignored, as Etsy does (quantity and price among them). */
    listingChange: (body: unknown): ListingChange => {
      const known = Object.keys(listingUpdateSchema['properties'] ?? {})
      const fields: unknown = Object.fromEntries(Object.entries(body ?? {}).filter(([name]) => known.includes(name)))
      if (!isListingChange(fields)) throw refusal(400, `Invalid request body: ${explain(isListingChange.errors)}`)
      return fields
    },
    /** What is wrong with an answer that the fake is about to give; undefined if nothing. */
    answerFault: (operation: EtsyOperation, status: number, answer: unknown): string | undefined => {
      const valid = status < 400 ? answers.get(operation) : isError
      if (!valid || valid(structuredClone(answer))) return undefined
      return `The answer to ${operation} is not what Etsy documents: ${explain(valid.errors)}.`
    },
  }
}

export type Validator = ReturnType<typeof createValidator>
