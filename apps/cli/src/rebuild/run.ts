import { discardRebuilt, rows, switchTo } from '@zyra/postgres'
import { EXIT, type ExitCode } from '../base/failure.ts'
import { withReading, type Reading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import { merchantsIn } from '../log/names.ts'
import { duration } from '../text/time.ts'
import { count, thousands } from '../text/words.ts'
import { projectionsNamed, rebuildBeside, sourceFor, type Owned, type RebuiltBeside } from './projections.ts'

const PAGE = 1_000

const countRows = async (reading: Reading, { projection }: Owned): Promise<number> => {
  const [db, merchants] = [await reading.database(), await merchantsIn(reading.log)]
  let found = 0
  for (const merchant of merchants) {
    for (let after: string | undefined = ''; after !== undefined;) {
      const page = await rows(db, { ...projection, indexes: [], key: () => '', on: {} }).find(merchant, {}, { limit: PAGE, after })
      found += page.found.length
      after = page.found.length === PAGE ? page.found.at(-1)?.key : undefined
    }
  }
  return found
}

const switchOver = async (reading: Reading, owned: Owned, terminal: Terminal): Promise<void> => {
  const [db, end] = [await reading.database(), await reading.log.lastSequence()]
  // The live rows may have gone on meanwhile: what they have is read again for the new ones.
  await switchTo(db, owned.projection, async function* ({ sequence }) {
    if (sequence <= end) yield* await sourceFor(reading, owned, sequence, terminal.interrupted)
  })
}

const rebuildOne = async (reading: Reading, owned: Owned, terminal: Terminal): Promise<RebuiltBeside & { readonly rows: number }> => {
  const db = await reading.database()
  try {
    const rebuilt = await rebuildBeside(reading, db, owned, terminal)
    await switchOver(reading, owned, terminal)
    return { ...rebuilt, rows: await countRows(reading, owned) }
  } catch (error) {
    await discardRebuilt(db, owned.projection).catch(() => undefined)
    throw error
  }
}

/** `zyra rebuild` */
export const runRebuild = (name: string | undefined, { json }: { readonly json: boolean }, terminal: Terminal): Promise<ExitCode> => {
  const owned = projectionsNamed(name)
  return withReading(async (reading) => {
    const { out, paint } = terminal
    for (const one of owned) {
      const { events, versions, position, ms, rows: amount } = await rebuildOne(reading, one, terminal)
      const perSecond = Math.round(events / Math.max(0.001, ms / 1_000))
      const { name: projection, version } = one.projection
      const source = `from ${count(events, 'event')} up to #${thousands(position.sequence)}`
      if (json)
        out(
          JSON.stringify({ projection, version, rows: amount, versions, events, position, ms: Math.round(ms), eventsPerSecond: perSecond }),
        )
      else {
        out(`${paint('bold', projection)} (version ${version}): ${count(amount, 'row')} in ${count(versions, 'version')}, ${source},`)
        out(`in ${duration(ms)} (${thousands(perSecond)} events/s). The new rows are the live ones now.`)
      }
    }
    return EXIT.ok
  })
}
