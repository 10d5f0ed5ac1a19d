import { INSTALLATION } from '@zyra/contracts'
import { bytes, count, thousands } from '../text/words.ts'
import { duration } from '../text/time.ts'

/** How one thing is. */
export interface Check {
  readonly name: string
  readonly status: 'ok' | 'warn' | 'fail'
  readonly detail: string
  /** What to do; empty where all is well. */
  readonly advice: string
}

/** One part of `/readyz`. */
export interface Readiness {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
}

const ok = (name: string, detail: string): Check => ({ name, status: 'ok', detail, advice: '' })
const warn = (name: string, detail: string, advice: string): Check => ({ name, status: 'warn', detail, advice })
const fail = (name: string, detail: string, advice: string): Check => ({ name, status: 'fail', detail, advice })

/** Node's version, such as 24.21.0. */
export const nodeCheck = (version: string): Check =>
  Number(version.split('.')[0]) >= 24 ? ok('Node', version) : fail('Node', version, 'Zyra needs Node 24; "npx zyra" brings it along.')

/** In bytes. */
const COMFORTABLE = 2e9

/** Free and total bytes where the data folder lies, and those below which nothing new is let in. */
export const diskCheck = (free: number, total: number, reserve: number): Check => {
  const detail = `${bytes(free)} free of ${bytes(total)}`
  if (free < reserve)
    return fail('Disk', `${detail}, below ${bytes(reserve)}`, 'Webhooks are refused: free some space now, and they are taken again by themselves.')
  return free < COMFORTABLE ? warn('Disk', detail, 'Free some space: the log only grows.') : ok('Disk', detail)
}

const CLOCK_TOLERANCE_MS = 60_000

/** The clock against the newest event of the log: time cannot have gone back. */
export const clockCheck = (now: Date, newestEvent: string | undefined): Check => {
  const behind = newestEvent === undefined ? 0 : Date.parse(newestEvent) - now.getTime()
  const detail = now.toISOString()
  if (behind > CLOCK_TOLERANCE_MS)
    return fail(
      'Clock',
      `${detail}, ${duration(behind)} before the newest event`,
      'Set the clock (a time server does it); nothing is appended until it is right.',
    )
  return ok('Clock', detail)
}

/** What the server says of itself, or why it does not. */
export const serverCheck = (name: string, version: string | undefined, problem: string | undefined): Check =>
  problem === undefined
    ? ok(name, version ?? 'answers')
    : fail(name, problem, 'See the file zyra.log in the data folder, and start again with "npm start".')

/** The parts of `/readyz`, whether the gateway answered at all, and how many events are parked, which no consumer counts any more. */
export const readinessChecks = (parts: readonly Readiness[] | undefined, gatewayUrl: string, parked: number): readonly Check[] => {
  if (parts === undefined) return [fail('Gateway', `does not answer at ${gatewayUrl}`, 'Start again with "npm start".')]
  const consumers = parts.filter(({ name }) => /-(policy|reactor|timers)$/.test(name))
  const wrong = parts.filter((part) => !part.ok)
  const isStuck = ({ name }: Readiness): boolean => consumers.some((consumer) => consumer.name === name)
  const waiting = consumers.filter(({ detail }) => /\b[1-9]\d* (to be delivered|in work|due)/.test(detail))
  const given = parked === 0 ? [] : [`${count(parked, 'event')} parked`]
  const busy = waiting.map(({ name, detail }) => `${name}: ${detail}`)
  const what = [...given, ...busy].join('; ') || 'nothing waits'
  const consumerCheck = wrong.some(isStuck) ? [] : [ok('Consumers', `all ${consumers.length} move; ${what}`)]
  return [
    wrong.length === 0
      ? ok('Gateway', `${gatewayUrl} is ready: ${count(parts.length, 'part')} work`)
      : fail('Gateway', `${wrong.length} of ${parts.length} parts do not work`, 'See the lines below.'),
    ...(consumers.length === 0 ? [] : consumerCheck),
    ...wrong.map((part) =>
      fail(
        part.name,
        part.detail,
        isStuck(part)
          ? 'It has work and does not move: see zyra.log in the data folder for what holds it; a vendor that is away holds it rightly.'
          : 'It mends by itself once what it needs is back; see zyra.log in the data folder.',
      ),
    ),
  ]
}

