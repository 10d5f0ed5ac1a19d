import type { z } from 'zod'
import { EXIT, type ExitCode } from '../base/failure.ts'
import { withReading, type Reading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import { checkMerchant } from '../log/names.ts'
import { askGateway } from './gateway.ts'
import { levelOf, levelsOf, stoppedOnTheirOwn, type Level } from './levels.ts'
import type { resumeOptions, stopOptions } from './options.ts'

/** A switch to turn: a merchant's, or the installation's where none is named. */
interface Turn {
  readonly merchant: string | undefined
  readonly to: Level
  readonly reason?: string
  readonly json: boolean
}

/** Turns a switch that stands elsewhere; answers the beginning of the event's id, `already`, or undefined where nothing came of it. */
const turn = async (reading: Reading, { merchant, to, reason, json }: Turn, { out }: Terminal): Promise<string | undefined> => {
  await checkMerchant(reading.log, merchant)
  const isThere = levelOf(await levelsOf(reading), merchant) === to
  const whose = merchant === undefined ? {} : { merchant }
  const body = to === 'nothing' ? whose : { ...whose, level: to, reason }
  const { answers } = isThere ? { answers: [] } : await askGateway(reading.installation, to === 'nothing' ? 'resume' : 'stop', body)
  if (json) out(JSON.stringify({ turned: answers.length > 0, answers }))
  if (isThere) return 'already'
  const [answer] = answers
  return answer === undefined || answer.outcome.length === 0 ? undefined : answer.event.slice(0, 8)
}

const LATE = 'Nothing came of it within three seconds: ask "npx zyra doctor".'

const WHAT = { everything: 'everything is stopped', autopilot: 'autopilot is paused', nothing: 'calls go out' } as const
const MEANING = {
  everything: 'Only what lowers stock still goes out, so that nothing is oversold.',
  autopilot: 'Stock is still kept true.',
} as const

const whoseName = (merchant: string | undefined): string => merchant ?? 'The whole installation'
const WITH_LATER = ' That holds for merchants registered later, too.'

/** `zyra stop` */
export const runStop = ({ level, reason, merchant, json }: z.infer<typeof stopOptions>, terminal: Terminal): Promise<ExitCode> =>
  withReading(async (reading) => {
    const { out, err, paint } = terminal
    const done = await turn(reading, { merchant, to: level, reason, json }, terminal)
    if (done === undefined) {
      err(LATE)
      return EXIT.problem
    }
    if (json) return EXIT.ok
    const resume = `npx zyra resume${merchant === undefined ? '' : ` --merchant ${merchant}`}`
    if (done === 'already') out(`${whoseName(merchant)}: ${WHAT[level]} already. "${resume}" lets calls go out again.`)
    else {
      out(`${whoseName(merchant)}: ${WHAT[level]}. ${MEANING[level]}${merchant === undefined ? WITH_LATER : ''}`)
      out(paint('dim', `"${resume}" lets calls go out again; "npx zyra why ${done}" shows who stopped and why.`))
    }
    return EXIT.ok
  })

/** What is still stopped although this switch is not, and how to end that. */
const stillStopped = async (reading: Reading, merchant: string | undefined): Promise<string | undefined> => {
  const levels = await levelsOf(reading)
  const all = levelOf(levels)
  if (merchant !== undefined && all !== 'nothing') return `${merchant} stays stopped with the whole installation (${WHAT[all]}): "npx zyra resume" ends that.`
  const others = merchant === undefined ? stoppedOnTheirOwn(levels) : []
  if (others.length === 0) return undefined
  const [each] = others.length === 1 ? others : ['<name>']
  return `Still stopped on their own: ${others.join(', ')}. "npx zyra resume --merchant ${each}" ends that.`
}

/** `zyra resume` */
export const runResume = ({ merchant, json }: z.infer<typeof resumeOptions>, terminal: Terminal): Promise<ExitCode> =>
  withReading(async (reading) => {
    const { out, err, paint } = terminal
    const done = await turn(reading, { merchant, to: 'nothing', json }, terminal)
    if (done === undefined) {
      err(LATE)
      return EXIT.problem
    }
    const left = await stillStopped(reading, merchant)
    if (!json && done === 'already') out(merchant === undefined ? 'The whole installation: nothing is stopped.' : `${merchant}: nothing is stopped on its own.`)
    if (!json && done !== 'already' && (merchant === undefined || left === undefined))
      out(`${whoseName(merchant)}: calls go out again; both channels are read, to make good what was left out. ${paint('dim', `(npx zyra why ${done})`)}`)
    if (!json && done !== 'already' && merchant !== undefined && left !== undefined) out(`${merchant}: its own stop is ended.`)
    if (left !== undefined) err(left)
    // What was asked for is that calls go out.
    return left === undefined || (merchant === undefined && done !== 'already') ? EXIT.ok : EXIT.problem
  })
