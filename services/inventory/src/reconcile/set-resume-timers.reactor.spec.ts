import { INSTALLATION } from '@zyra/contracts'
import { recorded, when, whenAnswered } from '@zyra/testing'
import { setResumeTimers } from './set-resume-timers.reactor.ts'

const time = '2026-11-20T08:15:00.250Z'
const resumed = (merchant: string) => recorded('orchestrator.CallsResumed', { by: 'command-line' }, { time, merchant })
const input = { timer: 'resumed', at: time, whose: 'everyone' } as const

describe('the timers by which everybody is read again', () => {
  it('fire at once when the whole installation resumes, which calls nobody outside', () => {
    when(setResumeTimers, resumed(INSTALLATION)).asks({ permit: { class: 'internal' }, input })
  })

  it('are not set for a merchant who resumes alone: a policy starts that run', () => {
    when(setResumeTimers, resumed('clay')).asksNothing()
  })

  it('are recorded once they are set', () => {
    whenAnswered(setResumeTimers, input, { ok: true, value: undefined }).records({ type: 'runtime.TimerSet', data: { timer: 'resumed', at: time } })
  })
})
