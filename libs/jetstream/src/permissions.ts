import { eventRegistry } from '@zyra/contracts'
import { KEY_STREAM, OTHER_STREAMS, PROBE_STREAM, SNAPSHOT_STREAM, TIMER_STREAM } from './streams.ts'

/** What a NATS user may do, in the form of the server's configuration. */
export interface UserPermissions {
  readonly publish: { readonly allow: readonly string[]; readonly deny?: readonly string[] }
  readonly subscribe: { readonly allow: readonly string[] }
}

/** Each user hears replies under a prefix of its own, so that no service can listen to another's. */
export const inboxPrefixOf = (user: string): string => `_INBOX_${user}`

/** What is asked for stands in the request's body, so it is the whole stream or nothing. */
const reading = (stream: string): string[] => [
  `$JS.API.STREAM.INFO.${stream}`,
  `$JS.API.DIRECT.GET.${stream}`,
  `$JS.API.STREAM.MSG.GET.${stream}`,
]

/**
 * Reading in order needs a consumer without a name, and answers to its flow control. Where it delivers to stands in the request's body, of
 * which permissions know nothing: a service could have the log sent to another's inbox.
 */
const following = (stream: string): string[] => [`$JS.API.CONSUMER.CREATE.${stream}`, `$JS.FC.${stream}.>`]

/** A wildcard stands for a whole part of a subject, so that each durable consumer is named: nobody touches another service's. */
const owning = (stream: string, durable: string): string[] => [
  ...['CREATE', 'INFO', 'MSG.NEXT', 'RESET', 'UNPIN'].map((request) => `$JS.API.CONSUMER.${request}.${stream}.${durable}`),
  `$JS.ACK.${stream}.${durable}.>`,
]

/**
 * The log's segments are made one after the other, so nobody can name them all, and a server's wildcard stands for a whole name only: allowed
 * for every stream, and denied for those that are no segments.
 */
const onSegments = (allowed: (stream: string) => readonly string[]) => ({ allow: allowed('*'), deny: OTHER_STREAMS.flatMap(allowed) })

/** Who records this deletes keys. */
const KEYS_ERASED = 'orchestrator.KeysErased'

/** Who records personal data makes keys, and takes back one that another process made as well. */
const worksOnKeys = (service: string): boolean =>
  [...eventRegistry].some(([type, { personal = [] }]) => type.startsWith(`${service}.`) && (personal.length > 0 || type === KEYS_ERASED))

/** Every service may read keys, to decrypt; few make or delete them. */
const keys = (service: string): string[] => (worksOnKeys(service) ? [`$JS.API.STREAM.MSG.DELETE.${KEY_STREAM}`, 'keys.>'] : [])

/**
 * A service appends under its own name only, works on its own consumers (`<service>-policy`, `<service>-reactor`, `<service>-timers`), sets its
 * own timers, stores and reads snapshots of its own aggregates, and can neither create nor change nor delete a stream. It can read the whole log: what is
 * personal in it is encrypted. Keys are made and deleted by who records personal data or erasures.
 */
export const servicePermissions = (service: string): UserPermissions => {
  const log = onSegments((stream) => [...following(stream), ...['policy', 'reactor'].flatMap((kind) => owning(stream, `${service}-${kind}`))])
  return {
    publish: {
      allow: [
        `zyra.*.${service}.>`,
        ...reading('*'),
        ...log.allow,
        `timers.set.${service}.>`,
        ...owning(TIMER_STREAM, `${service}-timers`),
        `probes.${service}.>`,
        `snapshots.*.${service}.>`,
        `$JS.API.DIRECT.GET.${SNAPSHOT_STREAM}.snapshots.*.${service}.>`,
        ...keys(service),
      ],
      deny: [...log.deny, ...reading(PROBE_STREAM), ...reading(SNAPSHOT_STREAM)],
    },
    subscribe: { allow: [`${inboxPrefixOf(service)}.>`] },
  }
}

/** The command line's user: reads the log, appends nothing. */
export const readerPermissions = (user: string): UserPermissions => {
  const log = onSegments(following)
  return {
    publish: { allow: [...reading('*'), ...log.allow], deny: [...log.deny, ...reading(PROBE_STREAM), ...reading(SNAPSHOT_STREAM)] },
    subscribe: { allow: [`${inboxPrefixOf(user)}.>`] },
  }
}

/** The user that seals the log: reads its segments and nothing else, appends nothing. */
export const sealerPermissions = (user: string): UserPermissions => ({
  publish: onSegments((stream) => [...reading(stream), ...following(stream)]),
  subscribe: { allow: [`${inboxPrefixOf(user)}.>`] },
})

/** The installation's own user: makes the streams. Used at start and for backups, by no service. */
export const adminPermissions = (): UserPermissions => ({ publish: { allow: ['>'] }, subscribe: { allow: ['>'] } })
