import type { JetStreamManager } from '@nats-io/jetstream'
import { errors, headers as natsHeaders, type NatsConnection } from '@nats-io/transport-node'
import { LogUnavailable } from './log.ts'
import { KEY_STREAM } from './streams.ts'
import { decodeToken, encodeToken } from './subject.ts'

/** Opaque bytes by id, each made once: what an encryption's keys are kept in. Ids are paths: `a/b/c`. */
export interface JetStreamKeys {
  readonly get: (id: string) => Promise<Uint8Array | undefined>
  /** Answers `exists` where somebody else was first. */
  readonly create: (id: string, value: Uint8Array) => Promise<'created' | 'exists'>
  /** Overwrites the stored bytes, then forgets them. Safe to repeat. */
  readonly delete: (id: string) => Promise<void>
  /** The ids below a path. */
  readonly list: (prefix: string) => Promise<string[]>
}

const subjectFor = (id: string): string => `keys.${id.split('/').map(encodeToken).join('.')}`
const idOf = (subject: string): string => subject.split('.').slice(1).map(decodeToken).join('/')

/** Keys live in a stream of their own, so that they can be destroyed while the log cannot. */
export const createKeys = (nc: NatsConnection, jsm: JetStreamManager): JetStreamKeys => {
  const find = (id: string) => jsm.direct.getMessage(KEY_STREAM, { last_by_subj: subjectFor(id) })

  return {
    get: async (id) => (await find(id))?.data,

    create: async (id, value) => {
      const headers = natsHeaders()
      headers.set('Nats-Expected-Last-Subject-Sequence', '0')
      try {
        const answer = await nc.request(subjectFor(id), value, { headers, timeout: 5_000 })
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
      const filter = prefix === '' ? '>' : `${prefix.replace(/\/$/, '').split('/').map(encodeToken).join('.')}.>`
      const { state } = await jsm.streams.info(KEY_STREAM, { subjects_filter: `keys.${filter}` })
      return Object.keys(state.subjects ?? {}).map(idOf)
    },
  }
}
