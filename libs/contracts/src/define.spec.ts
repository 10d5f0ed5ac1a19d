import { z } from 'zod'
import { currentVersion, definitionOf, event, eventRegistry, InvalidEventData, readEvent, UnknownEventVersion, type EventDefinition } from './index.ts'

/** A price that began as text with a decimal point, then was split, and then got its currency. */
const first = z.strictObject({ price: z.string().regex(/^\d+\.\d\d$/, 'expected a price such as "14.50"') })
const second = z.strictObject({ minor: z.string() })
const priced = event({
  aggregate: 'price',
  schema: z.strictObject({ minor: z.string(), currency: z.string() }),
  previous: [
    { schema: first, upcast: ({ price }: z.infer<typeof first>) => ({ minor: price.replace('.', '') }) },
    { schema: second, upcast: ({ minor }: z.infer<typeof second>) => ({ minor, currency: 'EUR' }) },
  ],
})

const read = (version: number, data: unknown) => readEvent('shop.Priced', priced, version, data)

describe('reading an event', () => {
  it('takes the current version as it is', () => {
    expect(currentVersion(priced)).toBe(3)
    expect(read(3, { minor: '1450', currency: 'JPY' })).toEqual({ minor: '1450', currency: 'JPY' })
  })

  it('brings every older version to the current one, step by step', () => {
    expect(read(1, { price: '14.50' })).toEqual({ minor: '1450', currency: 'EUR' })
    expect(read(2, { minor: '1450' })).toEqual({ minor: '1450', currency: 'EUR' })
  })

  it.each([0, 4, -1])('refuses version %d, which this release does not know, and says which it knows', (version) => {
    expect(() => read(version, { minor: '1450', currency: 'EUR' })).toThrow(UnknownEventVersion)
    expect(() => read(version, {})).toThrow(`shop.Priced has version ${version}; this release knows versions 1 to 3. Install the release that wrote it.`)
  })

  it.each([1.5, NaN])('refuses version %d, which is none', (version) => {
    expect(() => read(version, { minor: '1450', currency: 'EUR' })).toThrow(UnknownEventVersion)
  })

  it('refuses data that its own version refuses, naming event, version, field and expectation', () => {
    expect(() => read(1, { price: '14,50' })).toThrow(InvalidEventData)
    expect(() => read(1, { price: '14,50' })).toThrow('shop.Priced version 1 is not as its schema says: price: expected a price such as "14.50"')
    expect(() => read(3, { minor: 1450, currency: 'EUR' })).toThrow(/version 3 .*minor: .*expected string/)
  })

  it('names every field that is wrong, and the path to it', () => {
    const definition = definitionOf('inventory.ChannelsRead')
    const item = { inventoryItem: '1', sku: 'MUG', title: 'Mug', levels: [{ location: '7', available: 1.5 }], etsy: null }
    const data = { asOf: 'today', last: true, itemsBefore: 0, items: [item] }
    expect(() => readEvent('inventory.ChannelsRead', definition, 1, data)).toThrow(/asOf: expected UTC with nine decimals; items\.0\.levels\.0\.available: /)
  })

  it('refuses a field that nobody declared, since it would be read by nobody', () => {
    expect(() => read(3, { minor: '1', currency: 'EUR', colour: 'blue' })).toThrow(/"colour"/)
  })

  it('says so when there is no data at all', () => {
    expect(() => read(3, undefined)).toThrow(/data: /)
  })
})

const isText = (schema: z.ZodType | undefined): boolean => schema instanceof z.ZodString

describe('the registry', () => {
  it('knows no event that is not declared, and says where to declare it', () => {
    expect(() => definitionOf('inventory.Nothing')).toThrow('inventory.Nothing is not declared in libs/contracts: declare it there, with a fixture.')
  })

  it('names events as subjects and headers can carry them', () => {
    for (const [type, { aggregate }] of eventRegistry) {
      expect(type).toMatch(/^[a-z]+\.[A-Z][A-Za-z]+$/)
      expect(aggregate).toMatch(/^([a-z]+(-[a-z]+)*|\*)$/)
    }
  })

  const personal = [...eventRegistry].filter(([, { personal: fields = [] }]) => fields.length > 0)

  it('has personal fields to check', () => {
    expect(personal.length).toBeGreaterThanOrEqual(3)
  })

  it.each(personal)('marks only text of %s as personal, which is what can be encrypted, and says whose it is', (_type, definition: EventDefinition) => {
    const { schema, personal: fields = [], subject } = definition
    expect(schema).toBeInstanceOf(z.ZodObject)
    const { shape } = schema as z.ZodObject<Record<string, z.ZodType>>
    for (const field of fields) expect(isText(shape[field])).toBe(true)
    expect(subject).toBeDefined()
  })
})