/** What is parked, and what that endangers. */
export interface ParkedFacts {
  readonly lots: number
  /** Events that wait in them. */
  readonly events: number
  /** Lots of the handlers that read both channels. */
  readonly ofReconcile: readonly string[]
  /** SKUs that Etsy sells more of than was decided. */
  readonly oversellable: readonly string[]
}

const NAMED = 5

const listed = (names: readonly string[]): string =>
  names.length <= NAMED ? names.join(', ') : `${names.slice(0, NAMED).join(', ')} and ${names.length - NAMED} more`

/** What is parked: a failure where it can oversell, or keeps the channels from being read. */
export const parkedCheck = ({ lots, events, ofReconcile, oversellable }: ParkedFacts): Check => {
  if (lots === 0) return ok('Parked', 'nothing')
  const dangers = [
    ...(ofReconcile.length === 0 ? [] : [`both channels are not read, or what they show is not used (${listed(ofReconcile)})`]),
    ...(oversellable.length === 0 ? [] : [`Etsy sells more than was decided of ${listed(oversellable)}`]),
  ]
  const detail = [`${count(events, 'event')} wait${events === 1 ? 's' : ''} in ${count(lots, 'lot')}`, ...dangers].join('; ')
  return (dangers.length === 0 ? warn : fail)('Parked', detail, 'See why with "npx zyra parked", mend it, and redrive.')
}

/** Deliveries of the last 24 hours that made no sense. */
export const quarantineCheck = (deliveries: number): Check =>
  deliveries === 0
    ? ok('Quarantine', 'no delivery in the last 24 hours')
    : warn(
        'Quarantine',
        `${count(deliveries, 'delivery', 'deliveries')} in the last 24 hours`,
        'See why with "npx zyra events --type WebhookQuarantined".',
      )

const nameOfSwitch = (merchant: string): string => (merchant === INSTALLATION ? 'the whole installation' : merchant)

const resumeOf = (merchant: string): string => (merchant === INSTALLATION ? 'npx zyra resume' : `npx zyra resume --merchant ${merchant}`)

/** Switches that stop calls: those of merchants, and the installation's. */
export const switchCheck = (stopped: readonly (readonly [merchant: string, level: string])[]): Check =>
  stopped.length === 0
    ? ok('Stop switch', 'calls go out')
    : warn(
        'Stop switch',
        stopped
          .map(([merchant, level]) => `${nameOfSwitch(merchant)}: ${level === 'everything' ? 'everything is stopped' : 'autopilot is paused'}`)
          .join(', '),
        `Let calls go out again with ${stopped.map(([merchant]) => `"${resumeOf(merchant)}"`).join(', ')}.`,
      )

/** How a projection's rows stand to the log. */
export interface ProjectionFacts {
  readonly name: string
  /** Undefined where its rows were never written. */
  readonly position: number | undefined
  /** Events that concern it and are not in its rows yet. */
  readonly behind: number
  readonly stoppedBecause: string | undefined
}

const MUCH = 1_000

/** One projection. */
export const projectionCheck = ({ name, position, behind, stoppedBecause }: ProjectionFacts): Check => {
  const title = `Rows ${name}`
  if (stoppedBecause !== undefined)
    return fail(title, `stand still: ${stoppedBecause}`, 'A projection never skips: install the release that mends it, and the rows go on.')
  if (position === undefined) return fail(title, 'were never written', 'Start again with "npm start", or "npx zyra rebuild".')
  const detail = behind === 0 ? 'hold everything' : `${thousands(behind)}${behind >= MUCH ? ' or more' : ''} events behind`
  return behind >= MUCH
    ? warn(title, detail, 'They catch up by themselves; should the number not fall, see zyra.log in the data folder.')
    : ok(title, detail)
}

/** What to count up to: more makes no difference to the check. */
export const BEHIND_AT_MOST = MUCH
