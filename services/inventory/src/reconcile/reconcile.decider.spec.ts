import { given } from '@zyra/testing'
import { reconcile, type ReconcileCommand } from './reconcile.decider.ts'

const at = (time: string): string => `2026-11-20T${time}.000Z`

const start = (time: string, because = 'on schedule'): ReconcileCommand => ({ type: 'Start', because, at: at(time) })
const finish = (time: string): ReconcileCommand => ({ type: 'Finish', items: 42, at: at(time) })
const fail = (time: string, stopped = false): ReconcileCommand => ({ type: 'Fail', reason: 'Shopify cannot be read', stopped, at: at(time) })
const open = (time: string): ReconcileCommand => ({ type: 'Open', because: 'new merchant', at: at(time) })
const end: ReconcileCommand = { type: 'End' }

const started = (time: string, because = 'on schedule') => ({ type: 'inventory.ReconcileStarted', data: { because, at: at(time) } }) as const
const scheduled = (time: string) => ({ type: 'inventory.ReconcileScheduled', data: { at: at(time) } }) as const
const finished = { type: 'inventory.ReconcileFinished', data: { items: 42 } } as const
const ended = { type: 'inventory.ReconcileEnded', data: {} } as const
const failed = { type: 'inventory.ReconcileFailed', data: { reason: 'Shopify cannot be read' } } as const

describe('reconcile', () => {
  it('starts, and sets the time of the next run a quarter of an hour later', () => {
    given(reconcile).when(start('08:00:00')).then(started('08:00:00'), scheduled('08:15:00')).thenState({ startedAt: at('08:00:00') })
  })

  it('says why it runs', () => {
    given(reconcile).when(start('08:00:00', 'requested')).then(started('08:00:00', 'requested'), scheduled('08:15:00'))
  })

  it('runs once at a time, but keeps to its timetable', () => {
    given(reconcile, started('08:00:00')).when(start('08:15:00')).then(scheduled('08:30:00')).thenState({ startedAt: at('08:00:00') })
  })

  it('gives up a run that was not heard of for half an hour, and starts another', () => {
    given(reconcile, started('08:00:00')).when(start('08:29:59')).then(scheduled('08:44:59'))
    given(reconcile, started('08:00:00')).when(start('08:30:00')).then(started('08:30:00'), scheduled('08:45:00'))
  })

  it('finishes with the number of items it read, and can start again', () => {
    given(reconcile, started('08:00:00')).when(finish('08:01:00')).then(finished).when(start('08:02:00')).then(started('08:02:00'), scheduled('08:17:00'))
  })

  it('tries again after a minute when a channel could not be read', () => {
    given(reconcile, started('08:00:00')).when(fail('08:00:10')).then(failed, scheduled('08:01:10')).thenState({ startedAt: null })
  })

  it('doubles the pause with each failure in a row, up to a quarter of an hour, until a run finishes', () => {
    const pauses = ['01', '02', '04', '08', '15', '15']
    const failures = pauses.reduce(
      (so, pause) => so.when(start('08:00:00')).when(fail('08:00:00')).then(failed, scheduled(`08:${pause}:00`)), given(reconcile),
    )
    failures.when(start('08:00:00')).when(finish('08:00:00')).when(start('08:00:00')).when(fail('08:00:00')).then(failed, scheduled('08:01:00'))
  })

  it('keeps to its timetable while everything is stopped, since resuming starts a run', () => {
    given(reconcile).when(start('08:00:00')).when(fail('08:00:10', true)).then(failed)
      .when(start('08:15:00')).when(fail('08:15:10')).then(failed, scheduled('08:16:10'))
  })

  it('ends with the merchant, whatever asks, until they are registered again', () => {
    given(reconcile).when(start('08:00:00')).when(end).then(ended).when(end).thenNothing()
      .when(fail('08:00:10')).thenNothing().when(start('08:15:00')).thenNothing().when(start('08:16:00', 'requested')).thenNothing()
      .when(open('09:00:00')).then(started('09:00:00', 'new merchant'), scheduled('09:15:00'))
      .when(finish('09:00:05')).when(start('09:15:00')).then(started('09:15:00'), scheduled('09:30:00'))
  })

  it('starts anew beside a run that is under way once the log was restored, but not for a merchant who left', () => {
    const restart = { type: 'Restart', because: 'the log was restored', at: '2026-11-20T08:01:00.000Z' } as const
    given(reconcile, started('08:00:00')).when(restart).then(started('08:01:00', 'the log was restored'), scheduled('08:16:00'))
      .when(finish('08:01:05')).then(finished)
    given(reconcile, ended).when(restart).thenNothing()
  })

  it.each([finish('08:01:00'), fail('08:01:00')])('does nothing about the end of a run that has ended: $type', (command) => {
    given(reconcile).when(command).thenNothing()
    given(reconcile, started('08:00:00'), finished).when(command).thenNothing()
    given(reconcile, started('08:00:00'), failed).when(command).thenNothing()
  })

  it('sets the next run over midnight and the end of the year', () => {
    given(reconcile).when({ type: 'Start', because: 'on schedule', at: '2026-12-31T23:59:00.000Z' })
      .then({ type: 'inventory.ReconcileStarted', data: { because: 'on schedule', at: '2026-12-31T23:59:00.000Z' } },
        { type: 'inventory.ReconcileScheduled', data: { at: '2027-01-01T00:14:00.000Z' } })
  })
})
