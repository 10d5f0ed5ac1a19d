import { guardClock, loadSealKey, newestSeal, outsidePlace, publishSeals, sealKeyIn, sealLog, sealsIn, sealStore } from '@zyra/runtime'
import { existsSync } from 'node:fs'
import type { z } from 'zod'
import { EXIT, Failure, type ExitCode } from '../base/failure.ts'
import { withReading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import { count } from '../text/words.ts'
import type { sealOptions } from './options.ts'

/** `zyra audit seal` */
export const runSeal = ({ json }: z.infer<typeof sealOptions>, terminal: Terminal): Promise<ExitCode> =>
  withReading(async ({ installation: { config }, log, readRaw }) => {
    const file = sealKeyIn(config.dataDir)
    if (!existsSync(file)) throw new Failure(`Sealing needs the key ${file}, which is not there: run this where the services run.`)
    const store = sealStore(sealsIn(config.dataDir))
    const last = await log.lastSequence()
    const clock = guardClock({ now: terminal.now, trust: config.trustClock })
    const newestEvent = last === 0 ? undefined : await log.at(last)
    if (newestEvent !== undefined) clock.note(newestEvent.envelope.time)
    const tools = { js: { log, readRaw }, store, key: await loadSealKey(file), now: terminal.now, clock, signal: terminal.interrupted }
    const before = await newestSeal(tools, last)
    const newest = await sealLog(tools, { rest: true, known: before })
    const { outside, token } = config.seals
    const { why } = outside === undefined ? { why: undefined } : await publishSeals(store, outsidePlace(outside, token), terminal.now())
    const [from, to] = [before?.last ?? 0, newest?.last ?? 0]
    if (json) terminal.out(JSON.stringify({ sealed: to - from, sealedTo: to, notPublished: why ?? null }))
    else terminal.out(to === from ? `Everything is sealed already, up to #${to}.` : `${count(to - from, 'event')} sealed, up to #${to}.`)
    if (why !== undefined) throw new Failure(`The seals are not published: ${why}.`)
    return EXIT.ok
  })
