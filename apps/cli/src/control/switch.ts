import { addressOf, aggregateFilter, type EventLog } from '@zyra/jetstream'
import type { z } from 'zod'
import { EXIT, type ExitCode } from '../base/failure.ts'
import { withReading, type Reading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import { known, openEntry } from '../log/entry.ts'
import { merchantsIn } from '../log/names.ts'
import { askGateway, type Accepted } from './gateway.ts'
import type { resumeOptions, stopOptions } from './options.ts'

type Level = 'autopilot' | 'everything' | 'nothing'

/** What is stopped, by merchant. */
export const levelsOf = async ({ log, hidden }: Pick<Reading, 'log' | 'hidden'>): Promise<ReadonlyMap<string, Level>> => {
  const levels = new Map<string, Level>()
  for (const stored of await log.lastOf([aggregateFilter('orchestrator', 'stop-switch')])) {
    const event = known(await openEntry(hidden, stored))
    levels.set(addressOf(stored.subject).merchant, event?.type === 'orchestrator.CallsStopped' ? event.data.level : 'nothing')
  }
  return levels
}

/** The merchants that a request is about and whose switch stands elsewhere than wanted. */
const toTurn = async (
  reading: Reading & { readonly log: EventLog },
  merchant: string | undefined,
  level: Level,
): Promise<readonly string[]> => {
  const levels = await levelsOf(reading)
  const concerned = merchant === undefined ? await merchantsIn(reading.log) : [merchant]
  return concerned.filter((name) => (levels.get(name) ?? 'nothing') !== level)
}

const waiting = ({ outcome }: Accepted['answers'][number]): boolean => outcome.length === 0

const tell = (answers: Accepted['answers'], json: boolean, done: (merchant: string) => string, { out, err, paint }: Terminal): ExitCode => {
  if (json) out(JSON.stringify({ turned: answers.length > 0, answers }))
  else
    for (const answer of answers.filter((each) => !waiting(each)))
      out(`${done(answer.merchant)} ${paint('dim', `(npx zyra why ${answer.event.slice(0, 8)})`)}`)
  const late = answers.filter(waiting)
  if (late.length > 0)
    err(`Nothing came of it within three seconds for ${late.map(({ merchant }) => merchant).join(', ')}: ask "npx zyra doctor".`)
  return late.length > 0 ? EXIT.problem : EXIT.ok
}

const turn = async (
  name: 'stop' | 'resume',
  merchants: readonly string[],
  body: object,
  reading: Reading,
): Promise<Accepted['answers']> => {
  const accepted = await Promise.all(merchants.map((merchant) => askGateway(reading.installation, name, { ...body, merchant })))
  return accepted.flatMap(({ answers }) => answers)
}

const STOPPED = {
  everything: 'everything is stopped. Only what lowers stock still goes out, so that nothing is oversold.',
  autopilot: 'autopilot is paused. Stock is still kept true.',
} as const

/** `zyra stop` */
export const runStop = ({ level, reason, merchant, json }: z.infer<typeof stopOptions>, terminal: Terminal): Promise<ExitCode> =>
  withReading(async (reading) => {
    const merchants = await toTurn(reading, merchant, level)
    if (merchants.length === 0 && !json)
      terminal.out(level === 'everything' ? 'Everything is stopped already.' : 'Autopilot is paused already.')
    const code = tell(await turn('stop', merchants, { level, reason }, reading), json, (name) => `${name}: ${STOPPED[level]}`, terminal)
    if (merchants.length > 0 && !json) terminal.out(terminal.paint('dim', '"npx zyra resume" lets calls go out again.'))
    return code
  })

/** `zyra resume` */
export const runResume = ({ merchant, json }: z.infer<typeof resumeOptions>, terminal: Terminal): Promise<ExitCode> =>
  withReading(async (reading) => {
    const merchants = await toTurn(reading, merchant, 'nothing')
    if (merchants.length === 0 && !json) terminal.out('Nothing is stopped.')
    const answers = await turn('resume', merchants, {}, reading)
    return tell(answers, json, (name) => `${name}: calls go out again; both channels are read, to make good what was left out.`, terminal)
  })
