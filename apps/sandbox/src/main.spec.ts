import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openGateway, until } from '../test/gateway.ts'
import { ask } from '../test/http.ts'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
let folder: string
let children: ChildProcess[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zyra-sandbox-'))
  children = []
})
afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  rmSync(folder, { recursive: true })
})

const run = (settings: Record<string, string> = {}) => {
  const env = {
    PATH: process.env['PATH'], ZYRA_SANDBOX_PORT: '0', ZYRA_DATA: folder, ZYRA_GATEWAY_URL: 'http://127.0.0.1:9',
    ZYRA_SANDBOX_ORDERS_PER_MINUTE: '0', ...settings,
  }
  const child = spawn(process.execPath, ['--conditions=zyra-source', main], { env, stdio: ['pipe', 'pipe', 'pipe'] })
  children.push(child)
  const printed = { out: '', error: '' }
  child.stdout.on('data', (chunk: Buffer) => (printed.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (printed.error += chunk.toString()))
  const exit = once(child, 'close').then(([code]) => ({ code, ...printed }))
  const ready = async () => {
    await until(() => printed.out.includes('\n') || child.exitCode !== null)
    const url = /^ready (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(printed.out)?.[1]
    if (url === undefined) throw new Error(`The sandbox printed "${printed.out}" and "${printed.error}".`)
    return url
  }
  return { child, exit, ready }
}

const buy = (url: string) => ask(`${url}/control/orders`, 'POST', { channel: 'shopify', sku: 'SPOON-REST' })
const left = async (url: string) => (await ask(`${url}/control/shopify?sku=SPOON-REST`)).body.variants[0].available

describe('the process', () => {
  it('prints one line when it is ready, and on SIGTERM delivers what is on its way, saves and ends with 0', async () => {
    const gateway = await openGateway()
    const first = run({ ZYRA_GATEWAY_URL: gateway.url })
    await buy(await first.ready())
    first.child.kill('SIGTERM')
    expect(await first.exit).toMatchObject({ code: 0, out: expect.stringMatching(/^ready \S+\n$/) })
    expect(gateway.received.map(({ headers }) => headers['x-shopify-topic']).sort())
      .toEqual(['inventory_levels/update', 'orders/create', 'products/update'])
    await gateway.close()
    expect(await left(await run().ready())).toBe(19)
  }, 20_000)

  it('loses at most what the last second brought when it is killed', async () => {
    const first = run()
    await buy(await first.ready())
    await until(() => existsSync(join(folder, 'sandbox', 'state.json')))
    first.child.kill('SIGKILL')
    await first.exit
    expect(await left(await run().ready())).toBe(19)
  }, 20_000)

  it('ends by itself when its parent is gone, if told to', async () => {
    const { child, ready, exit } = run({ ZYRA_EXIT_WITH_PARENT: '1' })
    await ready()
    child.kill('SIGINT')
    expect(await left(await ready())).toBe(20)
    child.stdin.end()
    expect((await exit).code).toBe(0)
  }, 20_000)

  it('says in one sentence that its port is taken', async () => {
    const url = await run().ready()
    const { port } = new URL(url)
    const { code, out, error } = await run({ ZYRA_SANDBOX_PORT: port }).exit
    expect([code, out]).toEqual([1, ''])
    expect(error).toMatch(new RegExp(`^Port ${port} is taken by .+: stop it, or set ZYRA_SANDBOX_PORT to a free port\\.\\n$`))
  }, 20_000)
})
