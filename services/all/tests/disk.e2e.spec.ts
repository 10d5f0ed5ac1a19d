import { inboxPrefixOf, openJetStream, type JetStream } from '@zyra/jetstream'
import { freeBytes, readNatsSeed, requirePort } from '@zyra/servers'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SandboxProcess } from '../src/sandbox.ts'
import { ADMIN } from '../src/servers.ts'
import { repeatedDecisions, repeatedIds, timesKept } from './log-checks.ts'
import { control, deliverShopify, itemAtOnePlace, mirrored, settled, storedEvents, until, type ShopifyVariant } from './harness.ts'

const MIB = 1024 * 1024
const SIZE_MIB = 700
const RESERVE_MIB = 64

/** A file system of its own, small enough to be filled. */
const mountSmall = (): { readonly folder: string; readonly why?: undefined } | { readonly folder?: undefined; readonly why: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'zyra-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m,mode=755`, 'tmpfs', folder], { stdio: 'pipe' })
    return { folder }
  } catch (error) {
    rmSync(folder, { recursive: true })
    return { why: String(error).split('\n').slice(0, 2).join(' ') }
  }
}

const { folder, why } = mountSmall()
const onSmallDisk = folder === undefined ? test.skip : test

describe(folder === undefined ? `a full disk (skipped, no small file system can be mounted here: ${why})` : 'a full disk', () => {
  const dataDir = join(folder ?? '', 'data')
  let child: ChildProcess
  let url: string
  let js: JetStream
  let sandbox: SandboxProcess
  let item: ShopifyVariant
  let said = ''
  /** What was begun, and how to end it. */
  const endings: (() => Promise<unknown>)[] = []
  const answers = new Map<string, number | undefined>()

  const start = async (): Promise<void> => {
    mkdirSync(dataDir)
    const [port, sandboxPort] = [await requirePort('127.0.0.1', 0, 'ZYRA_PORT'), await requirePort('127.0.0.1', 0, 'ZYRA_SANDBOX_PORT')]
    const started = spawn(process.execPath, [new URL('../dist/main.js', import.meta.url).pathname], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env, NODE_OPTIONS: '', ZYRA_DATA: dataDir, ZYRA_PORT: String(port), ZYRA_SANDBOX_PORT: String(sandboxPort),
        ZYRA_SANDBOX_ORDERS_PER_MINUTE: '0', ZYRA_SANDBOX_ETSY_PER_SECOND: '200', ZYRA_DISK_RESERVE: String(RESERVE_MIB),
      },
    })
    child = started
    const exited = once(started, 'exit')
    endings.unshift(() => (started.kill('SIGTERM'), exited))
    for (const stream of [started.stdout, started.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
    url = `http://127.0.0.1:${port}`
    sandbox = { origin: `http://127.0.0.1:${sandboxPort}`, failed: Promise.race([]), stop: async () => undefined }
    await until('Zyra to run', async () => said.includes('Ctrl-C') && (await fetch(`${url}/readyz`)).ok, 60_000)
    const { natsPort } = JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as { natsPort: number }
    js = await openJetStream({ url: `nats://127.0.0.1:${natsPort}`, name: 'test', inboxPrefix: inboxPrefixOf(ADMIN), seed: readNatsSeed(dataDir, ADMIN) })
    endings.unshift(js.close)
    await until('the first reconcile', async () => (await mirrored({ sandbox })).every(({ sellable, expected }) => sellable === expected), 60_000)
    await settled({ js, gatewayUrl: url })
    item = await itemAtOnePlace({ sandbox })
  }

  afterAll(async () => {
    if (folder === undefined) return
    for (const end of endings) await end()
    await until('the disk to be let go of', async () => Buffer.isBuffer(execFileSync('umount', [folder], { stdio: 'pipe' })))
    rmSync(folder, { recursive: true })
  }, 60_000)

  const filler = join(folder ?? '', 'filler')
  /** Takes space until so many bytes are left. */
  const fill = (left: number): void => {
    const file = openSync(filler, 'a')
    const block = Buffer.alloc(MIB, 1)
    try {
      for (let room = freeBytes(dataDir) - left; room > 0; room = freeBytes(dataDir) - left) writeSync(file, block, 0, Math.min(MIB, room))
    } catch (error) {
      if ((error as { code?: string }).code !== 'ENOSPC') throw error
    } finally {
      closeSync(file)
    }
  }

  let available = 3
  const deliver = async (): Promise<number | undefined> => {
    available = 3 + ((available + 1) % 9)
    const id = randomUUID()
    const body = `{"inventory_item_id":${item.inventoryItemId},"location_id":${item.levels[0]?.locationId},"available":${available}}`
    const status = await deliverShopify(url, { topic: 'inventory_levels/update', body, webhookId: id, eventId: id })
    answers.set(id, status)
    return status
  }
  const ready = async (): Promise<boolean> => (await fetch(`${url}/readyz`)).ok
  const disk = async () => {
    const { checks } = (await (await fetch(`${url}/readyz`)).json()) as { checks: readonly { name: string; ok: boolean; detail: string }[] }
    return checks.find(({ name }) => name === 'disk')
  }
  const logFile = (): string => readFileSync(join(dataDir, 'zyra.log'), 'utf8')
  const deliverUntil = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) await deliver()
  }

  const backToWork = async (): Promise<void> => {
    rmSync(filler)
    await until('everything to work again', ready, 60_000)
    await until('webhooks to be taken again', async () => (await deliver()) === 200, 10_000)
    expect(child.exitCode).toBeNull()
    await settled({ js, gatewayUrl: url })
  }

  /** Nothing that was acknowledged is missing, nothing is there twice. */
  const checkLog = async (): Promise<void> => {
    const kept = timesKept(await storedEvents({ js }, ['zyra.demo.gateway.shopify-webhook.*']))
    expect([...answers].filter(([id, status]) => status === 200 && kept.get(id) !== 1)).toEqual([])
    expect([...answers.keys()].filter((id) => (kept.get(id) ?? 0) > 1)).toEqual([])
    const all = await storedEvents({ js }, ['zyra.>'])
    expect(repeatedIds(all)).toEqual([])
    expect(repeatedDecisions(all)).toEqual([])
  }

  const count = (status: number): number => [...answers.values()].filter((one) => one === status).length

  onSmallDisk('is met by 503 before it is full, and with space everything goes on by itself', async () => {
    await start()
    for (let i = 0; i < 20; i += 1) expect(await deliver()).toBe(200)

    fill((RESERVE_MIB - 2) * MIB)
    await until('webhooks to be refused', async () => (await deliver()) === 503)
    const refused = await fetch(`${url}/webhooks/shopify`, { method: 'POST', body: '{}' })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '60'])
    expect(freeBytes(dataDir)).toBeGreaterThan((RESERVE_MIB / 2) * MIB)
    const told = await until('/readyz to say so', async () => ((one) => (one?.ok === false ? one : undefined))(await disk()))
    expect(told.detail).toContain('webhooks are refused')

    fill(0)
    const full = performance.now()
    while (performance.now() - full < 5_000) expect(await deliver()).toBe(503)
    await backToWork()
    await checkLog()
    expect(count(200)).toBeGreaterThan(20)
    expect(count(503)).toBeGreaterThan(5)
  }, 240_000)

  onSmallDisk('that fills faster than anybody looks stops NATS, which is started again with space, and nothing acknowledged is lost', async () => {
    const hasStumbled = (): boolean => logFile().includes('ended for want of space')
    let tries = 0
    for (; tries < 10 && !hasStumbled(); tries += 1) {
      const ended = new AbortController()
      const delivering = [1, 2, 3].map(() => deliverUntil(ended.signal))
      await until('webhooks to be taken', async () => (await deliver()) === 200)
      fill(0)
      await until('webhooks to be refused', async () => (await deliver()) === 503)
      ended.abort()
      await Promise.all(delivering)
      await backToWork()
    }
    expect(hasStumbled()).toBe(true)
    await checkLog()
    // What was delivered here was not Shopify's; a read puts it right.
    await control({ dataDir, gatewayUrl: url }, 'reconcile', {})
    await settled({ js, gatewayUrl: url })
    console.info({ acknowledged: count(200), refused: count(503), unanswered: answers.size - count(200) - count(503), tries })
    expect((await mirrored({ sandbox })).filter(({ sellable, expected }) => sellable !== expected)).toEqual([])
  }, 240_000)
})
