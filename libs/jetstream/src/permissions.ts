import { KEY_STREAM, LOG_STREAM, PROBE_STREAM, TIMER_STREAM } from './streams.ts'

/** What a NATS user may do, in the form of the server's configuration. */
export interface UserPermissions {
  readonly publish: { readonly allow: readonly string[]; readonly deny?: readonly string[] }
  readonly subscribe: { readonly allow: readonly string[] }
}

/** Each user hears replies under a prefix of its own, so that no service can listen to another's. */
export const inboxPrefixOf = (user: string): string => `_INBOX_${user}`

const reading = (stream: string): string[] => [
  `$JS.API.STREAM.INFO.${stream}`,
  `$JS.API.DIRECT.GET.${stream}`,
  `$JS.API.DIRECT.GET.${stream}.>`,
  `$JS.API.STREAM.MSG.GET.${stream}`,
]

const orderedConsumers = (stream: string): string[] => [
  `$JS.API.CONSUMER.CREATE.${stream}`,
  `$JS.API.CONSUMER.CREATE.${stream}.>`,
  `$JS.API.CONSUMER.INFO.${stream}.*`,
  `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`,
  `$JS.API.CONSUMER.DELETE.${stream}.*`,
  `$JS.ACK.${stream}.>`,
]

const keys = [...reading(KEY_STREAM), `$JS.API.STREAM.MSG.DELETE.${KEY_STREAM}`, 'keys.>']

/**
 * A service appends under its own name only, sets its own timers, and can neither create nor change nor delete a stream.
 * It can read the whole log: what is personal in it is encrypted.
 */
export const servicePermissions = (service: string): UserPermissions => ({
  publish: {
    allow: [
      '$JS.API.INFO',
      ...reading(LOG_STREAM),
      ...orderedConsumers(LOG_STREAM),
      `$JS.API.CONSUMER.RESET.${LOG_STREAM}.${service}-*`,
      `zyra.*.${service}.>`,
      ...reading(TIMER_STREAM),
      ...orderedConsumers(TIMER_STREAM),
      `$JS.API.CONSUMER.RESET.${TIMER_STREAM}.${service}-*`,
      `timers.set.${service}.>`,
      `$JS.API.STREAM.INFO.${PROBE_STREAM}`,
      `probes.${service}.>`,
      ...keys,
    ],
  },
  subscribe: { allow: [`${inboxPrefixOf(service)}.>`] },
})

/** The command line's user: reads the log, appends nothing. */
export const readerPermissions = (user: string): UserPermissions => ({
  publish: { allow: ['$JS.API.INFO', ...reading(LOG_STREAM), ...orderedConsumers(LOG_STREAM), ...reading(KEY_STREAM), ...reading(TIMER_STREAM)] },
  subscribe: { allow: [`${inboxPrefixOf(user)}.>`] },
})

/** The installation's own user: makes the streams. Used at start and for backups, by no service. */
export const adminPermissions = (): UserPermissions => ({ publish: { allow: ['>'] }, subscribe: { allow: ['>'] } })
