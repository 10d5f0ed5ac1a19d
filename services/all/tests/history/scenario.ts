import { etsyClient, etsyStock } from '@zyra/vendor-etsy'
import { parkedIdOf } from '@zyra/runtime'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  control, deliverShopify, itemAtOnePlace, mirrored, sandboxControl, seededRandom, settled, shopifyVariants, storedEvents, until, webhooksDelivered,
  type System,
} from '../harness.ts'

const CUSTOMER = { id: '115310627314723954', order: '820982911946154508', email: 'ada.lovelace@example.com' }
const MERCHANT = 'demo'

const faults = async ({ sandbox }: System, vendor: 'shopify' | 'etsy', list: readonly object[]): Promise<void> => {
  const plan = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ seed: 'history', faults: list }) }
  const response = await fetch(`${sandbox.origin}/control/${vendor}/faults`, plan)
  if (!response.ok) throw new Error(`${vendor} does not take the faults: ${await response.text()}`)
}

const happened = (system: System, filter: string, type: string, atLeast = 1) =>
  until(`${atLeast} x ${type}`, async () => {
    const found = (await storedEvents(system, [filter])).filter(({ envelope }) => envelope.type === type)
    return found.length >= atLeast && found
  }, 90_000)

const reconcile = async (system: System): Promise<void> => {
  // Shopify tells the time of a read in whole seconds: what was read is as of the second before.
  await delay(1_100)
  await control(system, 'reconcile', {})
  await settled(system)
}

const stockOf = (system: System, sku: string, available: number) => sandboxControl(system, '/shopify/stock', { sku, available })

/** Customers buy on both channels while webhooks are lost, doubled and shuffled. */
const sales = async (system: System, random: () => number, orders: number): Promise<void> => {
  await faults(system, 'shopify', [
    { kind: 'drop-webhook', probability: 0.1 },
    { kind: 'duplicate-webhook', probability: 0.2, copies: 1, afterMs: 50 },
    { kind: 'reorder-webhook', probability: 0.3, behind: 3, maxWaitMs: 500 },
  ])
  const skus = (await mirrored(system)).map(({ sku }) => sku)
  for (let order = 0; order < orders; order += 1) {
    const [sku, channel] = [skus[Math.floor(random() * skus.length)] ?? '', random() < 0.6 ? 'shopify' : 'etsy']
    // What is sold out is not sold.
    await sandboxControl(system, '/orders', { channel, sku, quantity: 1 + Math.floor(random() * 2) }).catch(() => undefined)
    if (order % 5 === 0) await stockOf(system, sku, Math.floor(random() * 9))
  }
  await webhooksDelivered(system, 60_000)
  await faults(system, 'shopify', [])
  await reconcile(system)
}

/** A level that is told twice, and then an older one. */
const lateAndRepeated = async (system: System): Promise<void> => {
  const { inventoryItemId, levels } = await itemAtOnePlace(system)
  const body = (available: number) =>
    `{"inventory_item_id":${inventoryItemId},"location_id":${levels[0]?.locationId ?? ''},"available":${available},"updated_at":null}`
  const at = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString()
  const newest = { topic: 'inventory_levels/update', body: body(7), webhookId: 'newest', eventId: 'newest', triggeredAt: at(1) }
  for (const delivery of [newest, newest, { ...newest, webhookId: 'late', eventId: 'late', body: body(3), triggeredAt: at(-60) }]) {
    await deliverShopify(system.gatewayUrl, delivery)
  }
  await settled(system)
}

/** Somebody raises a quantity on Etsy by hand (a lower one might be a sale that is not known yet); a reconcile finds it. */
const drift = async (system: System): Promise<void> => {
  const path = join(system.dataDir, 'secrets', `etsy-${MERCHANT}.json`)
  const client = etsyClient({
    baseUrl: `${system.sandbox.origin}/etsy`, keystring: 'zyra-sandbox-keystring', sharedSecret: 'zyra-sandbox-shared-secret', shopId: '44871203',
    tokens: JSON.parse(readFileSync(path, 'utf8')), saveTokens: async () => undefined,
  })
  const item = await itemAtOnePlace(system)
  const [linked] = await storedEvents(system, [`zyra.${MERCHANT}.inventory.stock.${item.inventoryItemId}`])
    .then((events) => events.filter(({ envelope }) => envelope.type === 'inventory.EtsyListingLinked'))
  const { listingId, sku } = linked?.data as { listingId: string; sku: string }
  await etsyStock({ client }).setQuantity({ listingId, sku, quantity: 20, mayRaise: true })
  await reconcile(system)
  await happened(system, `zyra.${MERCHANT}.inventory.stock.*`, 'inventory.DriftFound')
}

