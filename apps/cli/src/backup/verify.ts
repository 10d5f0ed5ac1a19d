import { openJetStream } from '@zyra/jetstream'
import { fileObjects } from '@zyra/runtime'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { EXIT, type ExitCode } from '../base/failure.ts'
import { commonOptions } from '../base/options.ts'
import type { Terminal } from '../base/terminal.ts'
import { openServerFor, putStreams } from '../restore/streams.ts'
import { day, clock } from '../text/time.ts'
import { bytes, count, thousands } from '../text/words.ts'
import { adminOptions } from './admin.ts'
import { checkFiles, readManifest, sizeOf, type Manifest } from './manifest.ts'

/** The options of `zyra backup verify`, as typed. */
export const verifyOptions = z.strictObject({ ...commonOptions, try: z.boolean().default(false) })

/** What a trial found. */
interface Trial {
  readonly events: number
  readonly objects: number
  readonly problems: readonly string[]
}

const moved = z.object({ $object: z.object({ sha256: z.string() }) })

const readAll = async (url: string, stage: string, folder: string, terminal: Terminal): Promise<Trial> => {
  const js = await openJetStream(adminOptions(stage, url))
  const store = fileObjects(join(folder, 'objects'))
  const problems: string[] = []
  let [events, objects] = [0, 0]
  try {
    const end = await js.log.lastSequence()
    const last = Math.max(0, ...(await js.log.lastOf(['zyra.>'])).map(({ sequence }) => sequence))
    if (last === 0) return { events, objects, problems }
    for await (const batch of js.log.follow({ filters: ['zyra.>'], fromSequence: 1, signal: terminal.interrupted })) {
      for (const { sequence, data } of batch.events) {
        const named = moved.safeParse(data)
        if (named.success) {
          objects += 1
          await store.get(named.data.$object.sha256).catch((error: unknown) => problems.push(`#${sequence}: ${String(error)}`))
        }
      }
      events += batch.events.length
      terminal.progress(`Reading #${thousands(batch.upTo)} of #${thousands(end)}`)
      if (batch.upTo >= last) break
    }
    return { events, objects, problems }
  } finally {
    await js.close()
  }
}

/** Restores the streams into a folder that is thrown away, and reads every event and every large body that one names. */
const tryOut = async (folder: string, manifest: Manifest, terminal: Terminal): Promise<Trial> => {
  const stage = await mkdtemp(join(tmpdir(), 'zyra-verify-'))
  try {
    const server = await openServerFor(stage, undefined, () => undefined)
    try {
      await putStreams({ copier: server.copier, folder, manifest, epoch: manifest.epoch, onProgress: (what) => terminal.progress(`Trying ${what} ...`) })
      return await readAll(server.url, stage, folder, terminal)
    } finally {
      await server.stop()
    }
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}

/** `zyra backup verify <folder>` */
export const runVerify = async (given: string, options: z.infer<typeof verifyOptions>, terminal: Terminal): Promise<ExitCode> => {
  const folder = resolve(given)
  const manifest = await readManifest(folder)
  const size = await sizeOf(folder)
  let done = 0
  const problems = await checkFiles(folder, (more) => {
    done += more
    terminal.progress(`Checking: ${bytes(done)} of ${bytes(size)}`)
  })
  const trial = options.try && problems.length === 0 ? await tryOut(folder, manifest, terminal) : undefined
  const found = [...problems, ...(trial?.problems ?? [])]
  const { takenAt, epoch, lastSequence } = manifest
  const whole = found.length === 0
  if (options.json) terminal.out(JSON.stringify({ folder, whole, takenAt, epoch, lastSequence, bytes: size, problems: found, trial }))
  else if (found.length > 0) terminal.err(`${folder} is damaged:`, ...found.map((problem) => `  ${problem}`))
  else {
    const of = `taken ${day(takenAt)} ${clock(takenAt)}, the log up to #${thousands(lastSequence)} at least (epoch ${epoch})`
    const tried = trial && `${count(trial.events, 'event')} read, ${count(trial.objects, 'large body', 'large bodies')} found`
    terminal.out(`${folder} is whole: ${of}, ${bytes(size)}.`, ...(tried === undefined ? [] : [`Restored for a try: ${tried}.`]))
  }
  return whole ? EXIT.ok : EXIT.problem
}
