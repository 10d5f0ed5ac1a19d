import { recorded, when } from '@zyra/testing'
import { finishReconcile } from './finish-reconcile.policy.ts'

const time = '2026-11-20T08:00:05.000Z'
const item = (inventoryItem: string) => ({ inventoryItem, sku: '', title: 'Mug', levels: [], etsy: null })
const page = (last: boolean, itemsBefore: number, unchanged = 0) =>
  recorded('inventory.ChannelsRead', { asOf: '2026-11-20T08:00:00.000000000Z', last, itemsBefore, items: [item('1'), item('2')], unchanged }, { time })

describe('the end of a reconcile', () => {
  it('comes with the last page, and counts the items of all pages and those that showed nothing new', () => {
    when(finishReconcile, page(true, 100)).dispatches({ aggregate: 'reconcile', id: 'all', command: { type: 'Finish', items: 102, at: time } })
    when(finishReconcile, page(true, 100, 7)).dispatches({ aggregate: 'reconcile', id: 'all', command: { type: 'Finish', items: 109, at: time } })
  })

  it('does not come with the pages before', () => {
    when(finishReconcile, page(false, 0)).dispatchesNothing()
  })

  it.each([true, false])('comes with a read that failed, its reason, and whether it was stopped: %s', (stopped) => {
    when(finishReconcile, recorded('inventory.ChannelsReadFailed', { reason: 'Etsy cannot be read', stopped }, { time }))
      .dispatches({ aggregate: 'reconcile', id: 'all', command: { type: 'Fail', reason: 'Etsy cannot be read', stopped, at: time } })
  })
})
