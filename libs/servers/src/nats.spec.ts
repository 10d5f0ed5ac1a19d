import { readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { openNats } from '../test/nats-client.ts'
import { temporaryFolder } from '../test/temporary.ts'
import { readNatsSeed, startNats, type NatsServer, type NatsUser } from './nats.ts'

const users: NatsUser[] = [
  { name: 'admin', permissions: {} },
  {
    name: 'inventory',
    permissions: { publish: { allow: ['zyra.*.inventory.>'], deny: ['zyra.*.inventory.secret'] }, subscribe: { allow: ['_INBOX.>'] } },
  },
]

describe('a local NATS server', () => {
  const folder = temporaryFolder()
  const lines: string[] = []
  let server: NatsServer

  beforeAll(async () => {
    server = await startNats({ dir: folder.path, users, onLine: (line) => lines.push(line) })
  }, 120_000)

  afterAll(async () => {
    await server.stop()
    folder.remove()
  })

  const connectAs = (name: string) => openNats(server.url, server.seeds[name] ?? '')

  it('lets a user publish what its permissions allow, and nothing else', async () => {
    const inventory = await connectAs('inventory')
    expect(await inventory.publish('zyra.demo.inventory.stock.1', '{}')).toBeUndefined()
    expect(await inventory.publish('zyra.demo.gateway.webhook.1', '{}')).toMatch(/Permissions Violation for Publish/)
    expect(await inventory.publish('zyra.demo.inventory.secret', '{}')).toMatch(/Permissions Violation for Publish/)
    inventory.close()
  })

  it('refuses somebody whose key it does not know', async () => {
    const other = temporaryFolder()
    const stranger = await startNats({ dir: other.path, users })
    await expect(openNats(server.url, stranger.seeds.inventory ?? '')).rejects.toThrow(/Authorization Violation/)
    await stranger.stop()
    other.remove()
  })

  it('keeps what it acknowledged through kill -9, on the same port', async () => {
    const before = await connectAs('admin')
    await before.request('$JS.API.STREAM.CREATE.SPEC', { name: 'SPEC', subjects: ['spec.>'], storage: 'file' })
    expect(await before.request('spec.fact', { stock: 4 })).toMatchObject({ stream: 'SPEC', seq: 1 })
    const { pid, url } = server

    await server.kill()
    expect((await server.exited).problem).toMatch(/NATS was killed by SIGKILL.*start again/)
    await server.restart()

    expect(server.pid).not.toBe(pid)
    expect(server.url).toBe(url)
    const after = await connectAs('admin')
    expect(await after.request('$JS.API.STREAM.INFO.SPEC', {})).toMatchObject({ state: { messages: 1, last_seq: 1 } })
    after.close()
  })

  it('takes messages of 8 MB', async () => {
    const admin = await connectAs('admin')
    expect(await admin.publish('big', 'x'.repeat(8 * 1024 * 1024 - 100))).toBeUndefined()
    admin.close()
  })

  it('keeps seeds readable to their owner only, and out of its configuration', () => {
    const file = join(folder.path, 'secrets', 'nats-inventory.seed')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder.path, 'secrets')).mode & 0o777).toBe(0o700)
    expect(readNatsSeed(folder.path, 'inventory')).toBe(server.seeds.inventory)
    const config = readFileSync(join(folder.path, 'nats', 'nats.conf'), 'utf8')
    expect(config).toContain('"sync_interval": "always"')
    expect(Object.values(server.seeds).filter((seed) => config.includes(seed))).toEqual([])
  })

  it('says that its folder is in use rather than start twice on the same data', async () => {
    const again = startNats({ dir: folder.path, users })
    await expect(again).rejects.toThrow(`Zyra is already running on ${join(folder.path, 'nats')} (process ${process.pid})`)
  })

  it('says who holds a taken port and which setting moves it', async () => {
    const other = temporaryFolder()
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const address = holder.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const attempt = startNats({ dir: other.path, users, port })
    await expect(attempt).rejects.toThrow(new RegExp(`Port ${port} is taken by process ${process.pid} .*set ZYRA_NATS_PORT`))
    holder.close()
    other.remove()
  })

  it('runs beside another one with a folder of its own', async () => {
    const other = temporaryFolder()
    const second = await startNats({ dir: other.path, users })
    expect(second.port).not.toBe(server.port)
    const client = await openNats(second.url, second.seeds.admin ?? '')
    expect(await client.request('$JS.API.STREAM.NAMES', {})).toMatchObject({ total: 0 })
    client.close()
    await second.stop()
    expect((await second.exited).problem).toBeUndefined()
    other.remove()
  })
})
