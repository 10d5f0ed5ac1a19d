import { z } from 'zod'
import { gid } from '../ids.ts'
import { openTestShop, SECRET } from '../../test/shop.ts'

type TestShop = Awaited<ReturnType<typeof openTestShop>>

const TOKEN = 'shpat_test'
const answerSchema = z.object({
  data: z.unknown().optional(),
  errors: z.unknown().optional(),
  extensions: z.unknown().optional(),
})

describe('the fake shop speaks Shopify\'s protocol', () => {
  let shop: TestShop
  beforeEach(async () => {
    shop = await openTestShop({ accessTokens: [TOKEN] })
  })
  afterEach(() => shop.fake.close())

  const post = (body: unknown, { version = '2026-10', token = TOKEN } = {}) => fetch(`${shop.endpoint}/admin/api/${version}/graphql.json`, {
    method: 'POST', headers: { 'content-type': 'application/json', 'x-shopify-access-token': token }, body: JSON.stringify(body),
  })
  const ask = async (query: string, variables: object = {}) => answerSchema.parse(await (await post({ query, variables })).json())
  const ids = () => {
    const { inventoryItemId, levels } = shop.fake.variant('MUG-RED')
    return { inventoryItemId: gid('InventoryItem', inventoryItemId), locationId: gid('Location', levels[0]?.locationId ?? '') }
  }
  const place = () => {
    const { inventoryItemId, locationId } = ids()
    return `inventoryItemId: "${inventoryItemId}", locationId: "${locationId}"`
  }
  const adjust = (change: string, directive = '@idempotent(key: "k")', input = 'name: "available", reason: "correction"') => ask(
    `mutation { inventoryAdjustQuantities(input: { ${input}, changes: [{ ${place()}, ${change} }] }) ${directive}
      { userErrors { code field } } }`,
  )
  const set = (quantities: string, directive = '@idempotent(key: "k")') => ask(
    `mutation { inventorySetQuantities(input: { name: "available", reason: "correction", quantities: [${quantities}] }) ${directive}
      { inventoryAdjustmentGroup { id } userErrors { code field } } }`,
  )
  const code = (expected: string) => [expect.objectContaining({ extensions: expect.objectContaining({ code: expected }) })]

  describe('requests', () => {
    it('answers 401 without a valid token', async () => {
      const response = await post({ query: '{ shop { name } }' }, { token: 'shpat_wrong' })
      expect(response.status).toBe(401)
      expect(await response.json()).toEqual({ errors: expect.stringContaining('Invalid API key or access token') })
    })

    it('refuses a field that the official schema does not have', async () => {
      expect((await ask('{ shop { name mood } }')).errors).toEqual(code('undefinedField'))
    })

    it('refuses a variable of the wrong type', async () => {
      expect((await ask('query ($id: ID!) { inventoryItem(id: $id) { sku } }', { id: null })).errors).toEqual(code('INVALID_VARIABLE'))
    })

    it('refuses what is no GraphQL, and what is no request', async () => {
      expect((await ask('{ shop { name }')).errors).toEqual([expect.objectContaining({ message: expect.stringContaining('Syntax Error') })])
      expect((await post({ question: '?' })).status).toBe(400)
    })

    it('serves retired versions by the one it has, and no later or unknown one', async () => {
      const retired = await post({ query: '{ shop { name } }' }, { version: '2024-01' })
      expect([retired.status, retired.headers.get('x-shopify-api-version')]).toEqual([200, '2026-10'])
      for (const version of ['2027-01', '2026-11', 'latest']) {
        expect((await post({ query: '{ shop { name } }' }, { version })).status).toBe(404)
      }
    })

    it('needs first or last for a connection, and at most 250', async () => {
      expect((await ask('{ productVariants { nodes { id } } }')).errors).toEqual(code('BAD_REQUEST'))
      expect((await ask('{ productVariants(first: 251) { nodes { id } } }')).errors).toEqual(code('BAD_REQUEST'))
    })

    it('pages forwards, backwards and in reverse', async () => {
      const page = z.object({ nodes: z.array(z.object({ sku: z.string() })), pageInfo: z.object({ endCursor: z.string() }) })
      const read = async (args: string) => {
        const { data } = await ask(`{ productVariants(${args}) { nodes { sku } pageInfo { hasNextPage endCursor } } }`)
        return z.object({ productVariants: page }).parse(data).productVariants
      }
      const first = await read('first: 2')
      expect(first.nodes.map(({ sku }) => sku)).toEqual(['MUG-BLUE', 'MUG-RED'])
      expect((await read(`first: 1, after: "${first.pageInfo.endCursor}"`)).nodes.map(({ sku }) => sku)).toEqual(['MUG-OWN'])
      expect((await read(`last: 1, before: "${first.pageInfo.endCursor}"`)).nodes.map(({ sku }) => sku)).toEqual(['MUG-BLUE'])
      expect((await read('last: 1')).nodes.map(({ sku }) => sku)).toEqual(['PRINT-27'])
      expect((await read('first: 1, reverse: true')).nodes.map(({ sku }) => sku)).toEqual(['PRINT-27'])
      expect((await ask('{ productVariants(first: 1, after: "nonsense") { nodes { id } } }')).errors).toEqual(code('BAD_REQUEST'))
    })

    it('says what it cannot search instead of answering something else', async () => {
      expect((await ask('{ productVariants(first: 1, query: "sku:MUG") { nodes { id } } }')).errors).toEqual(
        [expect.objectContaining({ message: expect.stringContaining('sku:MUG') })],
      )
      expect((await ask('{ orders(first: 1, query: "name:1") { nodes { id } } }')).errors).toBeDefined()
    })
  })

  describe('cost', () => {
    it('shows what was asked for, what was needed and what is left', async () => {
      const { extensions } = await ask('{ productVariants(first: 100) { nodes { sku product { title } } } }')
      expect(extensions).toEqual({
        cost: {
          requestedQueryCost: 202,
          actualQueryCost: 64,
          throttleStatus: { maximumAvailable: 2000, currentlyAvailable: 1936, restoreRate: 100 },
        },
      })
    })

    it('refuses a query above 1,000 points by what it asks for, though it would find less', async () => {
      const { errors } = await ask('{ productVariants(first: 250) { nodes { product { id } a: product { id } b: product { id } } } }')
      expect(errors).toEqual(code('MAX_COST_EXCEEDED'))
    })

    it('throttles when the bucket is empty, and serves again once it has refilled', async () => {
      const query = '{ productVariants(first: 250) { nodes { product { title } inventoryItem { sku } } } }'
      const costly = { query: query.replace('250', '249') }
      const send = async () => answerSchema.parse(await (await post(costly)).json())
      let answer = await send()
      for (let request = 0; request < 30 && answer.errors === undefined; request += 1) answer = await send()
      const throttleStatus = expect.objectContaining({ restoreRate: 100 })
      expect(answer).toEqual({
        errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED', documentation: expect.any(String) } }],
        extensions: { cost: { requestedQueryCost: 749, actualQueryCost: null, throttleStatus } },
      })
      shop.time.advance(7490)
      expect((await ask(costly.query)).errors).toBeUndefined()
    })
  })

  describe('inventory mutations', () => {
    it('need @idempotent when they run, although the schema lets them pass', async () => {
      expect((await adjust('delta: 1, changeFromQuantity: null', '')).errors).toEqual(code('BAD_REQUEST'))
      expect(shop.fake.variant('MUG-RED').levels[0]?.available).toBe(5)
    })

    it('need changeFromQuantity, if only null', async () => {
      expect((await adjust('delta: 1')).errors).toEqual(code('INVALID_FIELD_ARGUMENTS'))
      expect((await set(`{ ${place()}, quantity: 1 }`)).errors).toEqual(code('INVALID_FIELD_ARGUMENTS'))
    })

    const add = 'delta: 1, changeFromQuantity: null'
    it.each([
      ['an unknown reason', add, 'name: "available", reason: "because"', 'INVALID_REASON'],
      ['another quantity than available', add, 'name: "incoming", reason: "correction"', 'INVALID_QUANTITY_NAME'],
      ['a ledger document', `${add}, ledgerDocumentUri: "gid://zyra/A/1"`, undefined, 'INVALID_AVAILABLE_DOCUMENT'],
      ['a quantity beyond all measure', 'delta: 2000000000, changeFromQuantity: null', undefined, 'INVALID_QUANTITY_TOO_HIGH'],
      ['a stale quantity', 'delta: 1, changeFromQuantity: 4', undefined, 'CHANGE_FROM_QUANTITY_STALE'],
    ])('decline %s', async (_case, change, input, expected) => {
      const { data } = await adjust(change, '@idempotent(key: "k")', input)
      expect(data).toMatchObject({ inventoryAdjustQuantities: { userErrors: [{ code: expected }] } })
      expect(shop.fake.variant('MUG-RED').levels[0]?.available).toBe(5)
    })

    it('decline to set a negative quantity or the same place twice', async () => {
      const one = `{ ${place()}, quantity: 1, changeFromQuantity: null }`
      expect((await set(`${one}, ${one}`)).data).toMatchObject(
        { inventorySetQuantities: { userErrors: [{ code: 'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR' }] } },
      )
      expect((await set(`{ ${place()}, quantity: -1, changeFromQuantity: null }`, '@idempotent(key: "n")')).data).toMatchObject(
        { inventorySetQuantities: { inventoryAdjustmentGroup: null, userErrors: [{ code: 'INVALID_QUANTITY_NEGATIVE' }] } },
      )
    })

    it('decline an unknown location', async () => {
      const { inventoryItemId } = ids()
      const place = `inventoryItemId: "${inventoryItemId}", locationId: "gid://shopify/Location/1"`
      const { data } = await set(`{ ${place}, quantity: 1, changeFromQuantity: null }`)
      expect(data).toMatchObject({ inventorySetQuantities: { userErrors: [{ code: 'INVALID_LOCATION' }] } })
    })

    it('take the key from a variable, and do not mind the order of the input\'s fields', async () => {
      const query = `mutation ($input: InventoryAdjustQuantitiesInput!, $key: String!) {
        inventoryAdjustQuantities(input: $input) @idempotent(key: $key) { inventoryAdjustmentGroup { id } userErrors { code } }
      }`
      const one = { name: 'available', reason: 'restock', changes: [{ ...ids(), delta: 1, changeFromQuantity: null }] }
      const other = { changes: [{ changeFromQuantity: null, delta: 1, ...ids() }], reason: 'restock', name: 'available' }
      const first = await ask(query, { key: 'v', input: one })
      const again = await ask(query, { key: 'v', input: other })
      expect(first.data).toMatchObject({ inventoryAdjustQuantities: { userErrors: [] } })
      expect(again.data).toEqual(first.data)
    })
  })

  describe('access tokens', () => {
    const request = (form: Record<string, string>) =>
      fetch(`${shop.endpoint}/admin/oauth/access_token`, { method: 'POST', body: new URLSearchParams(form) })
    const credentials = { grant_type: 'client_credentials', client_id: 'sandbox-client', client_secret: SECRET }

    it('last 24 hours', async () => {
      const answer = await (await request(credentials)).json()
      expect(answer).toEqual({ access_token: expect.stringMatching(/^shpat_[0-9a-f]{32}$/), scope: expect.any(String), expires_in: 86_399 })
    })

    it.each([
      ['another secret', { ...credentials, client_secret: 'wrong' }],
      ['another grant', { ...credentials, grant_type: 'password' }],
      ['no credentials', {}],
    ])('are not given for %s', async (_case, form) => {
      expect((await request(form)).status).toBe(400)
    })

    it('are not given after access was revoked, until the app is installed again', async () => {
      shop.fake.faults.set({ faults: [{ kind: 'revoked-token', nextRequests: 1, where: { operation: 'graphql' } }] })
      expect((await post({ query: '{ shop { name } }' })).status).toBe(401)
      expect((await post({ query: '{ shop { name } }' })).status).toBe(401)
      expect((await request(credentials)).status).toBe(400)
      shop.fake.install()
      expect((await post({ query: '{ shop { name } }' })).status).toBe(200)
    })
  })
})
