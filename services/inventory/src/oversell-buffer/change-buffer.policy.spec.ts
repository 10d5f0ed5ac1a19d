import { recorded, when } from '@zyra/testing'
import { changeBuffer } from './change-buffer.policy.ts'

describe('changing the buffer', () => {
  it('sets the buffer of the item that was asked about', () => {
    const asked = recorded('gateway.BufferChangeRequested', { requestId: 'r-1', by: 'command-line', inventoryItem: '9007199254740993', buffer: 3 })
    when(changeBuffer, asked).dispatches({ aggregate: 'stock', id: '9007199254740993', command: { type: 'SetBuffer', buffer: 3 } })
  })

  it('does nothing about other requests', () => {
    when(changeBuffer, recorded('gateway.ReconcileRequested', { requestId: 'r-1', by: 'command-line' })).dispatchesNothing()
  })
})
