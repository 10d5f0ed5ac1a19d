import { recorded, when } from '@zyra/testing'
import { turnStopSwitch } from './turn-stop-switch.policy.ts'

describe('turning the stop switch', () => {
  it('stops what a person asks to stop', () => {
    when(turnStopSwitch, recorded('gateway.StopRequested', { requestId: 'r-1', by: 'command-line', level: 'everything', reason: 'stock-taking' }))
      .dispatches({ aggregate: 'stop-switch', id: 'all', command: { type: 'Stop', level: 'everything', by: 'command-line', reason: 'stock-taking' } })
  })

  it('resumes when a person asks for it', () => {
    when(turnStopSwitch, recorded('gateway.ResumeRequested', { requestId: 'r-2', by: 'command-line' }))
      .dispatches({ aggregate: 'stop-switch', id: 'all', command: { type: 'Resume', by: 'command-line' } })
  })

  it('does nothing about other requests', () => {
    when(turnStopSwitch, recorded('gateway.ReconcileRequested', { requestId: 'r-3', by: 'command-line' })).dispatchesNothing()
  })
})
