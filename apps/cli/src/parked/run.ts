import { EXIT, Failure, type ExitCode } from '../base/failure.ts'
import { withReading, type Reading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import { askGateway } from '../control/gateway.ts'
import { entryJson, openEntries, type Entry } from '../log/entry.ts'
import { itemsIfAny, namesFrom } from '../log/names.ts'
import { count } from '../text/words.ts'
import type { Lot } from './lots.ts'
import { lotNamed, lotsToRedrive, readLots } from './read.ts'
import { lotLines, lotsTable, type LotLook } from './view.ts'

interface Options {
  readonly json: boolean
}

const lookOf = async (reading: Reading, { paint, width, now }: Terminal): Promise<LotLook> => ({
  paint,
  width,
  nameOf: namesFrom(await itemsIfAny(reading)),
  now: now(),
})

/** `zyra parked` */
export const runParkedList = ({ json }: Options, terminal: Terminal): Promise<ExitCode> =>
  withReading(async (reading) => {
    const lots = await readLots(reading)
    if (json) terminal.out(...lots.map((lot) => JSON.stringify(lot)))
    else if (lots.length === 0) terminal.out('Nothing is parked.')
    else
      terminal.out(
        ...lotsTable(lots, await lookOf(reading, terminal)),
        '',
        terminal.paint('dim', '"npx zyra parked show <id>" tells more, "redrive <id>" tries again, "discard <id>" sets it aside.'),
      )
    return EXIT.ok
  })

const waitingIn = async ({ log, hidden }: Reading, { waiting }: Lot): Promise<readonly Entry[]> => {
  const stored = await Promise.all(waiting.map((sequence) => log.at(sequence)))
  return openEntries(
    hidden,
    stored.filter((one) => one !== undefined),
  )
}

/** `zyra parked show` */
export const runParkedShow = (id: string, { json }: Options, terminal: Terminal): Promise<ExitCode> =>
  withReading(async (reading) => {
    const lot = lotNamed(await readLots(reading), id)
    const waiting = await waitingIn(reading, lot)
    if (json) terminal.out(JSON.stringify({ ...lot, events: waiting.map(entryJson) }))
    else terminal.out(...lotLines(lot, waiting, await lookOf(reading, terminal)))
    return EXIT.ok
  })

/** A handler gives up after four pauses, 21 seconds in all. */
const REDRIVEN_WITHIN_MS = 60_000

/** Waits until a lot is empty or was parked once more. */
const untilRedriven = async (reading: Reading, lot: Lot, after: number, terminal: Terminal): Promise<Lot | undefined> => {
  const filter = `zyra.*.${lot.service}.parked.*`
  const signal = AbortSignal.any([terminal.interrupted, AbortSignal.timeout(REDRIVEN_WITHIN_MS)])
  for await (const { events } of reading.log.follow({ filters: [filter], fromSequence: after + 1, signal })) {
    if (events.every(({ envelope }) => envelope.type === 'runtime.HandlerRedriven')) continue
    const now = (await readLots(reading)).find(({ id, merchant }) => id === lot.id && merchant === lot.merchant)
    if (now === undefined) return undefined
    if (events.some(({ envelope }) => envelope.type === 'runtime.HandlerParked')) return now
    terminal.progress(`Redriving: ${count(now.waiting.length, 'event')} left`)
  }
  throw new Failure(`${lot.id} is still being tried: "npx zyra parked show ${lot.id}" tells how it goes.`)
}

const redrive = async (reading: Reading, lot: Lot, json: boolean, terminal: Terminal): Promise<ExitCode> => {
  const after = await reading.log.lastSequence()
  const { answers } = await askGateway(reading.installation, 'redrive', {
    merchant: lot.merchant,
    service: lot.service,
    parkedId: lot.id,
  })
  terminal.progress(`Redriving ${lot.id} ...`)
  const left = await untilRedriven(reading, lot, after, terminal)
  const event = answers[0]?.event ?? ''
  if (json) terminal.out(JSON.stringify({ redriven: left === undefined, lot: left ?? null, event }))
  else if (left === undefined)
    terminal.out(
      `${count(lot.waiting.length, 'event')} handled: nothing waits as ${lot.id} any more.`,
      terminal.paint('dim', `npx zyra why ${lot.waiting[0] ?? event} shows what came of it.`),
    )
  else terminal.err(`${lot.id} failed once more, and ${count(left.waiting.length, 'event')} still wait: ${left.error}`)
  return left === undefined ? EXIT.ok : EXIT.problem
}

/** `zyra parked redrive` */
export const runParkedRedrive = (id: string | undefined, { json, all }: Options & { readonly all: boolean }, terminal: Terminal): Promise<ExitCode> =>
  withReading(async (reading) => {
    const lots = lotsToRedrive(await readLots(reading), id, all)
    if (lots.length === 0 && !json) terminal.out('Nothing is parked.')
    let code: ExitCode = EXIT.ok
    for (const lot of lots) code = (await redrive(reading, lot, json, terminal)) === EXIT.ok ? code : EXIT.problem
    return code
  })

/** `zyra parked discard` */
export const runParkedDiscard = (id: string, { json, reason }: Options & { readonly reason: string }, terminal: Terminal): Promise<ExitCode> =>
  withReading(async (reading) => {
    const { out, err, paint } = terminal
    const lot = lotNamed(await readLots(reading), id)
    const { merchant, service } = lot
    const { answers } = await askGateway(reading.installation, 'discard', { merchant, service, parkedId: lot.id, reason })
    const [answer] = answers
    const isDone = answer?.outcome.includes('runtime.HandlerDiscarded') === true
    if (json) out(JSON.stringify({ discarded: isDone, lot, event: answer?.event ?? '' }))
    else if (isDone) {
      out(`${count(lot.waiting.length, 'event')} set aside: what ${lot.handler} was to do with ${lot.waiting.length === 1 ? 'it' : 'them'} is never done.`)
      out(paint('dim', `"npx zyra why ${answer.event.slice(0, 8)}" shows who set it aside and why; "npx zyra reconcile" finds what differs now.`))
    }
    if (!isDone) err(`Nothing came of it within three seconds: "npx zyra parked show ${lot.id}" tells whether it still waits.`)
    return isDone ? EXIT.ok : EXIT.problem
  })
