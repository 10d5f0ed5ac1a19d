import { type DocumentNode, getNamedType, GraphQLError, type GraphQLSchema, TypeInfo, visit, visitWithTypeInfo } from 'graphql'
import { argumentValue } from './cost.ts'

const MAX_ARRAY = 250
const MAX_PAGE = 250

const failure = (message: string, code: string) => new GraphQLError(message, { extensions: { code } })

/**
 * What Shopify refuses before it runs a valid document: a connection without `first` or `last`, a page above 250, an input array above 250.
 * Source: https://shopify.dev/docs/api/usage/limits, https://shopify.dev/docs/api/usage/pagination-graphql
 */
export function inputErrors(schema: GraphQLSchema, document: DocumentNode, variables: Readonly<Record<string, unknown>>): GraphQLError[] {
  const errors = arrayErrors(variables)
  const info = new TypeInfo(schema)
  visit(document, visitWithTypeInfo(info, {
    Field(node) {
      if (getNamedType(info.getType())?.name.endsWith('Connection') !== true) return
      const sizes = ['first', 'last'].map((name) => argumentValue(node, name, variables)).filter((size) => size != null)
      if (sizes.length === 0) errors.push(failure('you must provide one of first or last', 'BAD_REQUEST'))
      for (const size of sizes) {
        if (typeof size === 'number' && size > MAX_PAGE) errors.push(failure(`first or last cannot exceed ${MAX_PAGE}`, 'BAD_REQUEST'))
      }
    },
    ListValue(node) {
      if (node.values.length > MAX_ARRAY) errors.push(tooLong(node.values.length))
    },
  }))
  return errors
}

const tooLong = (length: number) => failure(
  `The input array size of ${length} is greater than the maximum allowed of ${MAX_ARRAY}.`, 'MAX_INPUT_SIZE_EXCEEDED',
)

function arrayErrors(value: unknown): GraphQLError[] {
  if (typeof value !== 'object' || value === null) return []
  const own = Array.isArray(value) && value.length > MAX_ARRAY ? [tooLong(value.length)] : []
  return [...own, ...Object.values(value).flatMap(arrayErrors)]
}
