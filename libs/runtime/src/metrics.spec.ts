import { createLogger } from './logging.ts'
import { createMetrics } from './metrics.ts'

const setUp = () => {
  const written: string[] = []
  const metrics = createMetrics(createLogger('debug', { write: (line) => void written.push(line) }))
  return { metrics, observer: metrics.observerFor('inventory'), written }
}

const ours = (text: string): readonly { readonly name: string; readonly kind: string; readonly help: string }[] =>
  [...text.matchAll(/# HELP (zyra_\w+) (.+)\n# TYPE \1 (\w+)/g)].map(([, name = '', help = '', kind = '']) => ({ name, kind, help }))

describe('metrics', () => {
  it('are named as Prometheus wants it: a prefix, base units, and _total for counters alone', async () => {
    const found = ours(await setUp().metrics.text())
    expect(found.length).toBeGreaterThanOrEqual(20)
    for (const { name, kind, help } of found) {
      expect(name).toMatch(/^zyra_[a-z]+(_[a-z]+)*$/)
      expect(name.endsWith('_total')).toBe(kind === 'counter')
      expect(/_(ms|milliseconds|minutes|kb)(_|$)/.test(name)).toBe(false)
      if (kind === 'histogram') expect(name).toMatch(/_seconds$/)
      expect(help).toMatch(/\.$/)
    }
  })

  it('count what handlers did', async () => {
    const { metrics, observer } = setUp()
    observer.handled('mirror', 'policy', 0.004)
    observer.waited('mirror', 's', 'busy', 'holding', 100)
    observer.parked('mirror', 's', 'broken')
    observer.lots('policy', 2)
    observer.decided('stock', 'decided')
    observer.lag('inventory-policy', 7, 1.5)
    observer.stopped('inventory_stock', true)
    observer.appended([{ type: 'inventory.StockObserved', time: '2026-11-20T08:00:00.000Z' }], 'appended', 0.002)
    observer.appended([{ type: 'inventory.StockObserved', time: '2026-11-20T09:00:00.000Z' }], 'conflict', 0.002)
    observer.called('etsy', '429', 0.3)
    observer.gate({ closed: true, autopilot: 0, everything: 2 })
    metrics.health({ ready: false, checks: [{ name: 'postgres', ok: false }] })
    observer.problem('redrive', 'no such lot')
    const text = await metrics.text()
    for (const line of [
      'zyra_handler_duration_seconds_count{service="inventory",kind="policy",handler="mirror"} 1',
      'zyra_handler_retries_total{service="inventory",handler="mirror",reason="holding"} 1',
      'zyra_handler_parked_total{service="inventory",handler="mirror"} 1',
      'zyra_parked_aggregates{service="inventory",kind="policy"} 2',
      'zyra_decisions_total{service="inventory",aggregate="stock",status="decided"} 1',
      'zyra_reader_lag_events{service="inventory",reader="inventory-policy"} 7',
      'zyra_problems_total{service="inventory",where="redrive"} 1',
      'zyra_reader_lag_seconds{service="inventory",reader="inventory-policy"} 1.5',
      'zyra_projection_stopped{service="inventory",projection="inventory_stock"} 1',
      'zyra_append_duration_seconds_count{service="inventory",result="conflict"} 1',
      'zyra_events_appended_total{service="inventory",type="inventory.StockObserved"} 1',
      'zyra_event_last_timestamp_seconds{service="inventory",type="inventory.StockObserved"} 1795161600',
      'zyra_vendor_request_duration_seconds_count{service="inventory",vendor="etsy",outcome="429"} 1',
      'zyra_gate_closed{service="inventory"} 1',
      'zyra_stopped_merchants{service="inventory",level="everything"} 2',
      'zyra_ready 0',
      'zyra_check_ok{check="postgres"} 0',
    ]) expect(text).toContain(line)
  })

  it('of two systems in one process do not meet', async () => {
    const [one, other] = [setUp(), setUp()]
    one.observer.parked('mirror', 's', 'broken')
    expect(await other.metrics.text()).not.toContain('zyra_handler_parked_total{')
  })

  it('come with a log line for what somebody may have to look at', () => {
    const { observer, written } = setUp()
    observer.parked('mirror', 'zyra.demo.inventory.stock.1', 'broken')
    const lines = written.map((line) => JSON.parse(line) as unknown)
    expect(lines).toEqual([expect.objectContaining({ level: 'error', handler: 'mirror', error: 'broken', msg: 'parked' })])
  })
})