/** Everything is stopped; less goes out all the same, more waits for the resume. */
const stopAndResume = async (system: System): Promise<void> => {
  const { sku } = await itemAtOnePlace(system)
  await control(system, 'stop', { reason: 'stock-taking in the studio' })
  await delay(1_100)
  await stockOf(system, sku, 4)
  await stockOf(system, sku, 9)
  await settled(system)
  await control(system, 'resume', {})
  await settled(system)
}

const buffers = async (system: System): Promise<void> => {
  const skus = (await mirrored(system)).slice(0, 6).map(({ sku }) => sku)
  for (const [index, { inventoryItemId }] of (await shopifyVariants(system)).filter(({ sku }) => skus.includes(sku)).entries()) {
    await control(system, 'buffer', { merchant: MERCHANT, inventoryItem: inventoryItemId, buffer: index * 2 })
  }
  await settled(system)
}

const quarantine = async ({ gatewayUrl }: System): Promise<void> => {
  await deliverShopify(gatewayUrl, { topic: 'orders/teleported', body: '{"id":1}' })
  await deliverShopify(gatewayUrl, { topic: 'orders/create', body: '{"id":' })
}

/** A customer buys, asks what is known of them, and is erased. */
const erasure = async (system: System): Promise<void> => {
  const customer = `"customer":{"id":${CUSTOMER.id},"email":"${CUSTOMER.email}","last_name":"Lovelace"}`
  const shop = '"shop_id":954889,"shop_domain":"demo-shop.myshopify.com"'
  const send = (topic: string, body: string) => deliverShopify(system.gatewayUrl, { topic, body })
  const lines = '"line_items":[{"sku":"MUG-BLUE","quantity":1,"variant_id":1}]'
  await send('orders/create', `{"id":${CUSTOMER.order},"name":"#1001","email":"${CUSTOMER.email}",${lines},${customer}}`)
  await settled(system)
  await send('customers/data_request', `{${shop},${customer},"orders_requested":[${CUSTOMER.order}],"data_request":{"id":9}}`)
  await happened(system, `zyra.${MERCHANT}.orchestrator.data-request-effect.*`, 'orchestrator.DataExported')
  await send('customers/redact', `{${shop},${customer},"orders_to_redact":[${CUSTOMER.order}]}`)
  await happened(system, `zyra.${MERCHANT}.orchestrator.erasure-effect.*`, 'orchestrator.KeysErased')
}

/** Etsy answers garbage where it is read: a reconcile fails, the one that is tried a minute later too, and one by hand puts things right. */
const failures = async (system: System): Promise<void> => {
  const garbage = (operation: string) => faults(system, 'etsy', [{ kind: 'malformed-json', where: { operation } }])
  await garbage('getShopReceipts')
  await reconcile(system)
  await garbage('getListingsByShop')
  await happened(system, `zyra.${MERCHANT}.inventory.timer.*`, 'runtime.TimerFired')
  await happened(system, `zyra.${MERCHANT}.inventory.reconcile.*`, 'inventory.ReconcileFailed', 2)
  await faults(system, 'etsy', [])
  await reconcile(system)
}

/** Etsy answers garbage until a handler gives up on an item; then it is redriven. */
const parkAndRedrive = async (system: System): Promise<void> => {
  const { sku, inventoryItemId } = await itemAtOnePlace(system)
  await faults(system, 'etsy', [{ kind: 'malformed-json', where: { operation: '*ListingInventory' } }])
  await stockOf(system, sku, 6)
  await happened(system, 'zyra.*.inventory.parked.*', 'runtime.HandlerParked')
  await stockOf(system, sku, 5)
  await happened(system, 'zyra.*.inventory.parked.*', 'runtime.HandlerParked', 2)
  await faults(system, 'etsy', [])
  const parkedId = parkedIdOf({ handler: 'set-etsy-quantity', subject: `zyra.${MERCHANT}.inventory.stock.${inventoryItemId}` })
  await control(system, 'redrive', { merchant: MERCHANT, service: 'inventory', parkedId })
  await happened(system, 'zyra.*.inventory.parked.*', 'runtime.HandlerUnparked', 2)
  await settled(system)
}

/** A run of the sandbox shop in which as much as possible happens; what customers do comes from the seed. */
export const play = async (system: System, seed: number, orders: number): Promise<void> => {
  const random = seededRandom(seed)
  for (const act of [sales, lateAndRepeated, drift, stopAndResume, buffers, quarantine, erasure, failures, parkAndRedrive]) {
    const from = await system.js.log.lastSequence()
    await act(system, random, orders)
    console.log(`${act.name}: ${(await system.js.log.lastSequence()) - from} events`)
  }
  await deliverShopify(system.gatewayUrl, { topic: 'app/uninstalled', body: '{"id":954889,"name":"Demo","myshopify_domain":"demo-shop.myshopify.com"}' })
  await happened(system, `zyra.${MERCHANT}.inventory.reconcile.*`, 'inventory.ReconcileEnded')
  await settled(system)
}
