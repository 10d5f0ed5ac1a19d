import { pino, type DestinationStream, type Logger } from 'pino'

/** JSON lines, one per happening; what could hold a secret or personal data is censored wherever it stands. */
export const createLogger = (level: string, destination?: DestinationStream): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: ['*.body', '*.token', '*.secret', '*.password', '*.email', '*.phone', 'body', 'token', 'secret', 'password', 'email', 'phone'], censor: '[redacted]' },
    },
    ...(destination === undefined ? [] : [destination]),
  )

export type { Logger } from 'pino'
