import { definitionOf, readEvent, type GatewayEvent, type OrchestratorEvent, type RuntimeEvent } from '@zyra/contracts'
import type { StoredEvent } from '@zyra/jetstream'

type PlainEvent = GatewayEvent | OrchestratorEvent | RuntimeEvent

/**
 * An event of Zyra's own that is small and holds no personal data (switches, merchants, registrations, parking), at its current version;
 * undefined where it has none of these names.
 * @throws UnknownEventVersion, InvalidEventData; Error for a name that no contract declares
 */
export const readPlain = <Name extends PlainEvent['type']>({ envelope, data }: StoredEvent, ...names: readonly Name[]) => {
  const definition = definitionOf(envelope.type)
  const name = names.find((one) => one === envelope.type)
  if (name === undefined) return undefined
  return { type: name, data: readEvent(name, definition, envelope.version, data) } as Extract<PlainEvent, { readonly type: Name }>
}
