import { isEtsyError } from './errors.ts'

/** What a merchant's consent gave us. Secret: never to be logged. */
export type EtsyTokens = {
  readonly accessToken: string
  readonly refreshToken: string
  /** When the access token ends, ISO 8601. */
  readonly expiresAt: string
}

export type TokenKeeperOptions = {
  readonly tokens: EtsyTokens
  /** Must have stored the tokens durably when it resolves: from then on the previous refresh token is worthless. */
  readonly saveTokens: (tokens: EtsyTokens) => Promise<void>
  /** Reads what is stored, for processes that share one authorisation: another may have refreshed already. */
  readonly loadTokens?: () => Promise<EtsyTokens>
  /** Trades a refresh token for new tokens. */
  readonly exchange: (refreshToken: string) => Promise<EtsyTokens>
  readonly clock: () => Date
}

export type TokenKeeper = {
  /** An access token that is good for another minute, refreshed if need be. */
  readonly accessToken: () => Promise<string>
  /** Tokens other than the one that was refused. Concurrent callers share one refresh. */
  readonly renew: (refusedAccessToken?: string) => Promise<EtsyTokens>
}

const marginMs = 60_000

/**
 * Keeps tokens fresh. Refresh tokens rotate: each can be used once, and its successor is saved before anything is done with it. If
 * saving fails, the successor is kept in memory and saved before the next call, since asking again with the old one would only lose the
 * authorisation.
 */
export const tokenKeeper = (options: TokenKeeperOptions): TokenKeeper => {
  let current = options.tokens
  let unsaved: EtsyTokens | undefined
  let renewing: Promise<EtsyTokens> | undefined

  const isFresh = (tokens: EtsyTokens) => Date.parse(tokens.expiresAt) - marginMs > options.clock().getTime()

  const exchange = async (refreshToken: string): Promise<EtsyTokens> => {
    try {
      return await options.exchange(refreshToken)
    } catch (error) {
      const stored = isEtsyError(error) && error.kind === 'unauthorised' ? await options.loadTokens?.() : undefined
      if (stored && stored.refreshToken !== refreshToken && isFresh(stored)) return stored
      throw error
    }
  }

  const obtain = async (): Promise<EtsyTokens> => {
    const stored = unsaved ? undefined : await options.loadTokens?.()
    if (stored && stored.accessToken !== current.accessToken && isFresh(stored)) return (current = stored)
    unsaved ??= await exchange((stored ?? current).refreshToken)
    await options.saveTokens(unsaved)
    current = unsaved
    unsaved = undefined
    return current
  }

  const renew = (refusedAccessToken?: string): Promise<EtsyTokens> => {
    if (!renewing && refusedAccessToken !== undefined && refusedAccessToken !== current.accessToken) return Promise.resolve(current)
    renewing ??= obtain().finally(() => {
      renewing = undefined
    })
    return renewing
  }

  return {
    accessToken: async () => (isFresh(current) && !renewing ? current : await renew()).accessToken,
    renew,
  }
}
