import type { AnyDecider, AnyReactor, Decider, DomainCommand, DomainEvent, Dispatch, EventMeta, Recorded } from '@zyra/es'
import { linksOf } from '../src/etsy-sales/match-etsy-sales.policy.ts'
import { observationOf } from '../src/oversell-buffer/observe-channels.policy.ts'
import { inventory } from '../src/service.ts'
import { shopifyWebhook } from '@zyra/testing'

export const [ITEM, STUDIO, MARKET] = ['9007199254740993', '9007199254740997', '9007199254740999']
const LISTING = { listingId: '1001', sku: 'MUG-BLUE' }
const START = Date.parse('2026-11-20T08:00:00Z')

type AnyState = Decider<DomainCommand, DomainEvent, unknown>
interface Webhook { readonly location: string; readonly available: number; readonly at: string }
/** A side effect under way: what is left of it, one step at the vendor at a time, then the vendor's answer. */
interface Effect {
  readonly reactor: AnyReactor
  readonly event: Recorded
  readonly input: never
  readonly begin: () => (() => unknown)[]
  steps: (() => unknown)[]
  answer?: unknown
}

/**
 * Shopify, Etsy and the inventory service between them, one step at a time: whoever plays decides what happens next, what is lost, what comes
 * twice and where a process dies. Everything that the vendors do takes effect at once; what Zyra hears of it waits to be handed over.
 */
