import { etsyClient, type EtsyTokens } from '@zyra/vendor-etsy'
import { etsyWebhookBodySchema, receiptIdOf, verifyEtsyWebhook } from '@zyra/vendor-etsy/webhook'
import { clientCredentialsToken, shopifyClient } from '@zyra/vendor-shopify'
import { parseWebhookBody, readShopifyHeaders, verifyShopifyHmac } from '@zyra/vendor-shopify/webhooks'
import { openGateway, until } from '../test/gateway.ts'
import { ETSY, SHOPIFY, startSandbox, type Sandbox, type SandboxOptions } from './index.ts'

const started: { close: () => Promise<void> }[] = []
afterEach(async () => {
  for (const each of started.splice(0).toReversed()) await each.close()
})

const start = async (options: SandboxOptions = {}) => {
  const gateway = await openGateway()
  const sandbox = await startSandbox({ gatewayUrl: gateway.url, ...options })
  started.push(gateway, sandbox)
  return { gateway, sandbox }
}

const onShopify = ({ shopify }: Sandbox, sku: string) => shopify.variant(sku).levels.map(({ available }) => available)
const onEtsy = ({ etsy }: Sandbox, sku: string) => etsy.rows().find((row) => row.sku === sku)?.sellable

const etsyClientOf = ({ etsyBaseUrl }: Sandbox, saved: EtsyTokens[] = []) => etsyClient({
  baseUrl: etsyBaseUrl, keystring: ETSY.keystring, sharedSecret: ETSY.sharedSecret, shopId: ETSY.shopId, tokens: ETSY.tokens,
  saveTokens: async (tokens) => void saved.push(tokens),
})

describe('an order on Shopify', () => {
  it('lowers the stock where the pieces lie, leaves Etsy alone, and is told with signatures that verify', async () => {
    const { gateway, sandbox } = await start()
    const before = onEtsy(sandbox, 'MUG-BLUE')
    expect(sandbox.placeOrder('shopify', [{ sku: 'MUG-BLUE', quantity: 7 }])).toMatchObject({ placed: true })
    expect(onShopify(sandbox, 'MUG-BLUE')).toEqual([0, 2])
    expect(onEtsy(sandbox, 'MUG-BLUE')).toBe(before)

    await sandbox.shopify.webhooksIdle()
    for (const { path, headers, body } of gateway.received) {
      expect(path).toBe('/webhooks/shopify')
      expect(verifyShopifyHmac(body, readShopifyHeaders(headers).hmac, SHOPIFY.clientSecret)).toBe(true)
      expect(parseWebhookBody(body)).toMatchObject({ ok: true })
    }
    expect(gateway.received.map(({ headers }) => readShopifyHeaders(headers).topic).sort())
      .toEqual(['inventory_levels/update', 'inventory_levels/update', 'orders/create', 'products/update'])
    expect(gateway.received.map(({ headers }) => readShopifyHeaders(headers).shop)).toContain(SHOPIFY.shop)
  })

  it('is refused when too few pieces are left, and then nobody is told', async () => {
    const { gateway, sandbox } = await start()
    const order = sandbox.placeOrder('shopify', [{ sku: 'MOON-JAR-1', quantity: 2 }])
    expect(order).toEqual({ placed: false, reason: 'sold-out', sku: 'MOON-JAR-1' })
    expect([onShopify(sandbox, 'MOON-JAR-1'), sandbox.shopify.webhooksPending(), gateway.received]).toEqual([[1], 0, []])
  })
})

describe('an order on Etsy', () => {
  it('lowers the listing, leaves Shopify alone, and is told with a signature that verifies and a receipt that can be read', async () => {
    const { gateway, sandbox } = await start()
    const [before, shopifyBefore] = [onEtsy(sandbox, 'BOWL-L-OAT') ?? 0, onShopify(sandbox, 'BOWL-L-OAT')]
    const order = sandbox.placeOrder('etsy', [{ sku: 'BOWL-L-OAT', quantity: 3 }])
    expect([onEtsy(sandbox, 'BOWL-L-OAT'), onShopify(sandbox, 'BOWL-L-OAT')]).toEqual([before - 3, shopifyBefore])

    await sandbox.etsy.webhooksIdle()
    const { path, headers, body } = gateway.received[0]!
    expect(path).toBe('/webhooks/etsy')
    expect(verifyEtsyWebhook({ secret: ETSY.webhookSecret, headers, rawBody: body, now: new Date() })).toMatchObject({ ok: true })
    const receiptId = receiptIdOf(etsyWebhookBodySchema.parse(JSON.parse(body.toString())))
    expect(order).toEqual({ placed: true, orderId: receiptId })
    const receipt = await etsyClientOf(sandbox).getShopReceipt(receiptId ?? '')
    expect(receipt.transactions).toMatchObject([{ sku: 'BOWL-L-OAT', quantity: 3 }])
  })
})

