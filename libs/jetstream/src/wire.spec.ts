import { envelope as envelopeSchema, type Envelope } from '@zyra/contracts'
import fc from 'fast-check'
import { eventNamed, uuidOf } from '../test/events.ts'
import { startTestServer, type TestServer } from '../test/server.ts'
import { isEnvelope } from './envelope-check.ts'
import type { JetStream } from './open.ts'
import { subjectOf } from './subject.ts'
import { fromHeaders, toHeaders } from './wire.ts'

const text = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
  fc.constantFrom(' ', '%', '%41', ' a ', '🫖 tea', 'a: b', '\r\n', '"quoted"', '\u00A0', '\uFEFF', '{"sku":"MUG-BLUE","note":"für 🎁\\n"}'),
)
const uuid = fc.uuid()
const count = fc.integer({ min: 0, max: 1_000_000_000_000 })
const positive = fc.integer({ min: 1, max: 1_000_000_000_000 })
const anyEnvelope: fc.Arbitrary<Envelope> = fc.record({
  id: uuid, correlationId: uuid, causationId: uuid,
  type: fc.constantFrom('inventory.StockObserved', 'gateway.X'),
  source: text.map((id) => `zyra/demo/inventory/stock/${id}`),
  time: fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }).map((date) => date.toISOString()),
  version: positive, actor: text, handler: text, index: count, deciderVersion: count, attempt: positive, backfill: fc.boolean(), epoch: positive,
  traceparent: text, command: fc.oneof(text, fc.constant('')),
}, { requiredKeys: [
  'id', 'correlationId', 'causationId', 'type', 'source', 'time', 'version', 'actor', 'handler', 'index', 'deciderVersion', 'attempt', 'backfill', 'epoch',
] }).map((envelope) => ({ ...envelope }))

const valuesOf = (headers: ReturnType<typeof toHeaders>): Map<string, string> => new Map(headers.keys().map((name) => [name, headers.get(name)]))

describe('the envelope on the wire', () => {
  it('comes back whole whatever its fields hold', () => {
    fc.assert(fc.property(anyEnvelope, ({ epoch, ...envelope }) => {
      expect(fromHeaders({ values: valuesOf(toHeaders(envelope, epoch)) }, 'here')).toEqual({ ...envelope, epoch })
    }), { seed: 11, numRuns: 1_000 })
  })

  it('is taken by the quick check only if the contract takes it', () => {
    const broken = fc.record({
      field: fc.constantFrom<keyof Envelope>(
        'id', 'type', 'source', 'time', 'version', 'correlationId', 'causationId', 'actor', 'handler', 'index', 'deciderVersion', 'attempt', 'epoch',
      ),
      value: fc.oneof(fc.constantFrom('', 'x', -1, 0, NaN, 1.5, '2026-02-30T00:00:00Z', '2026-11-20', '2026-11-20T08:00:00+01:00'), text),
    })
    let refused = 0
    fc.assert(fc.property(anyEnvelope, broken, (envelope, { field, value }) => {
      fc.pre(typeof envelope[field] === typeof value)
      const changed = { ...envelope, [field]: value }
      if (isEnvelope(changed)) expect(envelopeSchema.safeParse(changed).success).toBe(true)
      else refused += 1
    }), { seed: 11, numRuns: 1_000 })
    expect(refused).toBeGreaterThan(100)
  })

  it.each([
    'ce-id', 'ce-type', 'ce-source', 'ce-time', 'ce-dataschema', 'correlationid', 'causationid', 'actor', 'handler', 'index', 'deciderversion', 'attempt',
    'backfill', 'epoch',
  ])('is refused without %s, in a sentence that says where', (name) => {
    const values = valuesOf(toHeaders(eventNamed('one').envelope, 1))
    values.delete(name)
    const sentence = /the message at zyra\.demo\.inventory\.stock\.1 #7 has no proper envelope \(\w+: /
    expect(() => fromHeaders({ values }, 'zyra.demo.inventory.stock.1 #7')).toThrow(sentence)
  })
})

describe('an event in the log', () => {
  let server: TestServer
  let js: JetStream
  beforeAll(async () => {
    server = await startTestServer()
    js = await server.open()
  }, 60_000)
  afterAll(() => server.stop())

  it('comes back as it was written, ids and bodies of any kind included', async () => {
    let run = 0
    await fc.assert(fc.asyncProperty(anyEnvelope, text, fc.jsonValue({ maxDepth: 4 }), async ({ epoch: _epoch, ...envelope }, id, data) => {
      run += 1
      const subject = subjectOf({ merchant: 'demo', service: 'inventory', aggregate: `any${run}`, id })
      const result = await js.log.append({ subject, events: [{ envelope: { ...envelope, id: uuidOf(`any ${run}`) }, data }] })
      const stored = await js.log.load(subject)
      expect(result).toEqual({ status: 'appended', sequences: [stored[0]?.sequence] })
      expect(stored).toEqual([{
        subject, sequence: stored[0]?.sequence, envelope: { ...envelope, id: uuidOf(`any ${run}`), epoch: 1 }, data: JSON.parse(JSON.stringify(data)),
      }])
    }), { seed: 13, numRuns: 150 })
  })

  it('keeps its body byte for byte', async () => {
    const body = { raw: '{"id":820982911946154508,"note":"für 🎁 \\u0000 \u2028"}', empty: '', nested: [null, true, 1e21, -0.5] }
    await js.log.append({ subject: 'zyra.demo.inventory.body.1', events: [eventNamed('body', body)] })
    const nc = await server.connect()
    const answer = await nc.request('$JS.API.DIRECT.GET.ZYRA', JSON.stringify({ last_by_subj: 'zyra.demo.inventory.body.1' }))
    expect(Buffer.from(answer.data)).toEqual(Buffer.from(JSON.stringify(body)))
    expect((await js.log.load('zyra.demo.inventory.body.1'))[0]?.data).toEqual(body)
  })

  it('is refused where somebody else wrote it, in a sentence that names subject and sequence', async () => {
    const nc = await server.connect('admin')
    const { seq } = (await nc.request('zyra.demo.inventory.foreign.1', 'no event')).json<{ seq: number }>()
    const sentence = `the message at zyra.demo.inventory.foreign.1 #${seq} has no proper envelope`
    await expect(js.log.load('zyra.demo.inventory.foreign.1')).rejects.toThrow(sentence)
    await expect(js.log.at(seq)).rejects.toThrow(sentence)
    const follow = js.log.follow({ filters: ['zyra.demo.inventory.foreign.*'], fromSequence: 1, signal: AbortSignal.timeout(5_000) })
    await expect(follow[Symbol.asyncIterator]().next()).rejects.toThrow(sentence)
  })

  it('is refused if its body is not JSON, in a sentence that names subject and sequence', async () => {
    const nc = await server.connect('admin')
    const subject = 'zyra.demo.inventory.foreign.2'
    const answer = await nc.request(subject, '{', { timeout: 1_000, headers: toHeaders(eventNamed('two').envelope, 1) })
    await expect(js.log.load(subject)).rejects.toThrow(`the body of the message at ${subject} #${answer.json<{ seq: number }>().seq} is not JSON`)
  })
})
