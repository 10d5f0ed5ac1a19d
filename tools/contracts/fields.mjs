const SHOPIFY_TIME = '\\.\\d{9}Z$'

const bounds = ({ minimum, exclusiveMinimum, exclusiveMaximum }) => {
  if (exclusiveMinimum === 0) return ', above 0'
  if (exclusiveMaximum === 0) return ', below 0'
  return minimum === 0 ? ', 0 or more' : ''
}

const units = { sequence: 'sequence' }

const numberOf = (schema) => {
  const unit = schema['x-unit']
  return units[unit] ?? `whole number${unit === undefined ? '' : ` of ${unit}`}${bounds(schema)}`
}

const textOf = ({ enum: values, pattern = '', format }) => {
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(' or ')
  if (format === 'date-time') return 'time'
  return pattern.endsWith(SHOPIFY_TIME) ? 'time with nine decimals' : 'text'
}

const plural = (text) => ({ text: 'texts', object: 'objects' })[text] ?? text

/** What a schema says where null is left out, and whether null is let in: JSON Schema has two ways to say it. */
const withoutNull = ({ anyOf, ...schema }) => {
  if (anyOf !== undefined) {
    const [inner] = anyOf.filter(({ type }) => type !== 'null')
    return { inner: { ...inner, ...schema }, isNullable: anyOf.length > 1 }
  }
  const types = [schema.type].flat()
  return { inner: { ...schema, type: types.find((type) => type !== 'null') }, isNullable: types.includes('null') }
}

/** A field's type in words. @throws Error for a schema that has no words yet */
export const typeOf = (schema) => {
  const { inner, isNullable } = withoutNull(schema)
  if (isNullable) return `${typeOf(inner)}, or null`
  switch (inner.type) {
    case 'string': return textOf(inner)
    case 'integer': return numberOf(inner)
    case 'boolean': return 'true or false'
    case 'array': return `list of ${plural(typeOf(inner.items))}`
    case 'object': return inner.properties === undefined ? 'texts by name' : 'object'
    default: throw new Error(`A field of type ${JSON.stringify(inner.type)} has no words in tools/contracts/fields.mjs: give it some.`)
  }
}

const objectIn = (schema) => {
  const { inner } = withoutNull(schema)
  if (inner.type === 'array') return { path: '[]', object: inner.items.type === 'object' ? inner.items : undefined }
  return { path: '', object: inner.properties === undefined ? undefined : inner }
}

/** One row for each field, those of objects within it after it: name, type, meaning. */
export const fieldRows = ({ properties = {}, required = [] }, before = '') =>
  Object.entries(properties).flatMap(([name, schema]) => {
    const optional = required.includes(name) ? '' : '. *Optional*'
    const byDefault = schema.default === undefined ? '' : `, \`${JSON.stringify(schema.default)}\` by default`
    const personal = schema['x-personal'] === true ? ' **Personal.**' : ''
    const { path, object } = objectIn(schema)
    const cells = [`\`${before}${name}\``, `${typeOf(schema)}${optional}${byDefault}`, `${withoutNull(schema).inner.description ?? ''}${personal}`]
    return [cells, ...(object === undefined ? [] : fieldRows(object, `${before}${name}${path}.`))]
  })
