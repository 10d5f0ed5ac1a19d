import { fillLog } from './events.ts'
import type { LargeInstallation, Tools } from './measure.ts'
import { install } from './system.ts'

const USUAL = { events: 1_000_000, aggregates: 100_000 }
const QUICK = { events: 100_000, aggregates: 10_000 }
const RUN = 1

/** The installation with the large log, made once for all measures that need it. */
export const prepareLarge = ({ dir, quick, say }: Pick<Tools, 'dir' | 'quick' | 'say'>) => {
  let made: Promise<LargeInstallation> | undefined
  const make = async (): Promise<LargeInstallation> => {
    const size = quick ? QUICK : USUAL
    const installation = await install(dir)
    try {
      const js = await installation.open('inventory')
      const told = (done: number): void => say(`filling a log with ${size.events.toLocaleString('en')} events, ${done.toLocaleString('en')} are in it`)
      await fillLog(js, RUN, size.events, size.aggregates, told)
      await js.close()
      return { ...installation, ...size }
    } catch (error) {
      await installation.stop()
      throw error
    }
  }
  return {
    get: (): Promise<LargeInstallation> => (made ??= make()),
    stop: async (): Promise<void> => {
      const installation = await made?.catch(() => undefined)
      await installation?.stop()
    },
  }
}
