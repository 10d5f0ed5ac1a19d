import type { Row } from '@zyra/es'

const REPLACEMENT = '\uFFFD'

/** jsonb takes neither U+0000 nor half of a surrogate pair, and a vendor's text may hold both. */
const storable = (value: unknown): unknown => {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\u0000', REPLACEMENT)
  if (Array.isArray(value)) return value.map(storable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [storable(name), storable(held)]))
}

/** Frozen through and through, so that a handler which changes a row in place fails instead of losing the change. */
export const frozen = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null) return value
  for (const held of Object.values(value)) frozen(held)
  return Object.freeze(value)
}

/** A row as JSON text and as it will come back from Postgres. Throws if it is no object or cannot be JSON. */
export const canonical = (row: unknown): { readonly text: string; readonly row: Row } => {
  if (typeof row !== 'object' || row === null || Array.isArray(row) || row instanceof Promise) {
    throw new TypeError(`expected a row (a plain object) or undefined, found ${row instanceof Promise ? 'a promise' : JSON.stringify(row)}`)
  }
  const said = JSON.stringify(row)
  const text = said.includes('\\u0000') || said.includes('\\ud') ? JSON.stringify(storable(JSON.parse(said))) : said
  return { text, row: frozen(JSON.parse(text) as Row) }
}
