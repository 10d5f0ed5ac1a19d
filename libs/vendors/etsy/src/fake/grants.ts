import { createHash } from 'node:crypto'
import type { EtsyFakeState } from './state.ts'
import { refusal } from './refusal.ts'

export type GrantTimes = { readonly accessSeconds: number; readonly refreshSeconds: number }

const allScopes = ['listings_r', 'listings_w', 'transactions_r'] as const

const seconds = (now: Date) => Math.floor(now.getTime() / 1000)

/** New tokens, as after a merchant's consent. Deterministic, so that a run can be repeated: these tokens protect nothing. */
export const issueGrant = (state: EtsyFakeState, now: Date, times: GrantTimes, scopes: readonly string[] = allScopes) => {
  const token = (kind: string) => {
    const hash = createHash('sha256').update(`${state.shopId}/${state.nextId}/${kind}`).digest('base64url')
    return `${state.userId}.${hash}`
  }
  const grant = {
    accessToken: token('access'),
    refreshToken: token('refresh'),
    accessEndsAt: seconds(now) + times.accessSeconds,
    refreshEndsAt: seconds(now) + times.refreshSeconds,
    refreshUsed: false,
    revoked: false,
    scopes: [...scopes],
  }
  state.nextId += 1
  state.grants.push(grant)
  return grant
}

/** Trades a refresh token for new tokens. The old one is dead from then on, whether or not the answer arrives. */
export const useRefreshToken = (state: EtsyFakeState, refreshToken: string, now: Date, times: GrantTimes) => {
  const grant = state.grants.find((one) => one.refreshToken === refreshToken)
  if (!grant) throw refusal(400, 'invalid_grant', 'refresh_token is invalid')
  if (grant.revoked || grant.refreshUsed) throw refusal(400, 'invalid_grant', 'refresh_token is revoked')
  if (grant.refreshEndsAt <= seconds(now)) throw refusal(400, 'invalid_grant', 'refresh_token is expired')
  grant.refreshUsed = true
  const next = issueGrant(state, now, times, grant.scopes)
  forgetEnded(state, now)
  return next
}

/** Throws what Etsy answers to a missing, ended or too narrow access token. */
export const checkAccess = (state: EtsyFakeState, header: string | undefined, scope: string, now: Date): void => {
  const grant = state.grants.find(({ accessToken }) => header === `Bearer ${accessToken}`)
  if (!grant) throw refusal(401, 'invalid_token', header === undefined ? 'access token is missing' : 'access token is invalid')
  if (grant.revoked) throw refusal(401, 'invalid_token', 'access token is revoked')
  if (grant.accessEndsAt <= seconds(now)) throw refusal(401, 'invalid_token', 'access token is expired')
  if (!grant.scopes.includes(scope)) throw refusal(403, 'insufficient_scope', `the scope ${scope} is needed`)
}

export const expireAccess = (state: EtsyFakeState, header: string | undefined, now: Date): void => {
  for (const grant of state.grants) if (header === `Bearer ${grant.accessToken}`) grant.accessEndsAt = seconds(now)
}

export const revokeAll = (state: EtsyFakeState): void => {
  for (const grant of state.grants) grant.revoked = true
}

const forgetEnded = (state: EtsyFakeState, now: Date): void => {
  state.grants = state.grants.filter(({ refreshUsed, accessEndsAt }) => !refreshUsed || accessEndsAt > seconds(now) - 86_400)
}
