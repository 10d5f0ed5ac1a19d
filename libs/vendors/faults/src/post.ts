import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Scheduler } from './time.ts'

export type PostLimits = {
  /** How long connecting may take, in ms. */
  readonly connectTimeoutMs: number
  /** How long the whole answer may take once a connection was asked for, in ms. */
  readonly answerTimeoutMs: number
}

export type Post = { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array }

export type Poster = {
  /** Answers the status, whatever it is; redirects are not followed. Rejects with one sentence when no answer came. */
  readonly post: (post: Post, limits: PostLimits, signal: AbortSignal) => Promise<number>
  readonly close: () => void
}

/**
 * Sends bodies byte for byte. Not on fetch, because fetch has no limit for connecting alone, which Shopify documents as 1 s.
 *
 * @param maxConnections how many posts per receiver are under way at once; further ones wait their turn
 */
export const createPoster = (scheduler: Scheduler, maxConnections = 32): Poster => {
  const agents = {
    http: new HttpAgent({ keepAlive: true, maxSockets: maxConnections }),
    https: new HttpsAgent({ keepAlive: true, maxSockets: maxConnections }),
  }
  return {
    post: ({ url, headers, body }, limits, signal) =>
      new Promise((resolve, reject) => {
        const target = new URL(url)
        const secure = target.protocol === 'https:'
        const request = (secure ? httpsRequest : httpRequest)(target, {
          method: 'POST',
          agent: secure ? agents.https : agents.http,
          headers: { ...headers, 'content-length': String(body.byteLength) },
          signal,
        })
        const timers: (() => void)[] = []
        const giveUpAfter = (ms: number, doing: string) =>
          scheduler.after(ms, () => request.destroy(new Error(`The receiver was still ${doing} after ${ms} ms.`)))

        request.once('socket', (socket) => {
          if (request.destroyed) return
          timers.push(giveUpAfter(limits.answerTimeoutMs, 'answering'))
          if (!socket.connecting) return
          const connected = giveUpAfter(limits.connectTimeoutMs, 'connecting')
          timers.push(connected)
          socket.once(secure ? 'secureConnect' : 'connect', connected)
        })
        const fail = (error: Error) => {
          timers.forEach((cancel) => cancel())
          reject(error)
        }
        request.once('error', fail)
        request.once('response', (response) => {
          response.once('error', fail)
          response.once('end', () => {
            timers.forEach((cancel) => cancel())
            resolve(response.statusCode ?? 0)
          })
          response.resume()
        })
        request.end(body)
      }),
    close: () => {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}
