import { recorded, when, whenAnswered } from '@zyra/testing'
import { eraseKeys } from './erase-keys.reactor.ts'

const whose = { scope: 'person', customerId: '9007199254741007', orderIds: ['9007199254740995'] } as const

describe('erasing keys', () => {
  it('asks for the keys of those who were named; no vendor is called, so that no stop delays it', () => {
    when(eraseKeys, recorded('orchestrator.ErasureOrdered', { ...whose, orderIds: [...whose.orderIds], requestId: 'request-1' }))
      .asks({ permit: { class: 'internal' }, input: whose })
  })

  it('asks nothing for anything else', () => {
    when(eraseKeys, recorded('orchestrator.KeysErased', { keyIds: [] })).asksNothing()
  })

  it('records which keys are gone, to be applied again after a restore', () => {
    whenAnswered(eraseKeys, whose, { ok: true, value: { keyIds: ['demo/a/b', 'demo/a/c'] } })
      .records({ type: 'orchestrator.KeysErased', data: { keyIds: ['demo/a/b', 'demo/a/c'] } })
  })

  it('never says that keys are gone where nobody knows', () => {
    whenAnswered(eraseKeys, whose, { ok: false, error: 'stopped' }).recordsNothing()
  })
})
