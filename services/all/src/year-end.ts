import { sealWhenDue, type ConnectOptions } from '@zyra/jetstream'
import { messageOf, type Logger } from '@zyra/runtime'

/** See {@link sealYearly}. */
export interface YearEnd {
  /** Looks once more, now. */
  readonly look: () => Promise<void>
  readonly stop: () => Promise<void>
}

const DAY_MS = 24 * 3_600_000

/**
 * Seals the log's open segment when its events span a year: looks now, and once a day. Where several processes do so, it is done once.
 * What keeps it from looking is logged, and keeps nobody from working.
 */
export const sealYearly = async (admin: ConnectOptions, logger: Pick<Logger, 'info' | 'warn'>): Promise<YearEnd> => {
  const look = async (): Promise<void> => {
    try {
      if (await sealWhenDue(admin)) logger.info('the open segment of the log was a year old: it is sealed, and the next one is open')
    } catch (error) {
      logger.warn({ why: messageOf(error) }, 'nobody knows whether the open segment of the log is a year old')
    }
  }
  await look()
  const timer = setInterval(() => void look(), DAY_MS)
  return {
    look,
    stop: async () => clearInterval(timer),
  }
}
