import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node'
import { authenticatorOf } from './nkey.ts'

/** How a process reaches the server. */
export interface ConnectOptions {
  /** `nats://host:port`, several joined by commas. */
  readonly url: string
  /** Shown in the server's monitoring. */
  readonly name: string
  /** The user's nkey seed; undefined where the URL itself carries what is needed. */
  readonly seed?: string
  /** Every reply comes under this prefix, the only one that the user may subscribe to. */
  readonly inboxPrefix: string
}

const GREETED_WITHIN_MS = 3_000

/**
 * Connects and stays connected: a server that is away for minutes is waited for, half-open links are found within ten seconds.
 * The first connection is not waited for: a wrong address or seed is told at once.
 */
export const connectNats = async ({ url, name, seed, inboxPrefix }: ConnectOptions): Promise<NatsConnection> => {
  const options: NodeConnectionOptions = {
    servers: url.split(','),
    name,
    inboxPrefix,
    // A server that dies while it greets us is noticed by nothing else (nats.js 3.4.0; 20 s if left alone).
    timeout: GREETED_WITHIN_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 100,
    pingInterval: 5_000,
    maxPingOut: 2,
    ignoreAuthErrorAbort: true,
    ...(seed === undefined ? {} : { authenticator: authenticatorOf(seed) }),
  }
  return connect(options)
}
