import { readFileSync } from 'node:fs'
import { answerSchemas, inventoryUpdateSchema, querySchemas } from './wire-schema.ts'

/**
 * Compares our description with Etsy's own document when a copy is at hand: download
 * https://www.etsy.com/openapi/generated/oas/3.0.0.json and name the file in ETSY_OPENAPI_FILE.
 */
const file = process.env['ETSY_OPENAPI_FILE']

type Node = { [key: string]: unknown }

const node = (value: unknown): Node => (typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {})
const at = (value: unknown, ...path: readonly string[]): unknown => path.reduce<unknown>((inner, key) => node(inner)[key], value)

const deref = (document: unknown, schema: unknown): Node => {
  const { $ref, oneOf, anyOf, allOf, ...rest } = node(schema)
  if (typeof $ref === 'string') return deref(document, at(document, ...$ref.replace('#/', '').split('/')))
  const inner = [oneOf, anyOf, allOf].find((list) => Array.isArray(list))
  return Array.isArray(inner) && inner.length === 1 ? { ...deref(document, inner[0]), ...rest } : node(schema)
}

/** Where ours differs from theirs: a field they do not have, another type, a null they do not know, a value not in their list. */
const differences = (document: unknown, ours: unknown, theirs: unknown, path: string, seen: string[]): string[] => {
  const their = deref(document, theirs)
  const alternatives = at(ours, 'anyOf')
  const nullable = Array.isArray(alternatives)
  const our = node(nullable ? alternatives[0] : ours)
  seen.push(path)
  const found: string[] = []
  if (nullable && their['nullable'] !== true) found.push(`${path}: they know no null`)
  if (our['type'] !== their['type']) found.push(`${path}: ours is ${String(our['type'])}, theirs ${String(their['type'])}`)
  if (our['minimum'] !== undefined && their['minimum'] !== undefined && our['minimum'] !== their['minimum']) found.push(`${path}: minimum`)
  const values = their['enum']
  if (Array.isArray(our['enum']) && Array.isArray(values)) {
    for (const value of our['enum']) if (!values.includes(value)) found.push(`${path}: ${String(value)} is not in their list`)
  }
  for (const [name, inner] of Object.entries(node(our['properties']))) {
    const other = at(their, 'properties', name)
    if (other === undefined) found.push(`${path}.${name}: they have no such field`)
    else found.push(...differences(document, inner, other, `${path}.${name}`, seen))
  }
  if (our['items'] !== undefined) found.push(...differences(document, our['items'], their['items'], `${path}[]`, seen))
  return found
}

describe('The description of Etsy\'s API', () => {
  it('describes the answers and queries of the same operations', () => {
    expect(Object.keys(answerSchemas)).toEqual(Object.keys(querySchemas))
    expect(Object.keys(answerSchemas).length).toBeGreaterThanOrEqual(6)
  })

  const compare = file === undefined ? it.skip : it
  compare('agrees with Etsy\'s own document, field by field', () => {
    const document: unknown = JSON.parse(readFileSync(file ?? '', 'utf8'))
    const all = Object.values(node(at(document, 'paths'))).flatMap((path) => Object.values(node(path)))
    const seen: string[] = []
    const found: string[] = []
    const operations: readonly string[] = Object.keys(answerSchemas)
    for (const operation of all.filter((one) => operations.includes(String(at(one, 'operationId'))))) {
      const name = String(at(operation, 'operationId'))
      const answer = Object.entries(answerSchemas).find(([key]) => key === name)?.[1]
      found.push(...differences(document, answer, at(operation, 'responses', '200', 'content', 'application/json', 'schema'), name, seen))
      const parameters = at(operation, 'parameters')
      const query = Object.entries(querySchemas).find(([key]) => key === name)?.[1]
      for (const field of Object.keys(node(at(query, 'properties')))) {
        seen.push(`${name}?${field}`)
        if (!(Array.isArray(parameters) && parameters.some((parameter) => at(parameter, 'name') === field))) found.push(`${name}?${field}`)
      }
      if (name !== 'updateListingInventory') continue
      const body = at(operation, 'requestBody', 'content', 'application/json', 'schema')
      found.push(...differences(document, inventoryUpdateSchema, body, 'body', seen))
    }
    expect(found).toEqual([])
    expect(seen.length).toBeGreaterThan(100)
  })
})

