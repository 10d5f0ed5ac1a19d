import { ERASED, type GatewayEvent, type InventoryEvent, type OrchestratorEvent, type RuntimeEvent } from '@zyra/contracts'
import type { Recorded } from '@zyra/es'
import { orderCreate, parseExactJson, topicKey } from '@zyra/vendor-shopify/webhooks'

/** What the live lines need to remember between events. */
export interface LiveState {
  /** SKUs by inventory item. */
  readonly skus: Readonly<Record<string, string>>
  /** What Shopify's newest orders sold of each SKU and was not told yet. */
  readonly sold: Readonly<Record<string, number>>
  /** Stock changes on their way to Etsy, by inventory item. */
  readonly moving: Readonly<Record<string, Move>>
}

/** `reachesEtsy` is false until something is decided: most changes below the buffer, for instance, leave Etsy as it is. */
interface Move {
  readonly what: string
  readonly stock: number
  readonly causationId: string
  readonly reachesEtsy: boolean
}

type Event = Recorded<GatewayEvent | InventoryEvent | OrchestratorEvent | RuntimeEvent>
type Step = readonly [LiveState, string | undefined]
type Of<Type extends Event['type']> = Extract<Event, { readonly type: Type }>

const without = <Value>(record: Readonly<Record<string, Value>>, key: string): Readonly<Record<string, Value>> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== key))

const nameOf = ({ skus }: LiveState, item: string): string => skus[item] ?? `item ${item}`

const rememberOrder = (state: LiveState, body: string): LiveState => {
  if (body === ERASED) return state
  const order = orderCreate.safeParse(parseExactJson(body))
  if (!order.success) return state
  const sold = { ...state.sold }
  for (const { sku, quantity } of order.data.line_items) if (sku !== null) sold[sku] = (sold[sku] ?? 0) + quantity
  return { ...state, sold }
}

const whatHappened = (name: string, difference: number, pieces: number | undefined): string => {
  if (pieces !== undefined) return `Shopify sold ${pieces} x ${name}`
  return difference > 0 ? `Shopify restocked ${difference} x ${name}` : `Shopify lowered ${name} by ${-difference}`
}

const onStock = (state: LiveState, { data: { before, available, total, via }, meta: { aggregateId, causationId } }: Of<'inventory.StockObserved'>): Step => {
  const name = nameOf(state, aggregateId)
  const move = state.moving[aggregateId]
  // Another location of an item whose change is on its way already.
  const isOnItsWay = move !== undefined && (move.reachesEtsy || move.causationId === causationId)
  if (total !== null && isOnItsWay) return [{ ...state, moving: { ...state.moving, [aggregateId]: { ...move, stock: total } } }, undefined]
  const difference = (available ?? 0) - (before ?? 0)
  if (total === null || difference === 0 || before === null) return [state, undefined]
  const pieces = state.sold[name]
  const what = via === 'read' ? `Reconcile found ${name} changed` : whatHappened(name, difference, pieces)
  const started: Move = { what, stock: total, causationId, reachesEtsy: false }
  return [{ ...state, sold: without(state.sold, name), moving: { ...state.moving, [aggregateId]: started } }, undefined]
}

const goesToEtsy = (state: LiveState, item: string): LiveState => {
  const move = state.moving[item]
  return move === undefined ? state : { ...state, moving: { ...state.moving, [item]: { ...move, reachesEtsy: true } } }
}

const arrived = (state: LiveState, item: string, onEtsy: string): Step => {
  const move = state.moving[item]
  return [{ ...state, moving: without(state.moving, item) }, move === undefined ? undefined : `${move.what} -> stock ${move.stock} -> ${onEtsy}`]
}

/** One line for a person per thing that happened, where it is worth one. Pure: the state is handed from event to event. */
export const liveLine = (state: LiveState, event: Event): Step => {
  const item = event.meta.aggregateId
  switch (event.type) {
    case 'gateway.ShopifyWebhookReceived':
      return [topicKey(event.data.topic) === 'ORDERS_CREATE' ? rememberOrder(state, event.data.body) : state, undefined]
    case 'gateway.WebhookQuarantined':
      return [state, `A delivery of ${event.data.vendor} was put in quarantine: ${event.data.reason}`]
    case 'inventory.ItemIdentified':
      return [{ ...state, skus: { ...state.skus, [item]: event.data.sku } }, undefined]
    case 'inventory.StockObserved':
      return onStock(state, event)
    case 'inventory.EtsyQuantityDecided':
      return [goesToEtsy(state, item), undefined]
    case 'inventory.DriftFound':
      return [state, `Etsy sold ${event.data.found} x ${nameOf(state, item)} where ${event.data.decided} were decided: it is set right`]
    case 'inventory.EtsyQuantitySet':
      return arrived(state, item, `Etsy ${event.data.quantity}`)
    case 'inventory.EtsyQuantityRefused':
      return [{ ...state, moving: without(state.moving, item) }, `Etsy refused ${event.data.quantity} x ${event.data.sku}: ${event.data.reason}`]
    case 'inventory.ReconcileFinished':
      return [state, `Reconcile: both channels read, ${event.data.items} items`]
    case 'inventory.ReconcileFailed':
      return [state, `Reconcile failed: ${event.data.reason}`]
    case 'orchestrator.CallsStopped':
      return [state, event.data.level === 'everything' ? 'Everything is stopped; only what lowers stock still goes out' : 'Autopilot is paused']
    case 'orchestrator.CallsResumed':
      return [state, 'Calls go out again']
    case 'orchestrator.KeysErased':
      return [state, `Personal data erased: ${event.data.keyIds.length} keys deleted`]
    case 'orchestrator.DataExported':
      return [state, `A customer asked for their data: ${event.data.file}`]
    case 'runtime.HandlerParked':
      return event.data.tries === 0 ? [state, undefined] : [state, `Parked: ${event.data.handler} gave up (${event.data.error}); see npx zyra parked`]
    default:
      return [state, undefined]
  }
}

/** Nothing was told yet. */
export const initialLiveState: LiveState = { skus: {}, sold: {}, moving: {} }
