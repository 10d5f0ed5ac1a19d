import { ERASED, INSTALLATION, type GatewayEvent, type InventoryEvent, type OrchestratorEvent, type RuntimeEvent } from '@zyra/contracts'
import type { EventMeta, Recorded } from '@zyra/es'
import { orderCreate, parseExactJson, topicKey } from '@zyra/vendor-shopify/webhooks'

/** What the live lines need to remember between events. */
export interface LiveState {
  /** SKUs by inventory item. */
  readonly skus: Readonly<Record<string, string>>
  /** What Shopify's newest orders sold of each SKU and was not told yet. */
  readonly sold: Readonly<Record<string, number>>
  /** Pieces that Etsy sold and that Shopify does not show yet, by inventory item. */
  readonly soldOnEtsy: Readonly<Record<string, number>>
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
  if (difference > 0) return `Shopify restocked ${difference} x ${name}`
  return pieces === undefined ? `Shopify lowered ${name} by ${-difference}` : `Shopify sold ${pieces} x ${name}`
}

const onStock = (state: LiveState, { data: { before, available, total, via }, meta: { aggregateId, causationId } }: Of<'inventory.StockObserved'>): Step => {
  const name = nameOf(state, aggregateId)
  const difference = (available ?? 0) - (before ?? 0)
  const stillOnEtsy = (state.soldOnEtsy[aggregateId] ?? 0) + difference
  if (difference < 0 && stillOnEtsy >= 0) {
    return [{ ...state, soldOnEtsy: { ...state.soldOnEtsy, [aggregateId]: stillOnEtsy } }, `Etsy sold ${-difference} x ${name} -> Shopify ${total ?? 0}`]
  }
  const move = state.moving[aggregateId]
  // Another location of an item whose change is on its way already.
  const isOnItsWay = move !== undefined && (move.reachesEtsy || move.causationId === causationId)
  if (total !== null && isOnItsWay) return [{ ...state, moving: { ...state.moving, [aggregateId]: { ...move, stock: total } } }, undefined]
  if (total === null || difference === 0 || before === null) return [state, undefined]
  const pieces = state.sold[name]
  const what = via === 'read' ? `Reconcile found ${name} changed` : whatHappened(name, difference, pieces)
  const started: Move = { what, stock: total, causationId, reachesEtsy: false }
  const sold = difference < 0 ? without(state.sold, name) : state.sold
  return [{ ...state, sold, moving: { ...state.moving, [aggregateId]: started } }, undefined]
}

const goesToEtsy = (state: LiveState, item: string): LiveState => {
  const move = state.moving[item]
  return move === undefined ? state : { ...state, moving: { ...state.moving, [item]: { ...move, reachesEtsy: true } } }
}

const arrived = (state: LiveState, item: string, onEtsy: string): Step => {
  const move = state.moving[item]
  return [{ ...state, moving: without(state.moving, item) }, move === undefined ? undefined : `${move.what} -> stock ${move.stock} -> ${onEtsy}`]
}

const rememberSale = (state: LiveState, { data: { quantity, countedAt }, meta: { aggregateId } }: Of<'inventory.SaleWithheld'>): LiveState =>
  countedAt === null ? { ...state, soldOnEtsy: { ...state.soldOnEtsy, [aggregateId]: (state.soldOnEtsy[aggregateId] ?? 0) + quantity } } : state

/** Whose switch it is; nothing for that of the installation. */
const whose = ({ merchant }: EventMeta): string => (merchant === INSTALLATION ? '' : ` for ${merchant}`)

/** What waits, by the subject that it stands under: an item by its SKU. */
const whatWaits = (state: LiveState, subject: string): string => {
  const [, , , aggregate = '', ...id] = subject.split('.')
  return ['stock', 'etsy-quantity'].includes(aggregate) ? nameOf(state, id.join('.')) : `${aggregate} ${id.join('.')}`
}

const silent = (state: LiveState): Step => [state, undefined]

const tellers: { readonly [Type in Event['type']]?: (state: LiveState, event: Of<Type>) => Step } = {
  'gateway.ShopifyWebhookReceived': (state, { data: { topic, body } }) => silent(isOrder(topic) ? rememberOrder(state, body) : state),
  'gateway.WebhookQuarantined': (state, { data: { vendor, reason } }) => [state, `A delivery of ${vendor} was put in quarantine: ${reason}`],
  'inventory.ItemIdentified': (state, { data, meta }) => silent({ ...state, skus: { ...state.skus, [meta.aggregateId]: data.sku } }),
  'inventory.StockObserved': onStock,
  'inventory.SaleWithheld': (state, event) => silent(rememberSale(state, event)),
  'inventory.EtsyQuantityDecided': (state, { meta }) => silent(goesToEtsy(state, meta.aggregateId)),
  'inventory.DriftFound': (state, { data, meta }) =>
    [state, `Etsy sold ${data.found} x ${nameOf(state, meta.aggregateId)} where ${data.decided} were decided: it is set right`],
  'inventory.EtsyQuantitySet': (state, { data, meta }) => arrived(state, meta.aggregateId, `Etsy ${data.quantity}`),
  'inventory.EtsyQuantityRefused': (state, { data, meta }) =>
    [{ ...state, moving: without(state.moving, meta.aggregateId) }, `Etsy refused ${data.quantity} x ${data.sku}: ${data.reason}`],
  'inventory.ReconcileFinished': (state, { data }) => [state, `Reconcile: both channels read, ${data.items} items`],
  'inventory.ReconcileFailed': (state, { data }) => [state, `Reconcile failed: ${data.reason}`],
  'orchestrator.CallsStopped': (state, { data, meta }) =>
    [state, data.level === 'everything' ? `Everything is stopped${whose(meta)}; only what lowers stock still goes out` : `Autopilot is paused${whose(meta)}`],
  'orchestrator.CallsResumed': (state, { meta }) => [state, `Calls go out again${whose(meta)}`],
  'orchestrator.MerchantRegistered': (state, { data, meta }) => [state, `${meta.merchant} is registered (${data.mode}): ${data.shopDomain}`],
  'orchestrator.MerchantUninstalled': (state, { data, meta }) => [state, `${data.shopDomain} removed the app: nothing is called for ${meta.merchant} any more`],
  'orchestrator.KeysErased': (state, { data }) => [state, `Personal data erased: ${data.keyIds.length} keys deleted`],
  'orchestrator.DataExported': (state, { data }) => [state, `A customer asked for their data: ${data.file}`],
  'runtime.HandlerParked': (state, { data: { tries, handler, subject, error }, meta }) =>
    [state, tries === 0 ? undefined : `Parked: ${handler} gave up on ${whatWaits(state, subject)} (${error}); npx zyra parked show ${meta.aggregateId}`],
}

/** True for the delivery that tells what was sold; Shopify sends it a moment after those that tell what is left. */
export const isOrder = (topic: string): boolean => topicKey(topic) === 'ORDERS_CREATE'

/** One line for a person per thing that happened, where it is worth one. Pure: the state is handed from event to event. */
export const liveLine = (state: LiveState, event: Event): Step => {
  const teller = tellers[event.type] as ((state: LiveState, event: Event) => Step) | undefined
  return teller === undefined ? silent(state) : teller(state, event)
}

/** Nothing was told yet. */
export const initialLiveState: LiveState = { skus: {}, sold: {}, soldOnEtsy: {}, moving: {} }