describe('the fakes behind the sandbox', () => {
  it('take the Shopify credentials, and no others', async () => {
    const { sandbox } = await start()
    const { shopifyEndpoint: endpoint } = sandbox
    const clock = () => new Date()
    const sleep = () => Promise.reject(new Error('not throttled'))
    const clientOf = (token: () => Promise<string>) => shopifyClient({ shop: SHOPIFY.shop, endpoint, token, fetch, clock, sleep })
    const { clientId, clientSecret } = SHOPIFY
    const granted = clientOf(clientCredentialsToken({ endpoint, clientId, clientSecret, fetch, clock }))
    expect(await granted.shop()).toMatchObject({ ok: true, value: { value: { myshopifyDomain: SHOPIFY.shop } } })
    expect(await clientOf(async () => SHOPIFY.adminToken).shop()).toMatchObject({ ok: true })
    expect(await clientOf(async () => 'shpat_another').shop()).toMatchObject({ ok: false })
  })

  it('take the Etsy refresh token once', async () => {
    const { sandbox } = await start()
    const saved: EtsyTokens[] = []
    const first = etsyClientOf(sandbox, saved)
    await first.refreshTokens()
    expect(await first.getListingInventory('1734000101')).toMatchObject({ listing: { state: 'active' } })
    expect(saved).toHaveLength(1)
    await expect(etsyClientOf(sandbox).refreshTokens()).rejects.toMatchObject({ kind: 'unauthorised' })
  })

  it('deliver again, faster than the vendors, what the gateway did not take', async () => {
    const { gateway, sandbox } = await start()
    gateway.answer(503)
    sandbox.placeOrder('etsy', [{ sku: 'SPOON-REST', quantity: 1 }])
    await until(() => gateway.received.length === 1)
    gateway.answer(200)
    await sandbox.etsy.webhooksIdle()
    const attempts = sandbox.etsy.webhookAttempts().map(({ outcome, status }) => [outcome, status])
    expect(attempts).toEqual([['failed', 503], ['delivered', 200]])
  })
})

describe('a reset', () => {
  it('brings the first day back, keeps who is authorised, and gives no id twice', async () => {
    const { sandbox } = await start()
    const saved: EtsyTokens[] = []
    const client = etsyClientOf(sandbox, saved)
    await client.refreshTokens()
    const orders = ['shopify', 'etsy'] as const
    const before = orders.map((channel) => sandbox.placeOrder(channel, [{ sku: 'SPOON-REST', quantity: 2 }]))
    sandbox.shopify.faults.add({ kind: 'server-error' })
    sandbox.reset()
    expect([onShopify(sandbox, 'SPOON-REST'), onEtsy(sandbox, 'SPOON-REST')]).toEqual([[20], 20])
    expect(sandbox.shopify.faults.plan().faults).toEqual([])
    expect(await client.getListingInventory('1734000101')).toMatchObject({ listing: { state: 'active' } })
    const after = orders.map((channel) => sandbox.placeOrder(channel, [{ sku: 'SPOON-REST', quantity: 2 }]))
    const ids = [...before, ...after].map((placed) => placed.placed && placed.orderId)
    expect(new Set(ids).size).toBe(4)
  })
})

describe('the index page', () => {
  it('says what this is and names every SKU', async () => {
    const { sandbox } = await start()
    const answer = await fetch(`${sandbox.url}/`)
    expect(answer.headers.get('content-type')).toContain('text/html')
    const html = await answer.text()
    expect(html).toContain("Zyra's sandbox")
    for (const { sku } of sandbox.etsy.rows()) expect(html).toContain(`<td>${sku}</td>`)
  })
})
