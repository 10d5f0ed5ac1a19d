import { entryId } from '@zyra/contracts'
import type { DomainEvent } from '@zyra/es'
import { subjectOf } from '@zyra/jetstream'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { addToAll, counter, valueReactor, type ValuePort } from '../test/kit.ts'
import { startTestServers } from '../test/servers.ts'
import { loadConfig } from './config.ts'
import { createLogger } from './logging.ts'
import { REQUEST_WITHIN_MS, run, type Running, type RunOptions } from './run.ts'
import { service } from './service.ts'

const SERVICES = ['inventory', 'orchestrator']
let servers: Awaited<ReturnType<typeof startTestServers>>

beforeAll(async () => {
  servers = await startTestServers(SERVICES)
}, 60_000)
afterAll(() => servers.stop(), 60_000)

/** Waits for what the system under test brings about by itself; the pause is only there to let it. */
const eventually = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  const end = performance.now() + 20_000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('it did not come about within 20 s')
    await delay(20)
  }
}

const options = (more: Partial<RunOptions> = {}, env: Record<string, string> = {}): RunOptions => ({
  config: loadConfig({ env: { ZYRA_PORT: '0', ZYRA_DATA: servers.dir, ...env } }),
  natsUrl: servers.natsUrl, databaseUrl: servers.databaseUrl, seedOf: servers.seedOf, sandboxOrigin: 'http://127.0.0.1:1',
  logger: createLogger('silent'), ...more,
})

const outside: { do: ValuePort['do']; readonly done: number[] } = { do: async (value) => value, done: [] }
const value: ValuePort = {
  do: async (input, context) => {
    const answer = await outside.do(input, context)
    outside.done.push(input)
    return answer
  },
  find: async () => undefined,
}
const withoutVendor = ({ data: { buffer } }: DomainEvent<string, { buffer: number }>) => ({ permit: { class: 'internal' as const }, input: buffer })
const internal = { ...valueReactor(), on: { 'inventory.BufferSet': withoutVendor } }
const inventory = service({ name: 'inventory', deciders: [counter], policies: [addToAll], reactors: [internal], ports: () => ({ value }) })
const orchestrator = service({ name: 'orchestrator' })

