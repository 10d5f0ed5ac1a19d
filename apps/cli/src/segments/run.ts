import { HANDOVER_MS, inboxPrefixOf, sealOpenSegment, type SegmentFacts } from '@zyra/jetstream'
import { readNatsSeed } from '@zyra/servers'
import { EXIT, Failure, wrongUsage, type ExitCode } from '../base/failure.ts'
import type { Installation } from '../base/installation.ts'
import { withReading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import { duration } from '../text/time.ts'
import { sealingLines, segmentsTable } from './view.ts'

/** The only user of the log that may make and change streams. */
const ADMIN = 'admin'

/** `zyra log` */
export const runSegments = ({ json }: { readonly json: boolean }, terminal: Terminal): Promise<ExitCode> =>
  withReading(async ({ segments }) => {
    const all = await segments()
    terminal.out(...(json ? all.map((segment) => JSON.stringify(segment)) : segmentsTable(all, terminal)))
    return EXIT.ok
  })

const adminOf = ({ config, natsUrl }: Installation) => {
  const whole = { url: natsUrl, name: 'zyra-cli', inboxPrefix: inboxPrefixOf(ADMIN) }
  try {
    return { ...whole, seed: readNatsSeed(config.dataDir, ADMIN) }
  } catch (error) {
    // A server of one's own may have its credentials in the URL.
    if (config.natsUrl !== undefined) return whole
    throw error
  }
}

const mayGoOn = async ({ yes, json }: SealOptions, newest: SegmentFacts, { ask, out }: Terminal): Promise<boolean> => {
  if (!json) out(...sealingLines(newest))
  if (yes) return true
  const answer = json ? undefined : await ask(`Seal ${newest.stream}? [y/N] `)
  if (answer === undefined) throw wrongUsage('Nobody is here to be asked: say --yes to seal it. Nothing was changed.')
  return /^y(es)?$/i.test(answer.trim())
}

interface SealOptions {
  readonly json: boolean
  readonly yes: boolean
}

/** `zyra log seal` */
export const runSeal = (options: SealOptions, terminal: Terminal): Promise<ExitCode> =>
  withReading(async ({ segments, installation }) => {
    const newest = (await segments()).at(-1)
    if (newest === undefined || (newest.state === 'open' && newest.events === 0)) {
      throw new Failure(`${newest?.stream ?? 'The log'} is empty: there is nothing to seal.`)
    }
    if (!(await mayGoOn(options, newest, terminal))) {
      terminal.err('Nothing was changed.')
      return EXIT.problem
    }
    terminal.progress(`Sealing ${newest.stream}: ${duration(HANDOVER_MS)} or a little more ...`)
    const since = performance.now()
    const sealed = await sealOpenSegment({ ...adminOf(installation), number: newest.number })
    const [before, opened] = (await segments()).slice(newest.number - 1)
    if (!sealed || before === undefined || opened === undefined) {
      throw new Failure(`${newest.stream} was sealed by somebody else meanwhile: "npx zyra log" tells.`)
    }
    const took = performance.now() - since
    if (options.json) terminal.out(JSON.stringify({ sealed: before, opened, ms: Math.round(took) }))
    else terminal.out(`${before.stream} is sealed, ${opened.stream} is open. It took ${duration(took)}.`)
    return EXIT.ok
  })
