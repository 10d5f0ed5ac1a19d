import type { NatsConnection } from '@nats-io/transport-node'
import { setTimeout as delay } from 'node:timers/promises'

/** What is known of a connection: nothing is sent while it is down, since the client library drops what it buffered with each try to connect. */
export interface Link {
  readonly connected: () => boolean
  /** Resolves at once while connected, else with the next connection; also when the connection is closed for good. */
  readonly whenConnected: () => Promise<unknown>
  /** Calls back with every change of the connection, in words, until the answered function is called. */
  readonly onStatus: (listener: (status: string) => void) => () => void
}

/** A connection and what is known of it. */
export interface Connection {
  readonly nc: NatsConnection
  readonly link: Link
}

/** How long a request waits for the connection to come back, in ms. */
const BRIDGED_MS = 1_000

/**
 * Sends a request and waits for what comes of it, for as long as the connection holds: an answer that was on its way when it broke never comes.
 * A short interruption is waited for before sending.
 * @throws Error when there is no connection, or when it breaks before the answer
 */
export const whileConnected = async <Answer>({ nc, link }: Connection, send: () => Promise<Answer>): Promise<Answer> => {
  if (!link.connected()) await Promise.race([link.whenConnected(), delay(BRIDGED_MS, undefined, { ref: false })])
  if (!link.connected()) throw new Error(nc.isClosed() ? 'the connection was closed' : 'there is no connection')
  const broken = Promise.withResolvers<never>()
  const stopWatching = link.onStatus((status) => status === 'disconnect' && broken.reject(new Error('the connection broke')))
  try {
    return await Promise.race([send(), broken.promise])
  } finally {
    stopWatching()
  }
}

/** Watches a connection for as long as it is open. */
export const watchLink = (nc: NatsConnection): Link => {
  const listeners = new Set<(status: string) => void>()
  let up = Promise.withResolvers<unknown>()
  let connected = true
  up.resolve(undefined)

  const note = (status: string): void => {
    if (status === 'disconnect' && connected) {
      connected = false
      up = Promise.withResolvers<unknown>()
    }
    if (status === 'reconnect') {
      connected = true
      up.resolve(undefined)
    }
    for (const listener of listeners) listener(status)
  }
  const watch = async (): Promise<void> => {
    for await (const { type } of nc.status()) if (type === 'disconnect' || type === 'reconnect' || type === 'error') note(type)
  }
  void watch()
  void nc.closed().then(() => {
    note('disconnect')
    up.resolve(undefined)
  })

  return {
    connected: () => connected && !nc.isClosed(),
    whenConnected: () => up.promise,
    onStatus: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
