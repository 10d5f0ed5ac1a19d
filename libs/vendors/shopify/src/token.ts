import { z } from 'zod'

export interface ClientCredentials {
  /** Where the shop is, without path: `https://demo-shop.myshopify.com`. */
  readonly endpoint: string
  readonly clientId: string
  readonly clientSecret: string
  readonly fetch: typeof globalThis.fetch
  readonly clock: () => Date
}

const answer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })
/** A token this close to its end is not handed out any more, in milliseconds. */
const MARGIN_MS = 5 * 60 * 1000
const TIMEOUT_MS = 10_000

/**
 * Access tokens by the client credentials grant, for an app and shops of the same owner. A token lasts 24 hours and is kept in memory
 * until five minutes before its end, or until it is named as refused; callers at the same time share one request. The function throws an
 * Error when Shopify gives no token. Source:
 * https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/client-credentials-grant
 */
export function clientCredentialsToken(options: ClientCredentials): (refused?: string) => Promise<string> {
  let held: { readonly token: string; readonly until: number } | undefined
  let underWay: Promise<string> | undefined

  const request = async (): Promise<string> => {
    const { clientId, clientSecret } = options
    const askedAt = options.clock().getTime()
    const response = await options.fetch(`${options.endpoint}/admin/oauth/access_token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (!response.ok) throw new Error(`Shopify gave no access token but status ${response.status}; check client id and client secret.`)
    const parsed = answer.safeParse(await response.json().catch(() => undefined))
    if (!parsed.success) throw new Error('Shopify answered the request for an access token with something that holds none.')
    held = { token: parsed.data.access_token, until: askedAt + parsed.data.expires_in * 1000 - MARGIN_MS }
    return held.token
  }

  return (refused) => {
    if (held !== undefined && held.token !== refused && options.clock().getTime() < held.until) return Promise.resolve(held.token)
    underWay ??= request().finally(() => {
      underWay = undefined
    })
    return underWay
  }
}
