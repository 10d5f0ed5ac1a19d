import { pino, type DestinationStream, type Logger } from 'pino'

/** Names of fields that hold secrets or personal data, wherever they stand and however they are written. */
const TELLING = new RegExp(
  [
    'pass(word|phrase)', 'secret', 'token', 'authori[sz]ation', 'cookie', 'api[-_]?key', 'private', 'credential', 'signature', 'hmac', 'seed',
    'e-?mail', 'phone', '^body$', 'address', '(first|last|full)[-_]?name', 'street', 'postcode', '^zip$',
  ].join('|'),
  'i',
)
const EMAIL = /[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+/g
const BEARER = /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi
/** Tokens and secrets by the prefixes that their makers give them: Shopify, Standard Webhooks (Etsy), NATS seeds. */
const KNOWN_SECRETS = /\b(shp(at|ca|pa|ss|ua|rt)_\w{8,}|whsec_[\w+/=-]{8,}|S[UAOCNX][A-Z2-7]{40,})/g
/** The user and password of a URL. */
const IN_URL = /(\w+:\/\/)[^/\s@]+@/g
const CENSORED = '[redacted]'
const DEEPEST = 8
/** Lines that wait for a disk that is full, in bytes. */
const MAX_UNWRITTEN = 1024 * 1024

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const censor = (value: unknown, depth = 0): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (depth > DEEPEST) return '[too deep]'
  if (value instanceof Error) {
    const { name: type, message, cause } = value
    return { type, message, ...(cause === undefined ? {} : { cause: censor(cause, depth + 1) }) }
  }
  if (Array.isArray(value)) return value.map((one) => censor(one, depth + 1))
  if (!isPlain(value)) return value instanceof Date ? value : `[${value.constructor.name}]`
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, TELLING.test(name) ? CENSORED : censor(held, depth + 1)]))
}

const censorFields = (fields: Record<string, unknown>): Record<string, unknown> => ({ ...(censor(fields) as Record<string, unknown>) })

/** Censors what gives itself away by its form, in messages of errors for instance. */
const censorText = (text: string): string =>
  text.replace(IN_URL, `$1${CENSORED}@`).replace(EMAIL, CENSORED).replace(BEARER, `$1 ${CENSORED}`).replace(KNOWN_SECRETS, CENSORED)

/** The whole line once more: what is bound to a child logger is written without passing a formatter. */
const censorLine = (line: string): string => `${censorText(JSON.stringify(censor(JSON.parse(line))))}\n`

/**
 * JSON lines, one per happening; what could hold a secret or personal data is censored wherever it stands.
 * @param ids what stands in every line besides, asked for each: the trace it belongs to
 */
export const createLogger = (level: string, destination?: DestinationStream, ids: () => object = () => ({})): Logger =>
  pino(
    {
      level,
      base: null,
      mixin: ids,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: censorFields },
      hooks: { streamWrite: censorLine },
    },
    ...(destination === undefined ? [] : [destination]),
  )

/** Where the log lies: a file for its owner only. Written at once, so that the last lines before a crash are in it. */
export const logFile = (path: string): DestinationStream => {
  const file = pino.destination({ dest: path, append: true, mkdir: true, sync: true, mode: 0o600, maxLength: MAX_UNWRITTEN })
  // A full disk must not end the process: lines wait until they can be written, and the oldest are kept.
  file.on('error', () => undefined)
  return file
}

export type { Logger } from 'pino'
