import { definitionOf, readEvent } from '@zyra/contracts'
import type { StoredEvent } from '@zyra/jetstream'

/**
 * An event of Zyra's own that is small and holds no personal data (switches, merchants, registrations, parking), at its current version.
 * @throws UnknownEventVersion, InvalidEventData
 */
export const readPlain = <Event extends { readonly type: string; readonly data: unknown }>({ envelope, data }: StoredEvent): Event =>
  ({ type: envelope.type, data: readEvent(envelope.type, definitionOf(envelope.type), envelope.version, data) }) as Event
