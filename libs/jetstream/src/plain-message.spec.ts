import { entryId, type Envelope } from '@zyra/contracts'
import { fromPlain, toPlain } from './plain-message.ts'

const id = entryId('plain')
const envelope: Envelope = {
  id, type: 'inventory.BufferSet', source: 'zyra/demo/inventory/stock/vase 1', time: '2026-11-20T08:00:00.000Z', version: 1, correlationId: id,
  causationId: id, actor: 'policy:change-buffer', command: '{"type":"SetBuffer","buffer":3,"why":"Köln, 100 %"}', handler: 'change-buffer', index: 0,
  deciderVersion: 1, attempt: 1, backfill: false, epoch: 2,
}
const stored = { subject: 'zyra.demo.inventory.stock.vase=201', sequence: 7, envelope, data: { buffer: 3 } }

describe('a message outside of the log', () => {
  it('comes back as the event that it was', () => {
    expect(fromPlain(JSON.parse(JSON.stringify(toPlain(stored))))).toEqual(stored)
  })

  it('is told by subject and sequence where it is not one of ours', () => {
    const { headers, ...message } = toPlain(stored)
    const { 'ce-id': _id, ...others } = headers
    expect(() => fromPlain({ ...message, headers: others })).toThrow('the message at zyra.demo.inventory.stock.vase=201 #7 has no proper envelope')
    expect(() => fromPlain({ ...message, headers, body: '{' })).toThrow('the body of the message at zyra.demo.inventory.stock.vase=201 #7 is not JSON')
  })
})
