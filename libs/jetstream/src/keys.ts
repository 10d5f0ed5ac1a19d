import { headers as natsHeaders } from '@nats-io/transport-node'
import { ask, askApi, errorCodes, passes, type ApiError } from './ask.ts'
import type { Connection } from './link.ts'
import { LogRefused, LogUnavailable } from './log.ts'
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

interface StoredKey {
  readonly message?: { readonly seq: number; readonly data?: string }
}

interface SubjectsPage {
  readonly state: { readonly subjects?: Readonly<Record<string, number>> | null }
  readonly total?: number
}

const subjectOf = (id: string): string => {
  if (!/^[\w-]+(?:\.[\w-]+)*$/.test(id)) throw new RangeError(`"${id}" is no name of a key: expected letters, digits, _ and -, in parts joined by dots`)
  return `keys.${id}`
}

/**
 * Keys live in a stream of their own, so that they can be destroyed while the log cannot.
 * Every function throws LogUnavailable when the server does not answer, RangeError for a name that is none.
 */
export const createKeys = (connection: Connection): JetStreamKeys => {
  // Read from the stream's leader: a replica that lags would show a living key as erased.
  const find = async (id: string) => {
    const query = { last_by_subj: subjectOf(id) }
    return (await askApi<StoredKey>(connection, `STREAM.MSG.GET.${KEY_STREAM}`, query, [errorCodes.noMessageFound])).message
  }

  return {
    get: async (id) => {
      const message = await find(id)
      return message === undefined ? undefined : new Uint8Array(Buffer.from(message.data ?? '', 'base64'))
    },

    create: async (id, value) => {
      const headers = natsHeaders()
      headers.set('Nats-Expected-Last-Subject-Sequence', '0')
      const answer = await ask(connection, subjectOf(id), value, { headers, what: 'storing a key' })
      const { error } = answer.json<{ error?: ApiError }>()
      if (error === undefined) return 'created'
      if (error.err_code === errorCodes.wrongLastSequence) return 'exists'
      const sentence = `the key store refuses ${id}: ${error.description} (${error.err_code ?? error.code})`
      throw passes(error) ? new LogUnavailable(sentence) : new LogRefused(sentence)
    },

    delete: async (id) => {
      const stored = await find(id)
      if (stored === undefined) return
      await askApi(connection, `STREAM.MSG.DELETE.${KEY_STREAM}`, { seq: stored.seq }, [errorCodes.noMessageFound, errorCodes.sequenceNotFound])
    },

    list: async (prefix) => {
      const names: string[] = []
      for (;;) {
        const page = await askApi<SubjectsPage>(connection, `STREAM.INFO.${KEY_STREAM}`, { subjects_filter: `keys.${prefix}>`, offset: names.length })
        const subjects = Object.keys(page.state.subjects ?? {})
        names.push(...subjects.map((subject) => subject.slice('keys.'.length)))
        if (subjects.length === 0 || names.length >= (page.total ?? 0)) return names
      }
    },
  }
}
