import { messageOf, type Logger } from '@zyra/runtime'
import { freeBytes, type LocalServer } from '@zyra/servers'
import { setTimeout as delay } from 'node:timers/promises'

/** What bringing a server back needs. */
export interface ReviveOptions {
  readonly server: Pick<LocalServer, 'exited' | 'restart'> | undefined
  readonly name: string
  readonly folder: string
  /** So much must be free before it is started again, in bytes. */
  readonly neededBytes: number
  readonly signal: AbortSignal
  readonly logger: Pick<Logger, 'error' | 'info'>
  readonly free?: (folder: string) => number
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>
}

const LOOK_EVERY_MS = 1_000
const never = new Promise<string>(() => undefined)

const pauseFor = (ms: number, signal: AbortSignal): Promise<void> => delay(ms, undefined, { signal }).catch(() => undefined)

/**
 * Starts a server again that ended because the disk was full, as soon as there is space: nothing else is wrong with it.
 * @returns one sentence when it ends for another reason; else never
 */
export const reviveWithSpace = async (options: ReviveOptions): Promise<string> => {
  const { server, name, folder, neededBytes, signal, logger, free = freeBytes, pause = pauseFor } = options
  if (server === undefined) return never
  const isStopping = (): boolean => signal.aborted
  while (!isStopping()) {
    const { problem, diskFull } = await server.exited
    if (problem === undefined || isStopping()) return never
    if (!diskFull) return problem
    logger.error({ server: name, problem }, 'ended for want of space; it is started again when there is some')
    while (free(folder) < neededBytes && !isStopping()) await pause(LOOK_EVERY_MS, signal)
    if (isStopping()) return never
    try {
      await server.restart()
      logger.info({ server: name }, 'started again')
    } catch (error) {
      if (free(folder) >= neededBytes) return messageOf(error)
    }
  }
  return never
}
