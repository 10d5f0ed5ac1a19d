import { getOperationAST, parse, validate } from 'graphql'
import { documents } from './documents.ts'
import { costOf } from './fake/cost.ts'
import { adminSchema } from './fake/executor.ts'

const schema = adminSchema()

describe('documents', () => {
  it('are all checked here', () => {
    expect(documents.length).toBeGreaterThanOrEqual(9)
    expect(new Set(documents.map(({ name }) => name)).size).toBe(documents.length)
  })

  it.each(documents)('$name fits the official schema', ({ text }) => {
    expect(validate(schema, parse(text)).map(({ message }) => message)).toEqual([])
  })

  it.each(documents)('$name states its requested cost, which Shopify allows', ({ name, text, maxCost }) => {
    const document = parse(text)
    const operation = getOperationAST(document, name)
    expect(operation && costOf({ schema, document, variables: {} }, operation)).toBe(maxCost)
    expect(maxCost).toBeLessThanOrEqual(1000)
  })

  it('would not pass with a field that Shopify does not have', () => {
    const planted = parse('query { shop { name mood } }')
    expect(validate(schema, planted).map(({ message }) => message)).toEqual(['Cannot query field "mood" on type "Shop".'])
  })
})

describe('costOf', () => {
  const cost = (text: string, variables = {}, data?: unknown) => {
    const document = parse(text)
    const operation = getOperationAST(document)
    return operation && costOf({ schema, document, variables }, operation, data)
  }

  it('counts an object as 1 and a connection as 2 plus its nodes', () => {
    expect(cost('{ shop { name } }')).toBe(1)
    expect(cost('{ productVariants(first: 5) { nodes { title } } }')).toBe(7)
    expect(cost('query ($n: Int) { productVariants(last: $n) { nodes { product { title } } } }', { n: 3 })).toBe(8)
    expect(cost('{ productVariants(first: 5) { ...Titles } } fragment Titles on ProductVariantConnection { nodes { title } }')).toBe(7)
  })

  it('counts a mutation as 10', () => {
    expect(cost('mutation { webhookSubscriptionDelete(id: "1") { deletedWebhookSubscriptionId } }')).toBe(10)
  })

  it('takes the dearest branch of an interface', () => {
    expect(cost('{ node(id: "1") { id ... on Shop { name } ... on ProductVariant { product { id } inventoryItem { id } } } }')).toBe(3)
  })

  it('counts what was found when it knows the answer', () => {
    expect(cost('{ productVariants(first: 5) { nodes { title } } }', {}, { productVariants: { nodes: [{ title: 'a' }] } })).toBe(3)
    expect(cost('{ inventoryItem(id: "1") { id } }', {}, { inventoryItem: null })).toBe(0)
  })
})
