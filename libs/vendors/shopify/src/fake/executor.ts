import { readFileSync } from 'node:fs'
import { buildSchema, execute, getOperationAST, GraphQLError, parse, validate, type DocumentNode, type GraphQLSchema } from 'graphql'
import { z } from 'zod'
import { API_VERSION } from '../version.ts'
import type { Bucket } from './bucket.ts'
import { costOf } from './cost.ts'
import { inputErrors } from './rules.ts'

const MAX_COST = 1000
const LIMITS = 'https://shopify.dev/api/usage/rate-limits'

/** The committed part of Shopify's official schema. */
export function adminSchema(): GraphQLSchema {
  return buildSchema(readFileSync(new URL(`../../schema/admin-${API_VERSION}.graphql`, import.meta.url), 'utf8'))
}

const requestSchema = z.object({
  query: z.string(), variables: z.record(z.string(), z.unknown()).nullish(), operationName: z.string().nullish(),
})

/** A whole HTTP answer. */
export interface GraphqlAnswer {
  readonly status: number
  readonly body: object
}

export interface Executor {
  /** Runs the body of a GraphQL request as Shopify would: validation, limits, cost, then the resolvers. */
  readonly run: (body: unknown) => Promise<GraphqlAnswer>
}

/** Executes documents against the official schema, with the resolvers of `root`. */
export function createExecutor({ root, bucket }: { root: object; bucket: Bucket }): Executor {
  const schema = adminSchema()
  return {
    run: async (body) => {
      const request = requestSchema.safeParse(body)
      if (!request.success) return { status: 400, body: { errors: { query: 'Required parameter missing or invalid' } } }
      const { query, operationName } = request.data
      const variables = request.data.variables ?? {}
      const document = parseDocument(query)
      if (document instanceof GraphQLError) return failed([document])
      const invalid = validate(schema, document)
      if (invalid.length > 0) return failed(invalid.map(worded))
      const operation = getOperationAST(document, operationName)
      if (operation == null) return failed([new GraphQLError('An operation name is required')])
      const refused = inputErrors(schema, document, variables)
      if (refused.length > 0) return failed(refused)

      const walk = { schema, document, variables }
      const requested = costOf(walk, operation)
      if (requested > MAX_COST) return failed([tooExpensive(requested)])
      if (!bucket.take(requested)) return throttled(requested, bucket)
      const result = await execute({ schema, document, rootValue: root, variableValues: variables, operationName })
      const actual = Math.min(requested, costOf(walk, operation, result.data ?? {}))
      bucket.refund(requested - actual)
      const cost = { requestedQueryCost: requested, actualQueryCost: actual, throttleStatus: bucket.status() }
      const errors = result.errors === undefined ? {} : { errors: result.errors.map(worded) }
      return { status: 200, body: { ...errors, data: result.data ?? null, extensions: { cost } } }
    },
  }
}

function parseDocument(query: string): DocumentNode | GraphQLError {
  try {
    return parse(query)
  } catch (error) {
    return error instanceof GraphQLError ? error : new GraphQLError(String(error))
  }
}

const failed = (errors: readonly GraphQLError[]): GraphqlAnswer => (
  { status: 200, body: { errors: errors.map((error) => error.toJSON()) } }
)

const CODES = [['Cannot query field', 'undefinedField'], ['Variable "', 'INVALID_VARIABLE']] as const

/** Adds the codes by which Shopify tells its errors apart; the sentences are graphql-js' own. */
function worded(error: GraphQLError): GraphQLError {
  if (error.extensions.code !== undefined) return error
  const [, code] = CODES.find(([beginning]) => error.message.startsWith(beginning)) ?? []
  if (code === undefined) return error
  return new GraphQLError(error.message, { nodes: error.nodes ?? null, path: error.path ?? null, extensions: { code } })
}

const tooExpensive = (cost: number) => new GraphQLError(
  `Query cost is ${cost}, which exceeds the single query max cost limit (${MAX_COST}).`,
  { extensions: { code: 'MAX_COST_EXCEEDED', cost, maxCost: MAX_COST, documentation: LIMITS } },
)

function throttled(requested: number, bucket: Bucket): GraphqlAnswer {
  const errors = [{ message: 'Throttled', extensions: { code: 'THROTTLED', documentation: LIMITS } }]
  const cost = { requestedQueryCost: requested, actualQueryCost: null, throttleStatus: bucket.status() }
  return { status: 200, body: { errors, extensions: { cost } } }
}
