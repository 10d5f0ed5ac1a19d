import type { Recorded } from '@zyra/es'
import { printable } from '@zyra/runtime/terminal-text'
import type { Entry } from '../log/entry.ts'
import { gatewayGists } from './gists/gateway.ts'
import type { NameOf } from './gists/gists.ts'
import { inventoryGists } from './gists/inventory.ts'
import { orchestratorGists } from './gists/orchestrator.ts'
import { runtimeGists } from './gists/runtime.ts'

export type { NameOf } from './gists/gists.ts'

type AnyGist = (event: Recorded<never>, item: (id: string) => string) => string

const gists: ReadonlyMap<string, AnyGist> = new Map<string, AnyGist>(
  Object.entries({ ...gatewayGists, ...inventoryGists, ...orchestratorGists, ...runtimeGists }),
)

/** What an event says, in one line without personal data. */
export const gist = (entry: Entry, nameOf: NameOf): string => printable(gistOf(entry, nameOf))

const gistOf = ({ stored, event, problem }: Entry, nameOf: NameOf): string => {
  const tell = gists.get(event.type)
  if (problem !== undefined || tell === undefined) return problem ?? `nothing is known of ${stored.envelope.type} in this release`
  // Its contract has read the data by now.
  return tell(event as never, (id) => nameOf(event.meta.merchant, id))
}

/** What an event belongs to, in short: an item by its SKU, a webhook by its topic, anything else by aggregate and id. */
export const shortSubject = (
  {
    event: {
      meta: { aggregate, aggregateId, merchant },
    },
  }: Entry,
  nameOf: NameOf,
): string => {
  switch (aggregate) {
    case 'stock':
      return nameOf(merchant, aggregateId)
    case 'etsy-quantity':
      return `${nameOf(merchant, aggregateId)} on Etsy`
    case 'shopify-webhook':
    case 'etsy-webhook':
      return aggregateId
    case 'request':
      return 'request'
    default:
      return `${aggregate} ${aggregateId}`
  }
}

/** An event's name without its service. */
export const shortType = (type: string): string => type.slice(type.indexOf('.') + 1)
