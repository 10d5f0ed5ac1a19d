import { definitionOf, INSTALLATION } from '@zyra/contracts'
import fc from 'fast-check'
import { controlRequests, readControlRequest, type ControlRequest } from './requests.ts'

const request = (name: string, body: unknown): ControlRequest => {
  const read = readControlRequest(name, body)
  if ('problems' in read) throw new Error(read.problems.join(' '))
  return read
}
const problems = (name: string, body: unknown): readonly string[] => {
  const read = readControlRequest(name, body)
  return 'problems' in read ? read.problems : []
}
const registration = { merchant: 'clay', mode: 'sandbox', shopDomain: 'clay-and-kiln.myshopify.com', etsyShopId: '45678901' }

const bodies = {
  register: registration,
  stop: { merchant: 'clay', level: 'autopilot', reason: 'stock-taking' },
  resume: { merchant: 'clay' },
  reconcile: { merchant: 'clay' },
  buffer: { merchant: 'clay', inventoryItem: '9007199254740993', buffer: 3 },
  redrive: { merchant: 'clay', service: 'inventory', parkedId: 'set-etsy-quantity~inventory~stock~1' },
  discard: { merchant: 'clay', service: 'inventory', parkedId: 'set-etsy-quantity~inventory~stock~1', reason: 'the listing is gone' },
}

describe('what can be asked for', () => {
  it('is all tried here', () => {
    expect(Object.keys(bodies).toSorted()).toEqual(Object.keys(controlRequests).toSorted())
  })

  it.each(Object.entries(bodies))('becomes an event that its contract accepts: %s', (name, body) => {
    const { merchant, event } = request(name, body)
    const { type, data } = event('request-1', 'command-line')
    const { merchant: _, ...asked } = body
    expect(merchant).toBe('clay')
    expect(definitionOf(type).schema.parse(data)).toMatchObject({ requestId: 'request-1', by: 'command-line', ...asked })
  })

  const forAll: readonly (readonly [string, string | undefined, object])[] = [
    ['stop', INSTALLATION, { level: 'everything', reason: '' }], ['resume', INSTALLATION, {}], ['reconcile', undefined, {}],
  ]

  it.each(forAll)('is for the installation, or for every merchant, where none is named: %s', (name, whose, asked) => {
    const { merchant, event } = request(name, {})
    expect(merchant).toBe(whose)
    expect(event('request-1', 'command-line').data).toEqual({ requestId: 'request-1', by: 'command-line', ...asked })
  })

  it('says where its outcome will stand', () => {
    expect(request('buffer', bodies.buffer).outcome).toEqual({ service: 'inventory', aggregate: 'stock' })
    expect(request('redrive', bodies.redrive).outcome).toEqual({ service: 'inventory', aggregate: 'parked' })
  })

  it('needs a merchant that is known, but for the one that introduces it', () => {
    expect(Object.keys(bodies).filter((name) => request(name, bodies[name as keyof typeof bodies]).introduces)).toEqual(['register'])
  })
})

describe('what cannot be asked for', () => {
  it.each(['sell-everything', 'constructor', '__proto__', 'toString', ''])('is named in the answer, with what can: %j', (name) => {
    expect(problems(name, {})).toEqual([`"${name}" cannot be asked for: expected one of register, stop, resume, reconcile, buffer, redrive, discard.`])
  })

  it.each([
    ['register', { ...registration, shopDomain: 'https://clay' }, 'shopDomain: expected a domain such as demo.myshopify.com.'],
    ['register', { ...registration, etsyShopId: 'ClayAndKiln' }, 'etsyShopId: expected the digits of an Etsy shop id.'],
    ['register', { ...registration, merchant: 'clay & kiln' }, 'merchant: expected letters, digits, "-" or "_".'],
    ['register', { ...registration, merchant: '_' }, 'merchant: "_" stands for the installation; choose another name.'],
  ])('is told field by field: %s %j', (name, body, problem) => {
    expect(problems(name, body)).toEqual([problem])
  })

  it.each([
    ['stop', { level: 'some' }, /^level: /],
    ['stop', { reason: 'r'.repeat(501) }, /^reason: /],
    ['discard', { ...bodies.discard, reason: '' }, /^reason: /],
    ['buffer', { ...bodies.buffer, buffer: -1 }, /^buffer: /],
    ['buffer', { ...bodies.buffer, buffer: 1.5 }, /^buffer: /],
    ['buffer', { ...bodies.buffer, colour: 'blue' }, /"colour"/],
    ['resume', null, /^the body: /],
  ])('is refused in a sentence: %s %j', (name, body, sentence) => {
    expect(problems(name, body)).toEqual([expect.stringMatching(sentence)])
  })

  it('names every field that is wrong', () => {
    expect(problems('register', { merchant: '', mode: 'real', shopDomain: '', etsyShopId: '' }).map((problem) => problem.split(':')[0]))
      .toEqual(['merchant', 'mode', 'shopDomain', 'etsyShopId'])
  })

  it('is never more than a list of sentences, whatever comes in', () => {
    fc.assert(fc.property(fc.oneof(fc.constantFrom(...Object.keys(bodies)), fc.string()), fc.jsonValue(), (name, body) => {
      expect(() => readControlRequest(name, body)).not.toThrow()
    }), { seed: 20261120, numRuns: 500 })
  })
})
