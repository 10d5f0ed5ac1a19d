import { getDirectiveValues, GraphQLError, type GraphQLResolveInfo } from 'graphql'
import type { Problem } from './inventory.ts'
import type { ShopState, WriteAttempt } from './state.ts'

const WINDOW_MS = 24 * 60 * 60 * 1000

export interface MutationResult {
  readonly group: WriteAttempt['group']
  readonly userErrors: readonly Problem[]
}

/**
 * The key of a field's `@idempotent`. The schema lets a mutation pass without it; Shopify refuses it when it runs.
 * Source: https://shopify.dev/changelog/making-idempotency-mandatory-for-inventory-adjustments-and-refund-mutations
 */
function idempotencyKey(info: GraphQLResolveInfo): string {
  const directive = info.schema.getDirective('idempotent')
  const [node] = info.fieldNodes
  const key = directive == null || node === undefined ? undefined : getDirectiveValues(directive, node, info.variableValues)?.key
  if (typeof key === 'string' && key !== '') return key
  const message = 'The @idempotent directive is required for this mutation but was not provided.'
  throw new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } })
}

/**
 * Runs a mutation at most once per key within 24 hours: a repetition gets the first result, other input or a running or failed attempt
 * its own error. Source: https://shopify.dev/docs/api/usage/implementing-idempotency
 */
export async function once(
  { state, info, args, clock }: { state: ShopState; info: GraphQLResolveInfo; args: unknown; clock: () => Date },
  run: () => Promise<MutationResult>,
): Promise<MutationResult> {
  const key = idempotencyKey(info)
  forgetOld(state, clock())
  const fingerprint = canonical(args)
  const known = state.attempts[key]
  if (known !== undefined) return answerAgain(known, info.fieldName, fingerprint)
  const attempt: WriteAttempt = { mutation: info.fieldName, fingerprint, at: clock().toISOString(), status: 'running', group: null }
  state.attempts[key] = attempt
  try {
    const result = await run()
    attempt.status = result.userErrors.length === 0 ? 'done' : 'failed'
    attempt.group = result.group
    return result
  } catch (error) {
    attempt.status = 'failed'
    throw error
  }
}

function answerAgain(known: WriteAttempt, mutation: string, fingerprint: string): MutationResult {
  if (known.mutation !== mutation || known.fingerprint !== fingerprint) {
    return problem('IDEMPOTENCY_KEY_PARAMETER_MISMATCH', 'The same idempotency key cannot be used with different operation parameters.')
  }
  if (known.status === 'running') {
    return problem('IDEMPOTENCY_CONCURRENT_REQUEST', 'This request is currently in progress, please try again.')
  }
  if (known.status === 'done') return { group: known.group, userErrors: [] }
  return problem(
    'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED', 'A previous request with this idempotency key failed. Retry with a new idempotency key.',
  )
}

const problem = (code: string, message: string): MutationResult => ({ group: null, userErrors: [{ code, field: null, message }] })

function forgetOld(state: ShopState, now: Date): void {
  const remembered = Object.entries(state.attempts).filter(([, { at }]) => now.getTime() - Date.parse(at) < WINDOW_MS)
  state.attempts = Object.fromEntries(remembered)
}

/** JSON with its keys in order, so that the order in which a client wrote them does not matter. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner
  ))
}
