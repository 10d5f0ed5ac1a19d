import { recorded, when, whenAnswered } from '@zyra/testing'
import { exportData } from './export-data.reactor.ts'

const request = { customerId: '9007199254741007', orderIds: ['9007199254740995'], name: 'request-1' }

describe('exporting what is known of a customer', () => {
  it('asks for a file, told from others by the request', () => {
    const { name: requestId, ...whose } = request
    when(exportData, recorded('orchestrator.DataRequested', { ...whose, requestId, dueBy: '2026-12-20T08:00:00.000Z' }))
      .asks({ permit: { class: 'internal' }, input: request })
  })

  it('asks nothing for its own outcomes', () => {
    when(exportData, recorded('orchestrator.DataExportFailed', { reason: 'disk full' })).asksNothing()
  })

  it('records where the file lies and what it holds', () => {
    const value = { file: 'exports/demo/customer-1.json', sha256: 'ab'.repeat(32), events: 3 }
    whenAnswered(exportData, request, { ok: true, value }).records({ type: 'orchestrator.DataExported', data: value })
  })

  it('records why there is no file', () => {
    whenAnswered(exportData, request, { ok: false, error: 'stopped' }).records({ type: 'orchestrator.DataExportFailed', data: { reason: 'stopped' } })
  })
})
