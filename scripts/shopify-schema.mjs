// Writes the part of Shopify's official Admin schema that our documents use: libs/vendors/shopify/schema/admin-<version>.graphql.
// Run it again after a document gained a field or the API version moved: node scripts/shopify-schema.mjs (Node 24, network to the npm
// registry).
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import {
  buildClientSchema, getNamedType, GraphQLDirective, GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema, isEnumType,
  isInputObjectType, isInterfaceType, isObjectType, isScalarType, isUnionType, parse, printSchema, specifiedDirectives, TypeInfo,
  validate, visit,
  visitWithTypeInfo,
} from 'graphql'
import { documents } from '../libs/vendors/shopify/src/documents.ts'
import { API_VERSION } from '../libs/vendors/shopify/src/version.ts'

const PACKAGE = '@shopify/dev-mcp'
const PACKAGE_VERSION = '1.16.0'
const TARGET = new URL(`../libs/vendors/shopify/schema/admin-${API_VERSION}.graphql`, import.meta.url)
const run = promisify(execFile)

/** Types and fields that no document of ours selects, but the webhooks or the fake need. */
const ALSO = { QueryRoot: ['node'], Node: ['id'] }

async function download() {
  const folder = await mkdtemp(join(tmpdir(), 'shopify-schema-'))
  try {
    const { stdout } = await run('npm', ['pack', '--silent', '--ignore-scripts', `${PACKAGE}@${PACKAGE_VERSION}`], { cwd: folder })
    await run('tar', ['-xzf', stdout.trim().split('\n').at(-1)], { cwd: folder })
    const root = join(folder, 'package')
    const { license } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    const packed = await readFile(join(root, 'dist', 'data', `admin_${API_VERSION}.json.gz`))
    const notice = await readFile(join(root, 'LICENSE'), 'utf8')
    return { license, notice, introspection: JSON.parse(gunzipSync(packed).toString('utf8')).data }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Which fields of which types the documents select; throws if one of them is not valid. */
function usedFields(schema) {
  const used = new Map(Object.entries(ALSO).map(([type, fields]) => [type, new Set(fields)]))
  for (const { name, text } of documents) {
    const document = parse(text)
    const errors = validate(schema, document)
    const reasons = errors.map(({ message }) => message).join(' ')
    if (reasons !== '') throw new Error(`Document ${name} does not fit Admin API ${API_VERSION}: ${reasons}`)
    const info = new TypeInfo(schema)
    visit(document, visitWithTypeInfo(info, {
      Field() {
        const parent = info.getParentType().name
        used.set(parent, (used.get(parent) ?? new Set()).add(info.getFieldDef().name))
      },
    }))
  }
  return used
}

/** The same schema with only the used fields; arguments, input types, enums and scalars stay whole. */
function reduce(full, used) {
  const made = new Map()
  const wrap = (type) => (type.ofType === undefined ? named(type) : new type.constructor(wrap(type.ofType)))
  const args = (list) => Object.fromEntries(list.map(({ name, type, defaultValue }) => [name, { type: wrap(type), defaultValue }]))
  const fields = (type) => () => Object.fromEntries(
    Object.values(type.getFields()).filter(({ name }) => used.get(type.name)?.has(name) || name === 'id')
      .map((field) => [field.name, { type: wrap(field.type), args: args(field.args) }]),
  )
  const build = (type) => {
    if (isObjectType(type)) {
      const interfaces = () => type.getInterfaces().filter(({ name }) => used.has(name)).map(named)
      return new GraphQLObjectType({ name: type.name, interfaces, fields: fields(type) })
    }
    if (isInterfaceType(type)) return new type.constructor({ name: type.name, fields: fields(type) })
    if (isEnumType(type)) {
      return new GraphQLEnumType({ name: type.name, values: Object.fromEntries(type.getValues().map(({ name }) => [name, {}])) })
    }
    if (isInputObjectType(type)) {
      const inputs = () => Object.fromEntries(
        Object.values(type.getFields()).map(({ name, type: of, defaultValue }) => [name, { type: wrap(of), defaultValue }]),
      )
      return new GraphQLInputObjectType({ name: type.name, isOneOf: type.isOneOf, fields: inputs })
    }
    if (isUnionType(type)) throw new Error(`The union ${type.name} is used, but this script does not reduce unions yet.`)
    return isScalarType(type) ? type : undefined
  }
  function named(type) {
    const key = getNamedType(type).name
    if (!made.has(key)) made.set(key, build(type))
    return made.get(key)
  }
  const directives = full.getDirectives().filter(({ name }) => !specifiedDirectives.some((known) => known.name === name))
    .map(({ name, locations, args: list }) => new GraphQLDirective({ name, locations, args: args(list) }))
  return new GraphQLSchema({
    query: named(full.getQueryType()),
    mutation: named(full.getMutationType()),
    types: ['WebhookSubscriptionTopic'].map((name) => named(full.getType(name))),
    directives: [...specifiedDirectives, ...directives],
  })
}

const { license, notice, introspection } = await download()
const full = buildClientSchema(introspection, { assumeValid: true })
const header = [
  `# Part of Shopify's Admin GraphQL schema, version ${API_VERSION}: what our documents use, without descriptions.`,
  '# Nothing is added or renamed.',
  `# Source: npm package ${PACKAGE} ${PACKAGE_VERSION}, dist/data/admin_${API_VERSION}.json.gz.`,
  `# Licence: ${license}, see LICENSE beside this file.`,
  '# Written by scripts/shopify-schema.mjs; do not edit.',
]
const stripped = printSchema(reduce(full, usedFields(full))).replaceAll(/^ *"""[\s\S]*?"""\n/gm, '')
await mkdir(new URL('.', TARGET), { recursive: true })
await writeFile(new URL('LICENSE', TARGET), `${notice.trim()}\n`)
await writeFile(TARGET, `${header.join('\n')}\n\n${stripped}\n`)
console.log(`Wrote ${TARGET.pathname} (${Math.round(stripped.length / 1024)} KB)`)