describe('services in one process', () => {
  const started: Running[] = []
  const start = async (definitions = [inventory, orchestrator], more: Partial<RunOptions> = {}) => {
    const running = await run(definitions, options(more))
    started.push(running)
    return running
  }
  afterEach(async () => {
    await Promise.all(started.splice(0).map((running) => running.close()))
  }, 30_000)

  let asked = 0
  const ask = async (running: Running, reason: string): Promise<string> => {
    const context = running.services[0]!.context
    const id = entryId('asked', String((asked += 1)))
    const meta = { merchant: 'demo', id, correlationId: id, backfill: false }
    await context.decisions.record({ merchant: 'demo', aggregate: 'reconcile', id: reason }, [{ type: 'inventory.ReconcileFailed', data: { reason } }], {
      meta, handler: 'spec', actor: 'spec', attempt: 1,
    })
    return id
  }
  const outcomesOf = (running: Running, id: string) =>
    running.services[0]!.context.log.load(subjectOf({ merchant: 'demo', service: 'inventory', aggregate: 'value', id }))

  it('let nobody hold a connection by saying nothing, or half of something', async () => {
    const { port } = new URL((await start([orchestrator])).url)
    const head = 'POST /webhooks/shopify HTTP/1.1\r\nhost: zyra\r\n'
    const said = ['', head, `${head}content-length: 10\r\n\r\nhalf`]
    const from = performance.now()
    await Promise.all(said.map(async (text) => {
      const socket = connect(Number(port), '127.0.0.1').resume()
      socket.write(text)
      await once(socket, 'close')
    }))
    expect(performance.now() - from).toBeLessThan(REQUEST_WITHIN_MS + 5_000)
  }, REQUEST_WITHIN_MS + 10_000)

  it('are alive and ready, show their metrics, and take an event to its outcome', async () => {
    outside.do = async (input) => input
    const running = await start()
    expect(await (await fetch(`${running.url}/healthz`)).json()).toEqual({ alive: true })
    await ask(running, 'path')
    await eventually(async () => (await outcomesOf(running, 'path')).length === 2)
    const ready = await fetch(`${running.url}/readyz`)
    const checks = expect.arrayContaining([expect.objectContaining({ name: 'inventory-append', ok: true })])
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, checks }])
    const metrics = await (await fetch(`${running.url}/metrics`)).text()
    expect(metrics).toContain('zyra_decisions_total{service="inventory",aggregate="stock",status="decided"} 1')
    expect(metrics).toMatch(/zyra_reader_lag_events\{service="inventory",reader="inventory-reactor"\} \d/)
  }, 30_000)

  it('do not even probe a disk that is nearly full', async () => {
    const { url } = await start([orchestrator], options({}, { ZYRA_DISK_RESERVE: '9999999' }))
    const ready = await fetch(`${url}/readyz`)
    const detail = expect.stringContaining('the probe is not appended: ')
    const checks = expect.arrayContaining([{ name: 'orchestrator-append', ok: false, detail }])
    expect([ready.status, await ready.json()]).toMatchObject([503, { checks }])
  })

  it('let what is under way end before they let go, begin nothing else, and say that they are not ready', async () => {
    const running = await start()
    const [begun, finish] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()]
    outside.done.length = 0
    outside.do = async (input, { signal }) => {
      begun.resolve(undefined)
      await finish.promise
      if (signal.aborted) throw new Error('it was cut short')
      return input
    }
    await ask(running, 'drained')
    await begun.promise
    const closing = running.close()
    expect(await running.health()).toMatchObject({ ready: false, checks: expect.arrayContaining([expect.objectContaining({ name: 'draining' })]) })
    finish.resolve(undefined)
    await closing
    const js = await servers.connect('inventory')
    const stood = await js.log.load(subjectOf({ merchant: 'demo', service: 'inventory', aggregate: 'value', id: 'drained' }))
    await js.close()
    expect([outside.done, stood.map(({ envelope }) => envelope.type)]).toEqual([[1], ['runtime.EffectAttempted', 'inventory.ReconcileFinished']])
  }, 30_000)

  it('let go of what does not end within the grace period, and another process settles it', async () => {
    const running = await start(undefined, { graceMs: 50 })
    const begun = Promise.withResolvers<undefined>()
    outside.do = (_input, { signal }) =>
      new Promise((_resolve, reject) => {
        begun.resolve(undefined)
        signal.addEventListener('abort', () => reject(new Error('it was cut short')))
      })
    await ask(running, 'cut-short')
    await begun.promise
    await running.close()
    outside.do = async (input) => input
    const next = await start()
    await eventually(async () => (await outcomesOf(next, 'cut-short')).some(({ envelope }) => envelope.type === 'inventory.ReconcileFinished'))
    const attempts = (await outcomesOf(next, 'cut-short')).filter(({ envelope }) => envelope.type === 'runtime.EffectAttempted')
    expect(attempts).toHaveLength(2)
  }, 30_000)

  it('may be asked to close more than once', async () => {
    const running = await start()
    await Promise.all([running.close(), running.close()])
    await expect(fetch(`${running.url}/healthz`)).rejects.toThrow()
  }, 30_000)

  it('answer a service that lacks a port with one sentence, and leave nothing running', async () => {
    const lacking = service({ name: 'inventory', reactors: [valueReactor()] })
    await expect(start([orchestrator, lacking])).rejects.toThrow('service inventory: reactor set-value needs the port "value", which `ports` does not provide')
    const js = await servers.connect('admin')
    expect(js.connected()).toBe(true)
    await js.close()
  }, 30_000)

  it('leave nothing running when their own port is taken', async () => {
    const taken: Server = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as AddressInfo
    const config = loadConfig({ env: { ZYRA_PORT: String(port), ZYRA_DATA: servers.dir } })
    await expect(start(undefined, { config })).rejects.toThrow('EADDRINUSE')
    await new Promise((resolve) => taken.close(resolve))
    const running = await start()
    await ask(running, 'after')
    outside.do = async (input) => input
    await eventually(async () => (await outcomesOf(running, 'after')).length === 2)
  }, 30_000)
})
