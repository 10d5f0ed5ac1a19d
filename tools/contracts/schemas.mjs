import { z } from 'zod'

/** What JSON Schema says of every text, number or object in the same words, and what only zod itself needs. */
const omitted = new Set(['$schema', '~standard'])

const cleaned = (value) => {
  if (Array.isArray(value)) return value.map(cleaned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => !omitted.has(name)).map(([name, part]) => [name, cleaned(part)]))
}

/**
 * A contract's schema as JSON Schema (draft 7, which AsyncAPI's own schemas contain whole): what it lets in, so that a field with a default
 * may be missing, as it is in events from before it was added.
 */
export const jsonSchemaOf = (schema) => cleaned(z.toJSONSchema(schema, { target: 'draft-7', io: 'input', reused: 'inline', unrepresentable: 'throw' }))

/** The same with `x-personal` on the fields that are encrypted. */
export const marked = (schema, personal) => ({
  ...schema,
  properties: Object.fromEntries(
    Object.entries(schema.properties).map(([name, field]) => [name, personal.includes(name) ? { ...field, 'x-personal': true } : field]),
  ),
})

const words = new Set(['description', 'x-unit', 'x-personal'])

/** A schema without what it says to people: what stays decides which data it lets in. */
export const bare = (schema) => {
  if (Array.isArray(schema)) return schema.map(bare)
  if (typeof schema !== 'object' || schema === null) return schema
  const { properties, ...rest } = schema
  const plain = Object.fromEntries(Object.entries(rest).filter(([name]) => !words.has(name)).map(([name, part]) => [name, bare(part)]))
  if (properties === undefined) return plain
  return { ...plain, properties: Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, bare(field)])) }
}
