import { listening } from '../test/kit.ts'
import { Stopped } from './errors.ts'
import { noTracer } from './tracing.ts'
import { measuredCalls, templateOf } from './vendor-calls.ts'

describe('calls to vendors', () => {
  const calls = async (fetch: typeof globalThis.fetch) => {
    const told: string[] = []
    const observer = { ...listening().observer, called: (vendor: string, outcome: string) => void told.push(`${vendor} ${outcome}`) }
    const call = measuredCalls({ fetch, observer, tracer: noTracer })('etsy')
    await call('https://openapi.etsy.com/v3/x', { method: 'PUT' }).catch(() => undefined)
    return told
  }

  it('are counted by their answer, or by why there is none', async () => {
    expect(await calls(async () => new Response('', { status: 429 }))).toEqual(['etsy 429'])
    expect(await calls(() => Promise.reject(new TypeError('fetch failed')))).toEqual(['etsy none'])
    expect(await calls(() => Promise.reject(new Stopped('everything is stopped')))).toEqual(['etsy refused'])
  })

  it('are named without the ids in their paths', () => {
    expect(templateOf('/v3/application/listings/1234567/inventory')).toBe('/v3/application/listings/{id}/inventory')
    expect(templateOf('/v3/application/shops/44871203/receipts/3000000001')).toBe('/v3/application/shops/{id}/receipts/{id}')
    expect(templateOf('/v3/public/oauth/token')).toBe('/v3/public/oauth/token')
  })
})
