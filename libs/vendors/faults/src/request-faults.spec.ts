import Fastify from 'fastify'
import { faultControlRoutes } from './control-routes.ts'
import { createFaults } from './faults.ts'
import { applyRequestFaults } from './request-faults.ts'
import { manualTime } from './time.ts'

const start = async () => {
  const time = manualTime(new Date('2026-11-20T00:00:00Z'))
  const faults = createFaults({ clock: time.clock })
  const app = Fastify()
  let effects = 0
  await app.register(faultControlRoutes(faults), { prefix: '/faults' })
  await app.register(async (routes) => {
    applyRequestFaults(routes, {
      faults,
      scheduler: time.scheduler,
      operation: ({ body }) => (typeof body === 'object' && body && 'operation' in body ? String(body.operation) : 'none'),
      answers: {
        rateLimited: () => ({ status: 429, body: { error: 'slow down' } }),
        serverError: (_request, status) => ({ status, body: { error: 'down' } }),
        tokenRefused: (_request, why) => ({ status: 401, body: { error: why } }),
      },
    })
    routes.post('/buy', async () => ({ effects: ++effects, padding: 'some text' }))
    routes.post('/refuse', async (_request, reply) => reply.code(400).send({ error: 'no' }))
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const post = (path = '/buy', body: object = {}) =>
    fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  return { app, url, post, faults, time, effects: () => effects }
}

describe('applyRequestFaults', () => {
  let server: Awaited<ReturnType<typeof start>>
  beforeEach(async () => {
    server = await start()
  })
  afterEach(async () => {
    await server.app.close()
  })

  it('leaves requests alone when nothing is planned', async () => {
    expect(await (await server.post()).json()).toMatchObject({ effects: 1 })
  })

  it('answers 429 with and without Retry-After, and has no effect', async () => {
    server.faults.set({ faults: [{ kind: 'rate-limit', retryAfterSeconds: 7, nextRequests: 1 }, { kind: 'rate-limit' }] })
    const first = await server.post()
    const second = await server.post()
    expect([first.status, first.headers.get('retry-after')]).toEqual([429, '7'])
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, null])
    expect(server.effects()).toBe(0)
  })

  it('resets the connection before the effect', async () => {
    server.faults.set({ faults: [{ kind: 'reset-before-effect', nextRequests: 1 }] })
    await expect(server.post()).rejects.toThrow('fetch failed')
    expect(server.effects()).toBe(0)
    expect((await server.post()).status).toBe(200)
  })

  it('resets the connection after the effect', async () => {
    server.faults.set({ faults: [{ kind: 'reset-after-effect', nextRequests: 1 }] })
    await expect(server.post()).rejects.toThrow('fetch failed')
    expect(server.effects()).toBe(1)
    expect((await server.post()).status).toBe(200)
  })

  it('saves faults after the effect for requests that had one', async () => {
    server.faults.set({ faults: [{ kind: 'reset-after-effect', nextRequests: 1 }] })
    expect((await server.post('/refuse')).status).toBe(400)
    await expect(server.post()).rejects.toThrow('fetch failed')
  })

  it('answers 5xx before and after the effect', async () => {
    server.faults.set({ faults: [{ kind: 'server-error', nextRequests: 1 }, { kind: 'server-error-after-effect', status: 502 }] })
    expect((await server.post()).status).toBe(503)
    expect(server.effects()).toBe(0)
    const after = await server.post()
    expect([after.status, await after.json()]).toEqual([502, { error: 'down' }])
    expect(server.effects()).toBe(1)
  })

  it('cuts the JSON off', async () => {
    server.faults.set({ faults: [{ kind: 'malformed-json' }] })
    const answer = await server.post()
    expect(answer.status).toBe(200)
    await expect(answer.json()).rejects.toThrow(/JSON/)
  })

  it('refuses tokens as expired or revoked', async () => {
    server.faults.set({ faults: [{ kind: 'expired-token', nextRequests: 1 }, { kind: 'revoked-token' }] })
    expect(await (await server.post()).json()).toEqual({ error: 'expired' })
    expect(await (await server.post()).json()).toEqual({ error: 'revoked' })
  })

  it('answers later, by the scheduler handed in', async () => {
    const waits: number[] = []
    const after = server.time.scheduler.after
    Object.assign(server.time.scheduler, { after: (ms: number, task: () => void) => {
      waits.push(ms)
      return after(0, task)
    } })
    server.faults.set({ faults: [{ kind: 'latency', ms: 100, jitterMs: 50 }] })
    const answer = server.post()
    while (server.time.waiting() === 0) await new Promise((resolve) => setImmediate(resolve))
    server.time.advance(0)
    expect((await answer).status).toBe(200)
    expect(waits[0]).toBeGreaterThanOrEqual(100)
    expect(waits[0]).toBeLessThan(150)
  })

  it('aims by an operation that stands in the body', async () => {
    server.faults.set({ faults: [{ kind: 'server-error', where: { operation: 'set*' } }] })
    expect((await server.post('/buy', { operation: 'getThing' })).status).toBe(200)
    expect((await server.post('/buy', { operation: 'setThing' })).status).toBe(503)
  })

  it('is switched over HTTP, and says what is wrong with a plan', async () => {
    const send = (method: string, body?: object) =>
      fetch(`${server.url}/faults`, {
        method,
        ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      })
    expect((await send('PUT', { seed: 'x', faults: [{ kind: 'server-error' }] })).status).toBe(200)
    expect((await send('POST', { kind: 'latency', ms: 0 })).status).toBe(200)
    expect((await server.post()).status).toBe(503)
    const shown = await (await send('GET')).json()
    expect(shown).toMatchObject({
      plan: { seed: 'x' },
      counts: [{ fault: { kind: 'server-error' }, struck: 1 }, { fault: { kind: 'latency' } }],
    })
    const wrong = await send('POST', { kind: 'latency' })
    expect([wrong.status, await wrong.json()]).toEqual([400, { error: expect.stringContaining('ms') }])
    await send('DELETE')
    expect((await server.post()).status).toBe(200)
  })
})
