import type { z } from 'zod'
import { EXIT, type ExitCode } from '../base/failure.ts'
import { withReading, type Reading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import { entryJson, openEntries, type Entry } from '../log/entry.ts'
import { checkMerchant, itemsIfAny, merchantsIn, namesFrom } from '../log/names.ts'
import { holdsRuns } from '../parked/about.ts'
import { readLots } from '../parked/read.ts'
import { gist, type NameOf } from '../text/gist.ts'
import { table, type Column } from '../text/table.ts'
import { duration } from '../text/time.ts'
import { count } from '../text/words.ts'
import { followRun, QUIET_MS, type Followed } from './follow-run.ts'
import { askGateway, type Accepted } from './gateway.ts'
import type { reconcileOptions } from './options.ts'
import { changesOf, underWay, type Changed } from './run-state.ts'

type Answer = Accepted['answers'][number]

const FOLLOW = '"npx zyra events --aggregate reconcile --follow" tells when it ends, "npx zyra doctor" what may hold it'

const parkedSentence = (id: string): string =>
  `reading both channels is parked, so that no run gets on: "npx zyra parked show ${id}" tells why, "npx zyra parked redrive ${id}" tries again.`

const itemColumns = (nameOf: NameOf, merchant: string): readonly Column<Changed>[] => [
  { title: 'SKU', text: ({ item }) => nameOf(merchant, item), style: () => 'bold' },
  { title: 'WHAT', text: ({ found }) => found.map((entry) => gist(entry, nameOf)).join('; '), shrinksTo: 30 },
  { title: 'WHY', text: ({ found }) => `npx zyra why ${found.at(-1)?.stored.sequence ?? ''}`, style: () => 'dim' },
]

const tookOf = (entries: readonly Entry[]): number => {
  const times = entries.map(({ stored }) => Date.parse(stored.envelope.time))
  return times.length === 0 ? 0 : Math.max(...times) - Math.min(...times)
}

/** What a run that has ended did, in a few words. Nothing is said to have been right before everything that was read is decided on. */
export const whatWasDone = (changed: number, { unanswered, undecided }: Pick<Followed, 'unanswered' | 'undecided'>): string => {
  const open = [
    ...(unanswered === 0 ? [] : [`${unanswered} of them not answered by Etsy yet`]),
    ...(undecided === 0 ? [] : [`${count(undecided, 'difference')} not dealt with yet`]),
  ]
  if (changed === 0 && open.length === 0) return 'nothing had to be set right'
  return [`${changed} set right`, ...open].join(', ')
}

const tell = (merchant: string, run: Followed, nameOf: NameOf, terminal: Terminal): ExitCode => {
  const { out, err, paint, width } = terminal
  const { entries, items, failed, parked, unanswered, undecided } = run
  const problem = (sentence: string): ExitCode => {
    err(`${merchant}: ${sentence}`)
    return EXIT.problem
  }
  if (failed !== undefined) return problem(`the channels could not be read: ${failed}. It is tried again by itself.`)
  if (parked !== undefined) return problem(parkedSentence(parked))
  if (items === undefined) return problem(`nothing was heard of the run for ${duration(QUIET_MS)}; ${FOLLOW}.`)
  const changes = changesOf(entries)
  const what = whatWasDone(changes.length, run)
  out(`${merchant}: ${count(items, 'item')} on both channels, ${what}, in ${duration(tookOf(entries))}.`)
  if (changes.length > 0) out('', ...table(changes, itemColumns(nameOf, merchant), { paint, width }))
  const isWrong = changes.some(({ found }) => found.some(({ stored }) => /(Refused|Parked)$/.test(stored.envelope.type)))
  return isWrong || unanswered > 0 || undecided > 0 ? EXIT.problem : EXIT.ok
}

/** The run that answers a request: its own, or one that was under way and is young enough; a sentence where there is none to wait for. */
const runOf = async ({ log, hidden }: Reading, { merchant, event }: Answer, after: number, now: Date) => {
  const entries = await openEntries(hidden, await log.load(`zyra.${merchant}.inventory.reconcile.all`))
  const own = { merchant, correlationId: event, after }
  if (entries.some(({ stored: { envelope } }) => envelope.correlationId === event && envelope.type === 'inventory.ReconcileStarted')) return own
  if (entries.at(-1)?.stored.envelope.type === 'inventory.ReconcileEnded')
    return 'the shop removed the app, so that no run starts until it is registered again.'
  const other = underWay(entries)
  if (other === undefined) return own
  const { sequence, envelope } = other.stored
  const age = now.getTime() - Date.parse(envelope.time)
  if (age > QUIET_MS) return `a run is under way since ${duration(age)} and no other starts beside it; ${FOLLOW}.`
  return { merchant, correlationId: envelope.correlationId, after: sequence - 1 }
}

/** Asks for a run of every merchant that is meant, but for those where a part of it is parked: that is told. */
const ask = async (reading: Reading, merchant: string | undefined, terminal: Terminal) => {
  const lots = (await readLots(reading)).filter(holdsRuns)
  const meant = merchant === undefined ? await merchantsIn(reading.log) : [merchant]
  const held = meant.flatMap((name) => lots.find((lot) => lot.merchant === name) ?? [])
  for (const lot of held) terminal.err(`${lot.merchant}: ${parkedSentence(lot.id)}`)
  if (held.length === 0) {
    const { answers } = await askGateway(reading.installation, 'reconcile', merchant === undefined ? {} : { merchant })
    return { held: false, answers }
  }
  const free = meant.filter((name) => held.every((lot) => lot.merchant !== name))
  const accepted = await Promise.all(free.map((name) => askGateway(reading.installation, 'reconcile', { merchant: name })))
  return { held: true, answers: accepted.flatMap(({ answers }) => answers) }
}

/** `zyra reconcile` */
export const runReconcile = ({ merchant, json }: z.infer<typeof reconcileOptions>, terminal: Terminal): Promise<ExitCode> =>
  withReading(async (reading) => {
    await checkMerchant(reading.log, merchant)
    const after = await reading.log.lastSequence()
    const { held, answers } = await ask(reading, merchant, terminal)
    let code: ExitCode = held ? EXIT.problem : EXIT.ok
    for (const answer of answers) {
      const run = await runOf(reading, answer, after, terminal.now())
      if (typeof run === 'string') {
        terminal.err(`${answer.merchant}: ${run}`)
        code = EXIT.problem
        continue
      }
      terminal.progress(`Reading both channels of ${answer.merchant} ...`)
      const followed = await followRun(reading, run, terminal)
      const { entries, items, failed, parked, unanswered, undecided } = followed
      if (json) terminal.out(JSON.stringify({ ...answer, items, failed, parked, unanswered, undecided, events: entries.map(entryJson) }))
      else code = tell(answer.merchant, followed, namesFrom(await itemsIfAny(reading)), terminal) === EXIT.ok ? code : EXIT.problem
    }
    return code
  })
