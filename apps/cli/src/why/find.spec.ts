import { entry, webhook } from '../../test/entries.ts'
import { meantBy } from './find.ts'

const first = webhook(1).stored
const second = { ...webhook(2).stored, data: { ...Object(webhook(2).stored.data), webhookId: '4711beef-0000-4000-8000-000000000000' } }
const key = 'feedc0de-0000-5000-8000-000000000000'
const attempt = entry(
  'runtime.EffectAttempted',
  { handler: 'set-etsy-quantity', attempt: 1, key, forSequence: 2 },
  { sequence: 3, service: 'inventory', aggregate: 'etsy-quantity' },
).stored
const log = [first, second, attempt]

describe('what somebody means by the beginning of an id', () => {
  it('is the event, the attempt of the effect, or the event that keeps the delivery', () => {
    expect(meantBy(first.envelope.id.slice(0, 5), log)).toBe(first)
    expect(meantBy(first.envelope.id.toUpperCase(), log)).toBe(first)
    expect(meantBy('feedc', log)).toBe(attempt)
    expect(meantBy('4711beef', log)).toBe(second)
    expect(meantBy('00000000', log)).toBeUndefined()
  })

  it('is the event of that id rather than others of its chain', () => {
    const id = attempt.envelope.id
    const followed = { ...second, sequence: 4, data: { webhookId: id }, envelope: { ...second.envelope, correlationId: attempt.envelope.correlationId } }
    expect(meantBy(id.slice(0, 8), [attempt, followed])).toBe(attempt)
  })

  it('is asked for more where several chains begin so, with a list of them', () => {
    const alike = { ...second, envelope: { ...second.envelope, id: `${first.envelope.id.slice(0, 6)}00-0000-5000-8000-000000000000` } }
    const start = first.envelope.id.slice(0, 6)
    expect(() => meantBy(start, [first, alike])).toThrow(
      `${start} is the beginning of several ids; type more of it:\n  #1  ${first.envelope.id}  gateway.ShopifyWebhookReceived\n  #2  ${start}00-0000`,
    )
    const many = Array.from({ length: 7 }, (_, index) => ({
      ...alike,
      sequence: index,
      envelope: { ...alike.envelope, correlationId: `${index}` },
    }))
    expect(() => meantBy(start, many)).toThrow(/\n {2}and 2 more$/)
  })
})
