import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { createLogger, createMetrics } from '@zyra/runtime'
import { findPromtool } from '@zyra/servers'
import { alertsIn, isOurs, metricsPage, seriesInRules, unknownSeries, untestedAlerts } from './metrics.mjs'
import { shortfalls } from './minimums.mjs'

const root = resolve(import.meta.dirname, '../..')
const read = (path) => readFileSync(join(root, path), 'utf8')
const rules = read('deploy/prometheus/zyra.rules.yml')
const tests = read('deploy/prometheus/zyra.rules.test.yml')
const descriptions = await createMetrics(createLogger('silent')).descriptions()

describe('the reference of metrics', () => {
  it('is what the code defines: node scripts/metrics-page.mjs writes it', () => {
    expect(read('docs/reference/metrics.md')).toBe(metricsPage(descriptions))
  })

  it('explains each of our own by a sentence, and lists none by merchant', () => {
    const ours = descriptions.filter(isOurs)
    expect(ours.filter(({ help }) => !/^[A-Z0-9].{15,}\.$/.test(help)).map(({ name }) => name)).toEqual([])
    expect(ours.filter(({ labels }) => labels.includes('merchant')).map(({ name }) => name)).toEqual([])
  })
})

describe('the alert rules', () => {
  it('ask for metrics that there are, and each has a test that lets it fire', () => {
    expect(unknownSeries(rules, descriptions)).toEqual([])
    expect(untestedAlerts(rules, tests)).toEqual([])
    const counts = {
      metrics: descriptions.length, 'metrics of our own': descriptions.filter(isOurs).length,
      'metrics in rules': seriesInRules(rules).length, 'alerts tested': alertsIn(rules).length,
    }
    expect(shortfalls('metrics', counts)).toEqual([])
  })

  it('say what to do, each of them', () => {
    expect(rules.match(/^ +action: /gm)).toHaveLength(alertsIn(rules).length)
    expect(rules.match(/^ +summary: /gm)).toHaveLength(alertsIn(rules).length)
  })

  it('are reported when they ask for what nothing tells, or are not tested', () => {
    const planted = rules.replace('expr: zyra_ready == 0', 'expr: zyra_redy == 0').replace('alert: ZyraDown', 'alert: ZyraGone')
    expect(unknownSeries(planted, descriptions)).toEqual([expect.stringContaining('zyra_redy')])
    expect(untestedAlerts(planted, tests)).toEqual([expect.stringContaining('ZyraGone')])
  })

  it('are not enough when there are none', () => {
    expect(shortfalls('metrics', { metrics: 0, 'metrics of our own': 0, 'metrics in rules': 0, 'alerts tested': 0 })).toHaveLength(4)
  })
})

const { promtool, why } = await findPromtool().then((file) => ({ promtool: file }), (error) => ({ why: error.message }))
// Without the internet a developer goes on; continuous integration must not pass on nothing.
const isSkipped = promtool === undefined && !process.env.CI
const withPromtool = isSkipped ? it.skip : it

describe(isSkipped ? `promtool (skipped: ${why})` : 'promtool', () => {
  let folder
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'zyra-rules-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const execute = async (file, args) => {
    if (promtool === undefined) throw new Error(why)
    return promisify(execFile)(file, args, { cwd: folder }).then(({ stdout }) => stdout, ({ stdout, stderr }) => `FAILED ${stdout}${stderr}`)
  }
  const run = (...args) => execute(promtool, args)
  const put = (changed = rules) => {
    writeFileSync(join(folder, 'zyra.rules.yml'), changed)
    writeFileSync(join(folder, 'zyra.rules.test.yml'), tests)
  }

  withPromtool('finds the rules well-formed, and they fire as their tests say', async () => {
    put()
    expect(await run('check', 'rules', 'zyra.rules.yml')).toMatch(new RegExp(`SUCCESS: ${alertsIn(rules).length} rules found`))
    expect(await run('test', 'rules', 'zyra.rules.test.yml')).toMatch(/SUCCESS/)
  }, 60_000)

  withPromtool('finds nothing to improve in what /metrics tells', async () => {
    const metrics = createMetrics(createLogger('silent'), { dataDir: folder })
    const observer = metrics.observerFor('inventory')
    observer.handled('mirror', 'policy', 0.1)
    observer.called('etsy', '200', 0.2)
    observer.waited('mirror', 's', 'busy', 'holding', 100)
    observer.parked('mirror', 's', 'broken')
    observer.lots('policy', 2)
    observer.decided('stock', 'decided')
    observer.lag('inventory-policy', 7, 1.5)
    observer.stopped('inventory_stock', true)
    observer.appended([{ type: 'inventory.StockObserved', time: '2026-11-20T08:00:00.000Z' }], 'appended', 0.002)
    observer.gate({ closed: true, autopilot: 0, everything: 2 })
    observer.problem('redrive', 'no such lot')
    metrics.health({ ready: true, checks: [{ name: 'postgres', ok: true }] })
    metrics.webhooks.inc({ vendor: 'etsy', answer: '200' })
    metrics.requests.observe({ method: 'GET', route: '/healthz', status: '200' }, 0.1)
    const lint = async (text) => {
      writeFileSync(join(folder, 'scrape'), text)
      return execute('sh', ['-c', `'${promtool}' check metrics < scrape`])
    }
    expect(await lint(await metrics.text())).toBe('')
    expect(await lint((await metrics.text()).replaceAll('zyra_problems_total', 'zyra_problems'))).toMatch(/^FAILED[^]*zyra_problems/)
  }, 60_000)

  withPromtool('finds a rule that fires too late', async () => {
    put(rules.replace('zyra_reader_lag_seconds) > 900', 'zyra_reader_lag_seconds) > 9000'))
    expect(await run('test', 'rules', 'zyra.rules.test.yml')).toMatch(/^FAILED[^]*ZyraReaderBehind/)
  }, 60_000)
})
