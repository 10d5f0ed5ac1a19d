import type { JetStreamManager } from '@nats-io/jetstream'
import { errors, headers as natsHeaders, type NatsConnection } from '@nats-io/transport-node'
import { LogUnavailable } from './log.ts'
import { KEY_STREAM } from './streams.ts'

/** Opaque bytes by name, each made once: what an encryption's keys are kept in. Names are `[A-Za-z0-9_-]` parts joined by dots. */
export interface JetStreamKeys {
  readonly get: (id: string) => Promise<Uint8Array | undefined>
  /** Answers `exists` where somebody else was first. */
  readonly create: (id: string, value: Uint8Array) => Promise<'created' | 'exists'>
  /** Overwrites the stored bytes, then forgets them. Safe to repeat. */
  readonly delete: (id: string) => Promise<void>
  /** The names that start with this, which ends with a dot or is empty. */
  readonly list: (prefix: string) => Promise<string[]>
}

/** Keys live in a stream of their own, so that they can be destroyed while the log cannot. */
export const createKeys = (nc: NatsConnection, jsm: JetStreamManager): JetStreamKeys => {
  // Read from the stream's leader: a replica that lags would show a living key as erased.
  const find = (id: string) => jsm.streams.getMessage(KEY_STREAM, { last_by_subj: `keys.${id}` })

  return {
    get: async (id) => (await find(id))?.data,

    create: async (id, value) => {
      const headers = natsHeaders()
      headers.set('Nats-Expected-Last-Subject-Sequence', '0')
      try {
        const answer = await nc.request(`keys.${id}`, value, { headers, timeout: 5_000 })
        const { error } = answer.json<{ error?: { description: string; err_code: number } }>()
        if (error === undefined) return 'created'
        if (error.err_code === 10071) return 'exists'
        throw new Error(`the key store refuses ${id}: ${error.description}`)
      } catch (cause) {
        if (cause instanceof errors.TimeoutError || cause instanceof errors.RequestError) throw new LogUnavailable('the key store does not answer', { cause })
        throw cause
      }
    },

    delete: async (id) => {
      const stored = await find(id)
      if (stored !== null) await jsm.streams.deleteMessage(KEY_STREAM, stored.seq, true)
    },

    list: async (prefix) => {
      const { state } = await jsm.streams.info(KEY_STREAM, { subjects_filter: `keys.${prefix}>` })
      return Object.keys(state.subjects ?? {}).map((subject) => subject.slice('keys.'.length))
    },
  }
}
