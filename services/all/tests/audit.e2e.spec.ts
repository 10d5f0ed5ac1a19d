import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deliverShopify, settled, startSystem, storedEvents, until, type ServicesProcess, type System } from './harness.ts'

const ZYRA = fileURLToPath(new URL('../../../apps/cli/dist/main.js', import.meta.url))
const EMAIL = 'kim.winter@example.com'
const ORDER = { id: 5001, customer: { id: 9001, email: EMAIL }, email: EMAIL, name: '#1', line_items: [] }

const run = (file: string, typed: readonly string[], env: NodeJS.ProcessEnv): Promise<{ code: number; said: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [file, ...typed], { env }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, said: `${out}${err}` })
    })
  })

describe('the evidence', () => {
  let system: System
  let services: ServicesProcess
  let folder: string
  let outside: string
  beforeAll(async () => {
    system = await startSystem()
    folder = mkdtempSync(join(tmpdir(), 'zyra-audit-'))
    outside = join(folder, 'outside')
    mkdirSync(outside)
    services = await system.startServices()
    expect(await deliverShopify(system.gatewayUrl, { topic: 'orders/create', body: JSON.stringify(ORDER) })).toBe(200)
    await settled(system)
  }, 120_000)
  afterAll(async () => {
    await system.stop()
    rmSync(folder, { recursive: true, force: true })
  }, 30_000)

  const zyra = (...typed: readonly string[]) => run(ZYRA, typed, { ...system.env, NO_COLOR: '1', ZYRA_SEALS_OUTSIDE: outside })
  const verified = async (...typed: readonly string[]) => {
    const { code, said } = await zyra('audit', 'verify', '--json', ...typed)
    return { code, report: JSON.parse(said) as Record<string, unknown> }
  }
  const seals = (): string[] => readdirSync(join(system.dataDir, 'objects', 'seals')).filter((name) => /^\d+-\d+\.json$/.test(name)).toSorted()

  test('is sealed, published and verified on demand', async () => {
    expect(await zyra('audit', 'seal')).toMatchObject({ code: 0, said: expect.stringMatching(/events sealed, up to #\d+/) })
    expect(readdirSync(outside)).toEqual(seals())
    const { code, report } = await verified('--against', outside)
    expect({ code, report }).toMatchObject({ code: 0, report: { ok: true, findings: [], firstBad: null, comparedWith: outside } })
    expect(report['sealedTo']).toBeGreaterThan(50)
  }, 60_000)

  test('proves one action to somebody who has only Node, and shows no personal data', async () => {
    const [delivery] = await storedEvents(system, ['zyra.demo.gateway.shopify-webhook.*'])
    const proof = join(folder, 'proof')
    const exported = await zyra('audit', 'export', String(delivery?.sequence), '--out', proof)
    expect(exported).toMatchObject({ code: 0, said: expect.stringContaining(`written to ${proof}`) })
    const checked = await run(join(proof, 'check.mjs'), [join(proof, 'proof.json'), outside], {})
    expect(checked).toMatchObject({ code: 0, said: expect.stringMatching(/OK: \d+ events? (are|is)/) })
    expect(readFileSync(join(proof, 'proof.json'), 'utf8')).not.toContain(EMAIL)
    const opened = join(folder, 'opened')
    expect((await zyra('audit', 'export', String(delivery?.sequence), '--out', opened, '--personal')).code).toBe(0)
    expect(readFileSync(join(opened, 'opened.json'), 'utf8')).toContain(EMAIL)
    expect(readFileSync(join(opened, 'proof.json'), 'utf8')).not.toContain(EMAIL)
  }, 60_000)

  test('is sealed to its end when the services stop in order, and goes on after the next start', async () => {
    await deliverShopify(system.gatewayUrl, { topic: 'orders/create', body: JSON.stringify({ ...ORDER, id: 5002 }) })
    await settled(system)
    await services.stop()
    const last = await system.js.log.lastSequence()
    const newest = JSON.parse(readFileSync(join(system.dataDir, 'objects', 'seals', seals().at(-1) ?? ''), 'utf8')) as { last: number }
    expect(newest.last).toBe(last)
    services = await system.startServices()
    await until('a seal to be recorded in the log', async () => (await storedEvents(system, ['zyra._.orchestrator.seal.log'])).length > 0, 60_000)
    expect((await verified()).code).toBe(0)
  }, 120_000)

  test('shows that the newest seal was taken away, by the outside place', async () => {
    await zyra('audit', 'seal')
    rmSync(join(system.dataDir, 'objects', 'seals', seals().at(-1) ?? ''))
    const { code, report } = await verified('--against', outside)
    const findings = expect.arrayContaining([expect.objectContaining({ kind: 'seal missing' })])
    expect({ code, report }).toMatchObject({ code: 1, report: { ok: false, findings } })
  }, 60_000)
})
