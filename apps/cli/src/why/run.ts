import { z } from 'zod'
import { EXIT, type ExitCode } from '../base/failure.ts'
import { commonOptions } from '../base/options.ts'
import { withReading, type Reading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import type { StoredEvent } from '@zyra/jetstream'
import { itemsIfAny, namesFrom } from '../log/names.ts'
import { findEvent } from './find.ts'
import { readChain } from './read.ts'
import { chainJson, chainLines } from './view.ts'

/** The options of `zyra why`, as typed. */
export const whyOptions = z.strictObject({ ...commonOptions, personal: z.boolean().default(false), all: z.boolean().default(false) })

type WhyOptions = z.infer<typeof whyOptions>

/** Shows what led to an event and followed from it, and all the rest of its correlation where that is asked for; programs always get all. */
export const showChain = async (reading: Reading, stored: StoredEvent, options: WhyOptions, terminal: Terminal): Promise<void> => {
  const { roots, entries, asked } = await readChain(reading, stored, terminal, options.personal)
  const shown = new Map(entries.map((entry) => [entry.stored.sequence, entry]))
  const {
    sequence,
    envelope: { correlationId, traceparent },
  } = asked.stored
  const trace = traceparent?.split('-')[1]
  if (options.json) {
    const chain = roots.map((root) => chainJson(root, (each) => shown.get(each)))
    return terminal.out(JSON.stringify({ asked: sequence, correlationId, ...(trace === undefined ? {} : { trace }), chain }))
  }
  const { paint, width } = terminal
  terminal.out(...chainLines(roots, { nameOf: namesFrom(await itemsIfAny(reading)), paint, width, asked: sequence, all: options.all }))
  if (trace !== undefined) terminal.out(paint('dim', `         Trace ${trace}`))
}

/** `zyra why` */
export const runWhy = (meant: string, options: WhyOptions, terminal: Terminal): Promise<ExitCode> =>
  withReading(async (reading) => {
    await showChain(reading, await findEvent(reading, meant, terminal), options, terminal)
    return EXIT.ok
  })
