import { given } from '@zyra/testing'
import { erasure, type ErasureCommand } from './erasure.decider.ts'

const person = (requestId: string): ErasureCommand => ({ type: 'ErasePerson', customerId: '9007199254741007', orderIds: ['9007199254740995'], requestId })
const ordered = (requestId: string) => ({
  type: 'orchestrator.ErasureOrdered' as const,
  data: { scope: 'person' as const, customerId: '9007199254741007', orderIds: ['9007199254740995'], requestId },
})

describe('erasing', () => {
  it('is ordered for a person and their orders, by ids only', () => {
    given(erasure).when(person('request-1')).then(ordered('request-1'))
  })

  it('is ordered for a whole shop', () => {
    given(erasure).when({ type: 'EraseMerchant', requestId: 'request-1' })
      .then({ type: 'orchestrator.ErasureOrdered', data: { scope: 'merchant', customerId: null, orderIds: [], requestId: 'request-1' } })
  })

  it('is ordered once for each request, however often and in whatever order requests are repeated', () => {
    given(erasure, ordered('request-1'), ordered('request-2')).when(person('request-1')).thenNothing().when(person('request-2')).thenNothing()
  })

  it('is ordered again for a customer who came back and asks again', () => {
    given(erasure, ordered('request-1')).when(person('request-2')).then(ordered('request-2')).thenState({ requests: ['request-1', 'request-2'] })
  })

  it('remembers the newest hundred requests', () => {
    const history = Array.from({ length: 150 }, (_, index) => ordered(`request-${index}`))
    const { state } = given(erasure, ...history)
    expect(state.requests).toEqual(Array.from({ length: 100 }, (_, index) => `request-${index + 50}`))
    given(erasure, ...history).when(person('request-50')).thenNothing().when(person('request-149')).thenNothing()
  })
})
