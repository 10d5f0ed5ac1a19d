import { LogUnavailable, type EventLog, type JetStream, type Snapshots } from '@zyra/jetstream'
import type { ClockGuard } from './clock.ts'
import type { DiskWatch } from './disk-watch.ts'

/** What forbids appending. */
export interface Guards {
  readonly disk: Pick<DiskWatch, 'state' | 'check'>
  readonly clock: Pick<ClockGuard, 'problem' | 'note'>
}

/**
 * The same log, to which nothing is appended while the disk is nearly full or while the clock cannot be right: it passes, and whoever appends
 * tries again, with the time as it is then.
 */
export const guardedLog = (log: EventLog, { disk, clock }: Guards): EventLog => ({
  ...log,
  append: async (request, signal) => {
    if (disk.state() === 'critical') throw new LogUnavailable(`${request.subject} is not appended: ${disk.check().detail}`)
    const wrong = request.events.map(({ envelope }) => clock.problem(envelope.time)).find((why) => why !== undefined)
    if (wrong !== undefined) throw new LogUnavailable(`${request.subject} is not appended: ${wrong}`)
    const result = await log.append(request, signal)
    if (result.status === 'appended') for (const { envelope } of request.events) clock.note(envelope.time)
    return result
  },
})

/** The same probe, which appends nothing while the disk is nearly full and fails instead. */
export const guardedProbe = (probe: JetStream['probe'], disk: Guards['disk']): JetStream['probe'] => async (service, instance) => {
  if (disk.state() === 'critical') throw new LogUnavailable(`the probe is not appended: ${disk.check().detail}`)
  return probe(service, instance)
}

/** The same snapshots, of which none is stored while the disk is nearly full: a shortcut is no reason to fill it. */
export const guardedSnapshots = (snapshots: Snapshots, disk: Pick<Guards['disk'], 'state'>): Snapshots => ({
  get: snapshots.get,
  put: async (subject, snapshot) => {
    if (disk.state() !== 'critical') await snapshots.put(subject, snapshot)
  },
})
