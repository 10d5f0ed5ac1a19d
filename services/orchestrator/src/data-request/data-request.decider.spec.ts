import { given } from '@zyra/testing'
import { dataRequest, type DataRequestCommand } from './data-request.decider.ts'

const ask = (requestId: string, at = '2026-11-20T08:00:00.000Z'): DataRequestCommand =>
  ({ type: 'RequestData', customerId: '9007199254741007', orderIds: ['9007199254740995'], requestId, at })
const requested = (requestId: string, dueBy = '2026-12-20T08:00:00.000Z') =>
  ({ type: 'orchestrator.DataRequested' as const, data: { customerId: '9007199254741007', orderIds: ['9007199254740995'], requestId, dueBy } })

describe("a customer's request for their data", () => {
  it('is due thirty days after it was made', () => {
    given(dataRequest).when(ask('request-1')).then(requested('request-1'))
  })

  it('is due thirty days later in February as well', () => {
    given(dataRequest).when(ask('request-1', '2027-02-10T08:00:00.000Z')).then(requested('request-1', '2027-03-12T08:00:00.000Z'))
  })

  it('is taken once', () => {
    given(dataRequest, requested('request-1'), requested('request-2')).when(ask('request-1')).thenNothing()
  })

  it('is taken again when it is made again', () => {
    given(dataRequest, requested('request-1')).when(ask('request-2')).then(requested('request-2')).thenState({ requests: ['request-1', 'request-2'] })
  })

  it('remembers the newest hundred requests', () => {
    const history = Array.from({ length: 150 }, (_, index) => requested(`request-${index}`))
    const { state } = given(dataRequest, ...history)
    expect(state.requests).toEqual(Array.from({ length: 100 }, (_, index) => `request-${index + 50}`))
    given(dataRequest, ...history).when(ask('request-50')).thenNothing().when(ask('request-149')).thenNothing()
  })
})
