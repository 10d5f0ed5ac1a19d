import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualTime } from '@zyra/vendor-faults'
import { until } from '../test/gateway.ts'
import { ask } from '../test/http.ts'
import { startSandbox, type Sandbox } from './sandbox.ts'
import { createSaver } from './saved-state.ts'

const time = manualTime(new Date('2026-11-20T08:00:00Z'))
let folder: string
let open: Sandbox[]
let warnings: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zyra-sandbox-'))
  open = []
  warnings = []
})
afterEach(async () => {
  for (const sandbox of open) await sandbox.close()
  rmSync(folder, { recursive: true })
})

const stateFile = () => join(folder, 'sandbox', 'state.json')
const start = async (options: { file?: string } = {}) => {
  const sandbox = await startSandbox({
    stateFile: options.file ?? stateFile(), gatewayUrl: 'http://127.0.0.1:9', clock: time.clock, scheduler: time.scheduler,
    warn: (sentence) => void warnings.push(sentence),
  })
  for (const { faults } of [sandbox.shopify, sandbox.etsy]) faults.set({ faults: [{ kind: 'drop-webhook' }] })
  open.push(sandbox)
  return sandbox
}
const trade = (sandbox: Sandbox) => {
  const orders = (['shopify', 'etsy'] as const).map((channel) => sandbox.placeOrder(channel, [{ sku: 'SPOON-REST', quantity: 3 }]))
  return orders.map((placed) => placed.placed && placed.orderId)
}
const stock = ({ shopify, etsy }: Sandbox) =>
  [shopify.variant('SPOON-REST').levels[0]?.available, etsy.rows().find(({ sku }) => sku === 'SPOON-REST')?.sellable]

describe('the state of the sandbox', () => {
  it('survives a restart, orders, tokens and the place in the line of customers included', async () => {
    const first = await start()
    trade(first)
    const tokens = first.etsy.issueTokens()
    first.customers.resume(41)
    await first.close()

    const second = await start()
    expect(stock(second)).toEqual([17, 17])
    expect(second.etsy.state().grants.map(({ accessToken }) => accessToken)).toContain(tokens.accessToken)
    expect(second.etsy.state().receipts).toHaveLength(1)
    expect(second.shopify.state().orders).toHaveLength(1)
    expect(second.customers.visits()).toBe(41)
    expect(warnings).toEqual([])
  })

  it('is on disk within a second of a change, so that a crash loses no more, and ids of the lost second are not given again', async () => {
    const first = await start()
    const orders = trade(first)
    time.advance(1000)
    await until(() => existsSync(stateFile()))
    const copy = join(folder, 'crashed.json')
    writeFileSync(copy, readFileSync(stateFile()))

    const lost = trade(first)
    const second = await start({ file: copy })
    expect(stock(second)).toEqual([17, 17])
    expect(new Set([...orders, ...lost, ...trade(second)]).size).toBe(6)
  })

  it('is saved when the wire changed it', async () => {
    const { url } = await start()
    await ask(`${url}/control/shopify/stock`, 'POST', { sku: 'SPOON-REST', available: 5 })
    time.advance(1000)
    await until(() => existsSync(stateFile()))
    const second = await start()
    expect(second.shopify.variant('SPOON-REST').levels[0]?.available).toBe(5)
  })

  it('keeps the newest orders only', async () => {
    const first = await start()
    for (let order = 0; order < 310; order += 1) {
      first.shopify.setAvailable('SPOON-REST', 1)
      first.placeOrder('shopify', [{ sku: 'SPOON-REST', quantity: 1 }])
    }
    const newest = first.shopify.state().orders.at(-1)
    await first.close()
    const { orders } = (await start()).shopify.state()
    expect([orders.length, orders.at(-1)]).toEqual([300, newest])
  })

  it.each([
    ['is cut off', (text: string) => text.slice(0, text.length / 2)],
    ['is not JSON', () => 'nothing'],
    ['is of another kind', () => '{"version":2}'],
    ['has a wrong Etsy part', (text: string) => JSON.stringify({ ...JSON.parse(text), etsy: {} })],
    ['has a wrong Shopify part', (text: string) => JSON.stringify({ ...JSON.parse(text), shopify: { shop: 1 } })],
  ])('is told in one sentence and moved aside when the file %s, and the shop starts anew', async (_how, damage) => {
    const first = await start()
    trade(first)
    await first.close()
    writeFileSync(stateFile(), damage(readFileSync(stateFile(), 'utf8')))

    const second = await start()
    expect(stock(second)).toEqual([20, 20])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/^The sandbox's state in \S+state\.json cannot be used \(.+\), so it was moved to \S+ and .+ starts anew\.$/)
    expect(readdirSync(join(folder, 'sandbox')).filter((name) => name.startsWith('state.json.damaged-2026-11-20'))).toHaveLength(1)
  })
})

describe('a saver that cannot write', () => {
  it('says so in one sentence, and writes after the next change once it can', async () => {
    const { scheduler, advance } = manualTime(new Date())
    const file = join(folder, 'blocked', 'state.json')
    writeFileSync(join(folder, 'blocked'), 'in the way')
    const snapshot = () => ({ visits: 1, shopify: {}, etsy: {} })
    const saver = createSaver({ file, scheduler, snapshot, warn: (one) => void warnings.push(one) })
    saver.changed()
    advance(1000)
    await until(() => warnings.length === 1)
    expect(warnings[0]).toContain(`The sandbox could not save its state to ${file} (`)
    rmSync(join(folder, 'blocked'))
    saver.changed()
    advance(1000)
    await until(() => existsSync(file))
    await saver.close()
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ version: 1, closed: true, visits: 1, shopify: {}, etsy: {} })
  })
})
