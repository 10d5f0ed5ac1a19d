import { given } from '@zyra/testing'
import { stopSwitch, type StopCommand } from './stop-switch.decider.ts'

type Level = Extract<StopCommand, { type: 'Stop' }>['level']

const [by, reason] = ['command-line', 'stock-taking']
const stop = (level: Level): StopCommand => ({ type: 'Stop', level, by, reason })
const resume: StopCommand = { type: 'Resume', by }
const stopped = (level: Level) => ({ type: 'orchestrator.CallsStopped', data: { level, by, reason } }) as const
const resumed = { type: 'orchestrator.CallsResumed', data: { by } } as const

describe('the stop switch', () => {
  it.each<Level>(['autopilot', 'everything'])('stops %s, and says who did it and why', (level) => {
    given(stopSwitch).when(stop(level)).then(stopped(level)).thenState({ level })
  })

  it.each<Level>(['autopilot', 'everything'])('stops %s once', (level) => {
    given(stopSwitch, stopped(level)).when(stop(level)).thenNothing()
  })

  it('goes from one level to the other, as it is asked', () => {
    given(stopSwitch, stopped('autopilot')).when(stop('everything')).then(stopped('everything')).thenState({ level: 'everything' })
    given(stopSwitch, stopped('everything')).when(stop('autopilot')).then(stopped('autopilot')).thenState({ level: 'autopilot' })
  })

  it('resumes', () => {
    given(stopSwitch, stopped('everything')).when(resume).then(resumed).thenState({ level: null })
  })

  it('has nothing to resume where nothing is stopped', () => {
    given(stopSwitch).when(resume).thenNothing()
    given(stopSwitch, stopped('everything'), resumed).when(resume).thenNothing()
  })
})