export const twoChannels = ({ stock, wholeSeconds }: { readonly stock: Readonly<Record<string, number>>; readonly wholeSeconds: boolean }) => {
  const shopify = { levels: { ...stock }, webhooks: [] as Webhook[], adjustments: new Map<string, { readonly at: string; readonly transactionId: string }>() }
  const old = { id: '6999', quantity: 1, soldAt: START - 86_400_000, changedAt: START - 86_400_000 }
  const etsy = { quantity: 0, webhooks: [] as number[], receipts: [old] }
  const log: Recorded[] = []
  const states = new Map<string, unknown>()
  const lanes = new Map<string, Effect[]>()
  let [now, handled, ids] = [START, 0, 0]

  const clock = (): string => new Date(now).toISOString()
  /** As Shopify stamps a webhook; each is a nanosecond later than the one before. */
  const instant = (): string => clock().replace('Z', `${String((ids += 1)).padStart(6, '0')}Z`)
  /** As Shopify's answers tell the time: in whole seconds, unless the spec wants to know what comes of a better clock. */
  const answered = (): string => (wholeSeconds ? `${clock().slice(0, 19)}.000000000Z` : instant())

  const append = (aggregate: string, aggregateId: string, { type, data }: DomainEvent): void => {
    const id = `${log.length + 1}`
    const meta: EventMeta = {
      id, time: clock(), merchant: 'demo', service: type.split('.')[0] ?? '', aggregate, aggregateId, epoch: 1, sequence: log.length + 1,
      correlationId: id, causationId: id, actor: 'spec', backfill: false,
    }
    log.push({ type, data, meta })
  }

  const change = (location: string, difference: number): void => {
    shopify.levels[location] = (shopify.levels[location] ?? 0) + difference
    shopify.webhooks.push({ location, available: shopify.levels[location], at: instant() })
  }

  const decisionOn = ({ aggregate, id, command }: Dispatch) => {
    const decider = inventory.deciders?.find((one: AnyDecider) => one.aggregate === aggregate) as unknown as AnyState
    const state = states.get(`${aggregate} ${id}`) ?? decider.initialState
    return { decider, state, events: decider.decide(command, state) }
  }
  const decide = (dispatch: Dispatch): void => {
    const { aggregate, id } = dispatch
    const { decider, state, events } = decisionOn(dispatch)
    states.set(`${aggregate} ${id}`, events.reduce(decider.evolve, state))
    for (const event of events) append(aggregate, id, event)
  }

  const levels = () => Object.entries(shopify.levels).map(([location, available]) => ({ location, available }))
  const changedSince = (since: string) => etsy.receipts.filter(({ changedAt }) => changedAt >= Date.parse(since) - 600_000)
  const steps: Readonly<Record<string, (input: never, key: string) => (() => unknown)[]>> = {
    etsyQuantity: ({ quantity }: { quantity: number }) => [() => {
      const before = etsy.quantity
      etsy.quantity = quantity
      return { quantity, before, written: before !== quantity, renewed: false, alsoZeroed: [] }
    }],
    shopifyStock: ({ location, delta, transactionId }: { location: string; delta: number; transactionId: string }, key: string) => [() => {
      if (!shopify.adjustments.has(key)) {
        shopify.adjustments.set(key, { at: answered(), transactionId })
        change(location, delta)
      }
      return { at: shopify.adjustments.get(key)?.at }
    }],
    etsyReceipts: ({ since }: { since: string }) => {
      let until = ''
      return [
        () => (until = clock()),
        () => ({ until, sales: changedSince(since).map(({ id, quantity, soldAt }) => (
          { ...LISTING, receiptId: id, transactionId: id, quantity, soldAt: new Date(Math.floor(soldAt / 1_000) * 1_000).toISOString() }
        )) }),
      ]
    },
    channels: ({ since }: { since: string }) => {
      let seen = { asOf: '', levels: levels() }
      let quantity = 0
      const item = { inventoryItem: ITEM, sku: 'MUG-BLUE', title: 'Mug' }
      return [
        () => (seen = { asOf: answered(), levels: levels() }),
        () => (quantity = etsy.quantity),
        () => {
          const soldLately = changedSince(since).length > 0
          const read = { ...item, levels: seen.levels, etsy: { ...LISTING, quantity, maxQuantity: 999, soldLately } }
          const isNews = [observationOf(seen.asOf, read), ...linksOf(seen.asOf, read)].some((dispatch) => decisionOn(dispatch).events.length > 0)
          return { asOf: seen.asOf, items: isNews ? [read] : [], unchanged: isNews ? 0 : 1 }
        },
      ]
    },
    timers: () => [() => undefined],
  }

  const ask = (reactor: AnyReactor, event: Recorded): void => {
    const request = reactor.on[event.type]?.(event as never)
    if (request === undefined) return
    const lane = `${event.meta.aggregate} ${event.meta.aggregateId}`
    const input = request.input as never
    const begin = () => steps[reactor.port]?.(input, `${reactor.name} ${event.meta.id}`) ?? []
    lanes.set(lane, [...(lanes.get(lane) ?? []), { reactor, event, input, begin, steps: begin() }])
  }

  const actions = {
    wait: (ms: number) => { now += ms },
    sellOnShopify: (location: string, pieces: number) => { if ((shopify.levels[location] ?? 0) >= pieces) change(location, -pieces) },
    restock: (location: string, pieces: number) => change(location, pieces),
    sellOnEtsy: (pieces: number) => {
      if (etsy.quantity < pieces) return
      etsy.quantity -= pieces
      etsy.receipts.push({ id: `${7_000 + etsy.receipts.length}`, quantity: pieces, soldAt: now, changedAt: now })
      etsy.webhooks.push(now)
    },
    /** A receipt changes long after it was paid: it is sent, say. */
    changeReceipt: (which: number) => {
      const receipt = etsy.receipts[which % Math.max(1, etsy.receipts.length)]
      if (receipt !== undefined) receipt.changedAt = now
    },
    editEtsy: (quantity: number) => { etsy.quantity = quantity },
    /** One that waits, not always the oldest; `copies` 0 loses it, 2 delivers it twice. */
    deliverShopify: (which: number, copies: number) => {
      const [webhook] = shopify.webhooks.splice(which % Math.max(1, shopify.webhooks.length), 1)
      if (webhook === undefined) return
      const body = JSON.stringify({ inventory_item_id: 1, location_id: 1, available: webhook.available, updated_at: null })
        .replace('"inventory_item_id":1', `"inventory_item_id":${ITEM}`).replace('"location_id":1', `"location_id":${webhook.location}`)
      for (let copy = 0; copy < copies; copy += 1) append('shopify-webhook', 'x', shopifyWebhook('inventory_levels/update', body, { triggeredAt: webhook.at }))
    },
    deliverEtsy: (copies: number) => {
      if (etsy.webhooks.shift() === undefined) return
      const data = { topic: 'order.paid', webhookId: 'x', sentAt: null, bodyEncoding: 'utf8', body: '', customerId: null, orderId: null }
      for (let copy = 0; copy < copies; copy += 1) append('etsy-webhook', 'order.paid', { type: 'gateway.EtsyWebhookReceived', data })
    },
    reconcile: () => append('request', 'x', { type: 'gateway.ReconcileRequested', data: { requestId: 'x', by: 'spec' } }),
    /** Policies and reactors take up the next event; policies `times` times, as after a process that died before it said that it had. */
    handle: (times: number) => {
      const event = log[handled]
      if (event === undefined) return
      handled += 1
      for (let time = 0; time < times; time += 1) {
        for (const { on } of inventory.policies ?? []) for (const dispatch of on[event.type]?.(event as never) ?? []) decide(dispatch)
      }
      for (const reactor of inventory.reactors ?? []) ask(reactor, event)
    },
    /** The next step of some side effect; where `dies`, the process ends before it can record the answer, and another begins it again. */
    act: (which: number, dies: boolean) => {
      const waiting = [...lanes].filter(([, effects]) => effects.length > 0)
      const [lane, [effect]] = waiting[which % Math.max(1, waiting.length)] ?? ['', []]
      if (effect === undefined) return
      const step = effect.steps.shift()
      if (step !== undefined) return void (effect.answer = step())
      if (dies) return void (effect.steps = effect.begin())
      lanes.set(lane, (lanes.get(lane) ?? []).slice(1))
      const { reactor, event, input, answer } = effect
      for (const outcome of reactor.outcome(input, { ok: true, value: answer } as never)) append(reactor.effect, event.meta.aggregateId, outcome)
    },
  }

  /** Until nothing is left to be done. */
  const settle = (): void => {
    while (handled < log.length || [...lanes.values()].some(({ length }) => length > 0) || shopify.webhooks.length > 0 || etsy.webhooks.length > 0) {
      actions.wait(50)
      actions.deliverShopify(0, 1)
      actions.deliverEtsy(1)
      actions.handle(1)
      actions.act(0, false)
    }
  }

  return { actions, settle, shopify, etsy, log }
}
