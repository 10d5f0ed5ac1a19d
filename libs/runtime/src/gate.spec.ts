import type { Permit } from '@zyra/es'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Forbidden, Stopped, Transient } from './errors.ts'
import { createGate, type Gate, type StopLevel } from './gate.ts'

const LIVE = 'https://api.example.org/stock'
const SANDBOX = 'http://127.0.0.1:8090/stock'
const lowers: Permit = { class: 'operational', effect: 'lowers-stock' }
const keeps: Permit = { class: 'operational', effect: 'keeps-stock-true' }
const reads: Permit = { class: 'operational', effect: 'reads' }
const discretionary: Permit = { class: 'discretionary', verdictId: 'v1' }
const internal: Permit = { class: 'internal' }

describe('the gate', () => {
  const opened: Gate[] = []
  afterEach(() => opened.splice(0).forEach((gate) => gate.close()))

  const bench = () => {
    const state = { now: 0, level: 'nothing' as StopLevel, scope: '_', canSee: true, looks: 0, removed: new Set<string>() }
    const calls: string[] = []
    const gate = createGate({
      look: async () => {
        state.looks += 1
        if (!state.canSee) throw new Error('the log is away')
        return { stops: new Map([[state.scope, state.level]]), modes: new Map([['demo', 'sandbox'], ['shop', 'live']]), removed: state.removed }
      },
      sandboxOrigins: ['http://127.0.0.1:8090'],
      fetch: async (input) => {
        calls.push(new URL(input instanceof Request ? input.url : input).href)
        return new Response('ok')
      },
      monotonic: () => state.now,
    })
    opened.push(gate)
    const signal = new AbortController().signal
    const call = (permit: Permit, merchant = 'demo', url = SANDBOX) => gate.pass(merchant, permit, signal, () => gate.fetch(url))
    return { state, calls, gate, call, signal }
  }

  it('lets no call through without a permit', async () => {
    const { gate, calls } = bench()
    await expect(gate.fetch(SANDBOX)).rejects.toThrow(new Forbidden('http://127.0.0.1:8090: no outward call without a permit'))
    expect(calls).toEqual([])
  })

  it('lets no call through once the work that had the permit is over', async () => {
    const { gate, calls, signal } = bench()
    const later = Promise.withResolvers<undefined>()
    let leftOver: Promise<unknown> = Promise.resolve()
    await gate.pass('demo', reads, signal, async () => {
      leftOver = later.promise.then(() => gate.fetch(SANDBOX)).catch((error: unknown) => error)
    })
    later.resolve(undefined)
    expect(await leftOver).toBeInstanceOf(Forbidden)
    expect(calls).toEqual([])
  })

  it('lets no call through for work that claims to be internal, or has no verdict', async () => {
    const { call, calls } = bench()
    await expect(call(internal)).rejects.toBeInstanceOf(Forbidden)
    await expect(call({ class: 'discretionary', verdictId: '' })).rejects.toBeInstanceOf(Forbidden)
    expect(calls).toEqual([])
  })

  describe.each<[StopLevel, Permit, boolean]>([
    ['nothing', discretionary, true], ['nothing', keeps, true], ['nothing', reads, true], ['nothing', lowers, true],
    ['autopilot', discretionary, false], ['autopilot', keeps, true], ['autopilot', reads, true], ['autopilot', lowers, true],
    ['everything', discretionary, false], ['everything', keeps, false], ['everything', reads, false], ['everything', lowers, true],
  ])('while %s is stopped', (level, permit, passes) => {
    it(`${passes ? 'lets' : 'does not let'} ${'effect' in permit ? permit.effect : permit.class} through, stopped for all or for the merchant`, async () => {
      for (const scope of ['_', 'demo']) {
        const { state, call, calls } = bench()
        Object.assign(state, { level, scope })
        const done = call(permit)
        await (passes ? expect(done).resolves.toMatchObject({ status: 200 }) : expect(done).rejects.toBeInstanceOf(Stopped))
        expect(calls).toHaveLength(passes ? 1 : 0)
      }
    })
  })

  it('does not stop one merchant for another', async () => {
    const { state, call } = bench()
    Object.assign(state, { level: 'everything', scope: 'shop' })
    expect(await call(keeps)).toMatchObject({ status: 200 })
  })

  it.each([discretionary, keeps, reads, lowers])('calls nothing for a shop that removed the app, with %j', async (permit) => {
    const { state, call, calls } = bench()
    state.removed.add('demo')
    await expect(call(permit)).rejects.toThrow(new Stopped('the shop removed the app'))
    expect(calls).toEqual([])
    expect(await call(permit, 'shop', LIVE)).toMatchObject({ status: 200 })
    state.removed.clear()
    expect(await call(permit)).toMatchObject({ status: 200 })
  })

  it('lets internal work pass for a shop that removed the app', async () => {
    const { state, gate, signal } = bench()
    state.removed.add('demo')
    expect(await gate.pass('demo', internal, signal, async () => 'done')).toBe('done')
  })

  it('tells what lowers stock whether it may do nothing else', async () => {
    const { state, gate, signal } = bench()
    expect(await gate.pass('demo', lowers, signal, async (onlyLower) => onlyLower)).toBe(false)
    state.level = 'everything'
    state.now = 1_001
    expect(await gate.pass('demo', lowers, signal, async (onlyLower) => onlyLower)).toBe(true)
  })

  it('lets internal work pass whatever is stopped or cannot be seen', async () => {
    const { state, gate, signal } = bench()
    Object.assign(state, { level: 'everything', canSee: false })
    expect(await gate.pass('demo', internal, signal, async () => 'done')).toBe('done')
  })

  it('closes while the switches cannot be seen, and opens again', async () => {
    const { state, call, calls } = bench()
    await call(keeps)
    state.canSee = false
    state.now = 1_000
    await call(keeps)
    state.now = 1_001
    await expect(call(keeps)).rejects.toMatchObject({ name: 'Transient', message: expect.stringContaining('the log is away'), mayHaveHappened: false })
    expect(calls).toHaveLength(2)
    state.canSee = true
    await call(keeps)
    expect(calls).toHaveLength(3)
  })

  it('counts the age of what it saw from before it looked', async () => {
    const state = { now: 0 }
    const gate = createGate({
      look: async () => {
        state.now += 1_001
        return { stops: new Map(), modes: new Map([['demo', 'sandbox']]), removed: new Set() }
      },
      sandboxOrigins: [], fetch: globalThis.fetch, monotonic: () => state.now,
    })
    opened.push(gate)
    await expect(gate.pass('demo', keeps, new AbortController().signal, async () => 'done')).rejects.toBeInstanceOf(Transient)
    expect(gate.problem()).toContain('the stop switch cannot be seen')
  })

  it('looks again before every call of a long effect, so that a stop takes hold within a second', async () => {
    const { state, gate, calls, signal } = bench()
    const effect = gate.pass('demo', keeps, signal, async () => {
      await gate.fetch(SANDBOX)
      state.level = 'everything'
      state.now += 1_001
      await gate.fetch(SANDBOX)
    })
    await expect(effect).rejects.toMatchObject({ name: 'Stopped', mayHaveHappened: true })
    expect(calls).toHaveLength(1)
  })

  it('lets what began before the stop begin again, so that it only lowers stock from then on', async () => {
    const { state, gate, calls, signal } = bench()
    const effect = gate.pass('demo', lowers, signal, async () => {
      state.level = 'everything'
      state.now += 1_001
      await gate.fetch(SANDBOX)
    })
    await expect(effect).rejects.toMatchObject({ name: 'Transient', mayHaveHappened: false })
    expect(calls).toEqual([])
  })

  it('says of a refusal in the middle that something may have happened before', async () => {
    const { state, gate, signal } = bench()
    const effect = gate.pass('demo', keeps, signal, async () => {
      await gate.fetch(SANDBOX)
      Object.assign(state, { canSee: false, now: 2_000 })
      await gate.fetch(SANDBOX)
    })
    await expect(effect).rejects.toMatchObject({ name: 'Transient', mayHaveHappened: true })
  })

  it('fails with its own refusal, whatever a client made of it', async () => {
    const { state, gate, signal } = bench()
    state.level = 'nothing'
    const effect = gate.pass('demo', keeps, signal, async () => {
      Object.assign(state, { level: 'everything', now: 1_001 })
      await gate.fetch(SANDBOX).catch(() => Promise.reject(new Error('the vendor cannot be reached')))
    })
    await expect(effect).rejects.toBeInstanceOf(Stopped)
  })

  it.each([
    ['demo', LIVE, 'is a sandbox merchant and never reaches a live address'],
    ['demo', 'http://localhost:8090/stock', 'is a sandbox merchant and never reaches a live address'],
    ['demo', 'http://127.0.0.1:8090@api.example.org/', 'is a sandbox merchant and never reaches a live address'],
    ['shop', SANDBOX, 'is live and never reaches the sandbox'],
    ['stranger', LIVE, 'is not registered'],
  ])('keeps merchant %s from %s', async (merchant, url, why) => {
    const { call, calls } = bench()
    await expect(call(keeps, merchant, url)).rejects.toMatchObject({ name: 'Forbidden', message: expect.stringContaining(why) })
    expect(calls).toEqual([])
  })

  it('lets a live merchant reach its vendor', async () => {
    const { call, calls } = bench()
    await call(keeps, 'shop', LIVE)
    expect(calls).toEqual([LIVE])
  })

  it('begins nothing for a process that does not own the work', async () => {
    const { gate, calls } = bench()
    await expect(gate.pass('demo', keeps, AbortSignal.abort(), () => gate.fetch(SANDBOX))).rejects.toBeInstanceOf(Transient)
    expect(calls).toEqual([])
  })

  it('looks at nothing before the first effect', () => {
    expect(bench().state.looks).toBe(0)
  })

  describe('over the wire', () => {
    const late: { response?: ServerResponse } = {}
    const server = createServer((request, response) => {
      if (request.url === '/moved') response.writeHead(302, { location: '/landed' }).end()
      if (request.url === '/landed') response.end('anywhere')
      if (request.url?.startsWith('/v3/public/oauth/') === true) late.response = response
    })
    let origin = ''
    beforeAll(async () => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    })
    afterAll(() => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    })

    const realGate = (): Gate => {
      const look = async () => ({ stops: new Map<string, StopLevel>(), modes: new Map([['demo', 'sandbox' as const]]), removed: new Set<string>() })
      const gate = createGate({ look, sandboxOrigins: [origin], fetch: globalThis.fetch, monotonic: () => 0 })
      opened.push(gate)
      return gate
    }

    it('follows no redirect, which could lead anywhere', async () => {
      const gate = realGate()
      const moved = gate.pass('demo', reads, new AbortController().signal, () => gate.fetch(`${origin}/moved`, { redirect: 'follow' }))
      await expect(moved).rejects.toThrow('fetch failed')
    })

    it.each(['token', 'access_token'])('lets an exchange of tokens (oauth/%s) end that began before the work was lost, and begins none after', async (name) => {
      const gate = realGate()
      const lost = new AbortController()
      const exchange = () => gate.fetch(`${origin}/v3/public/oauth/${name}`, { method: 'POST' })
      server.once('request', () => {
        lost.abort()
        setImmediate(() => late.response?.end('a new token'))
      })
      const answer = gate.pass('demo', reads, lost.signal, async () => {
        const text = await (await exchange()).text()
        return [text, await exchange().catch((error: unknown) => error)]
      })
      expect(await answer).toEqual(['a new token', expect.objectContaining({ name: 'Transient' })])
    })

    it('ends an exchange of tokens with the caller\'s own signal', async () => {
      const gate = realGate()
      const own = new AbortController()
      server.once('request', () => own.abort())
      const exchange = gate.pass('demo', reads, new AbortController().signal, () => gate.fetch(`${origin}/v3/public/oauth/token`, { signal: own.signal }))
      await expect(exchange).rejects.toMatchObject({ name: 'AbortError' })
    })

    it('ends a call under way when the work is lost', async () => {
      const gate = realGate()
      const lost = new AbortController()
      const call = gate.pass('demo', reads, lost.signal, () => gate.fetch(`${origin}/slow`))
      server.once('request', () => lost.abort())
      await expect(call).rejects.toMatchObject({ name: 'AbortError' })
    })
  })
})
