import type { NatsConnection } from '@nats-io/transport-node'

/** What is known of a connection: nothing is sent while it is down, since the client library drops what it buffered with each try to connect. */
export interface Link {
  readonly connected: () => boolean
  /** Resolves at once while connected, else with the next connection; also when the connection is closed for good. */
  readonly whenConnected: () => Promise<void>
  /** Calls back with every change of the connection, in words, until the answered function is called. */
  readonly onStatus: (listener: (status: string) => void) => () => void
}

/** Watches a connection for as long as it is open. */
export const watchLink = (nc: NatsConnection): Link => {
  const listeners = new Set<(status: string) => void>()
  let up = Promise.withResolvers<void>()
  let connected = true
  up.resolve()

  const note = (status: string): void => {
    if (status === 'disconnect' && connected) {
      connected = false
      up = Promise.withResolvers<void>()
    }
    if (status === 'reconnect') {
      connected = true
      up.resolve()
    }
    for (const listener of listeners) listener(status)
  }
  const watch = async (): Promise<void> => {
    for await (const { type } of nc.status()) if (type === 'disconnect' || type === 'reconnect' || type === 'error') note(type)
  }
  void watch()
  void nc.closed().then(() => up.resolve())

  return {
    connected: () => connected && !nc.isClosed(),
    whenConnected: () => up.promise,
    onStatus: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
