import { known, type Entry, type KnownEvent } from '../log/entry.ts'

/** What people call an inventory item: its SKU, or its id where that is not known. */
export type NameOf = (merchant: string, inventoryItem: string) => string

const amount = (value: number | null): string => (value === null ? 'not tracked' : String(value))

const reasons = {
  'stock changed': 'the stock changed',
  'buffer changed': 'the buffer changed',
  'listing linked': 'the listing was linked',
  drift: 'Etsy had drifted',
} as const

const tail = (id: string): string => (id.length > 6 ? `…${id.slice(-4)}` : id)

const gistOf = (event: KnownEvent, nameOf: NameOf): string => {
  const item = (id: string): string => nameOf(event.meta.merchant, id)
  switch (event.type) {
    case 'gateway.ShopifyWebhookReceived':
    case 'gateway.EtsyWebhookReceived':
      return `came in, delivery ${event.data.webhookId}`
    case 'gateway.WebhookQuarantined':
      return `a delivery of ${event.data.vendor} (${event.data.topic ?? 'no topic'}): ${event.data.reason}`
    case 'gateway.RegistrationRequested':
      return `${event.data.by} asks to register ${event.data.shopDomain} (${event.data.mode})`
    case 'gateway.ReconcileRequested':
      return `${event.data.by} asks to read both channels`
    case 'gateway.BufferChangeRequested':
      return `${event.data.by} asks for a buffer of ${event.data.buffer} for ${item(event.data.inventoryItem)}`
    case 'gateway.StopRequested':
      return `${event.data.by} asks to stop ${event.data.level}${event.data.reason === '' ? '' : `: ${event.data.reason}`}`
    case 'gateway.ResumeRequested':
      return `${event.data.by} asks to resume`
    case 'gateway.RedriveRequested':
      return `${event.data.by} asks to redrive ${event.data.parkedId} of ${event.data.service}`
    case 'inventory.ItemIdentified':
      return `it is ${event.data.sku}, "${event.data.title}"`
    case 'inventory.EtsyListingLinked':
      return `sold on Etsy as ${event.data.sku} of listing ${event.data.listingId}`
    case 'inventory.EtsyListingUnlinked':
      return `not sold on Etsy any more (listing ${event.data.listingId})`
    case 'inventory.StockObserved': {
      const { before, available, total, location, via } = event.data
      const others = total === available ? '' : `, ${amount(total)} over all`
      return `${before === null ? '' : `${before} -> `}${amount(available)} at location ${tail(location)}${others}${via === 'read' ? ', found by reading' : ''}`
    }
    case 'inventory.BufferSet':
      return `buffer is ${event.data.buffer}`
    case 'inventory.EtsyQuantityDecided': {
      const { before, quantity, available, buffer, because } = event.data
      return `Etsy is to sell ${quantity}${before === null ? '' : `, not ${before}`}: ${available} available, buffer ${buffer}, ${reasons[because]}`
    }
    case 'inventory.DriftFound':
      return `Etsy sold ${event.data.found} where ${event.data.decided} were decided`
    case 'inventory.EtsyQuantitySet': {
      const { quantity, before, written, renewed, alsoZeroed } = event.data
      const extra = `${renewed ? ', a listing fee was charged' : ''}${alsoZeroed.length === 0 ? '' : `, zeroed too: ${alsoZeroed.join(', ')}`}`
      return `Etsy sells ${quantity}${written ? `, it sold ${amount(before)}` : ' already, nothing was written'}${extra}`
    }
    case 'inventory.EtsyQuantityRefused':
      return `Etsy was not set to ${event.data.quantity}: ${event.data.reason}`
    case 'inventory.ReconcileStarted':
      return `reading both channels: ${event.data.because}`
    case 'inventory.ReconcileScheduled':
      return `next run at ${event.data.at}`
    case 'inventory.ReconcileFinished':
      return `both channels were read, ${event.data.items} items`
    case 'inventory.ReconcileFailed':
    case 'inventory.ChannelsReadFailed':
    case 'orchestrator.DataExportFailed':
      return event.data.reason
    case 'inventory.ChannelsRead':
      return `${event.data.items.length} items as both channels showed them${event.data.last ? '' : ', more follow'}`
    case 'orchestrator.MerchantRegistered':
      return `${event.data.shopDomain}, ${event.data.mode}`
    case 'orchestrator.MerchantUninstalled':
      return `${event.data.shopDomain} removed the app`
    case 'orchestrator.CallsStopped':
      return `${event.data.level === 'everything' ? 'everything is stopped' : 'autopilot is paused'} by ${event.data.by}${event.data.reason === '' ? '' : `: ${event.data.reason}`}`
    case 'orchestrator.CallsResumed':
      return `calls go out again, says ${event.data.by}`
    case 'orchestrator.ErasureOrdered':
      return event.data.scope === 'merchant' ? 'all personal data of the shop is to go' : `a customer with ${event.data.orderIds.length} orders is to be forgotten`
    case 'orchestrator.KeysErased':
      return `${event.data.keyIds.length} keys deleted: what they encrypted is unreadable`
    case 'orchestrator.DataRequested':
      return `a customer asks what is known of them, due by ${event.data.dueBy}`
    case 'orchestrator.DataExported':
      return `${event.data.events} events written to ${event.data.file}`
    case 'runtime.HandlerRegistered':
      return `${event.data.kind} ${event.data.handler} acts after #${event.data.afterSequence}`
    case 'runtime.EffectAttempted':
      return `${event.data.handler} tries${event.data.attempt === 1 ? '' : ` for the ${ordinal(event.data.attempt)} time`}, for #${event.data.forSequence}`
    case 'runtime.HandlerParked':
      return `${event.data.handler} ${event.data.tries === 0 ? 'holds' : 'gave up on'} #${event.data.sequence}: ${event.data.error}`
    case 'runtime.HandlerRedriven':
      return `${event.data.handler} tries again, attempt ${event.data.attempt}`
    case 'runtime.HandlerUnparked':
      return `${event.data.handler} is done with #${event.data.upToSequence}`
    case 'runtime.TimerSet':
      return `timer ${event.data.timer} for ${event.data.at}`
    case 'runtime.TimerFired':
      return `timer ${event.data.timer}, due ${event.data.due}`
  }
}

const ordinal = (n: number): string => `${n}${n % 100 >= 11 && n % 100 <= 13 ? 'th' : ['th', 'st', 'nd', 'rd'][n % 10] ?? 'th'}`

/** What an event says, in one line without personal data. */
export const gist = (entry: Entry, nameOf: NameOf): string => {
  const event = known(entry)
  const text = event === undefined ? entry.problem : gistOf(event, nameOf)
  return text ?? `nothing is known of ${entry.stored.envelope.type} in this release`
}

/** What an event belongs to, in short: an item by its SKU, a webhook by its topic, anything else by aggregate and id. */
export const shortSubject = ({ event: { meta: { aggregate, aggregateId, merchant } } }: Entry, nameOf: NameOf): string => {
  switch (aggregate) {
    case 'stock':
      return nameOf(merchant, aggregateId)
    case 'etsy-quantity':
      return `${nameOf(merchant, aggregateId)} on Etsy`
    case 'shopify-webhook':
    case 'etsy-webhook':
      return aggregateId
    default:
      return `${aggregate} ${aggregateId}`
  }
}

/** An event's name without its service. */
export const shortType = (type: string): string => type.slice(type.indexOf('.') + 1)
