/** A body that was read, or the reason why it cannot be. */
export type ParsedBody = { ok: true; body: unknown } | { ok: false; problem: string }

const INTEGER = /^-?\d+$/
/** 2^53 has sixteen digits. */
const SIXTEEN_DIGITS = /\d{16}/
/** A reviver takes several times as long as parsing without one. Longer texts may be nested so deep that only the reviver refuses them. */
const PLAIN_LENGTH = 4_096

/**
 * Keeps every integer exact: one that a double cannot hold (Shopify's own samples have ids above 2^53) comes out as its digits.
 * The third argument of a reviver exists since Node 21; without it the digits are gone, so that is an error and not a guess.
 */
function exactIntegers(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  if (context?.source === undefined) throw new Error('JSON.parse gives no access to the source text of numbers; run on Node 24 or later.')
  return INTEGER.test(context.source) ? context.source : value
}

/**
 * Parses JSON without losing a digit of an id: integers beyond 2^53 - 1 become strings, all else is as with `JSON.parse`.
 * Throws a SyntaxError when the text is no JSON.
 */
export function parseExactJson(text: string): unknown {
  const mayLoseDigits = text.length > PLAIN_LENGTH || SIXTEEN_DIGITS.test(text)
  return mayLoseDigits ? JSON.parse(text, exactIntegers) : JSON.parse(text)
}

/** Reads the raw bytes of a delivery as UTF-8 JSON with exact ids (see `parseExactJson`). Never throws. */
export function parseWebhookBody(rawBody: Uint8Array): ParsedBody {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(rawBody)
    return { ok: true, body: parseExactJson(text) }
  } catch (error) {
    // The parser's own message quotes the body, which may hold personal data.
    return { ok: false, problem: `The body should be JSON in UTF-8, but ${reasonOf(error)} (${rawBody.byteLength} bytes).` }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'it does not parse'
  return error instanceof RangeError ? 'it is nested too deeply' : 'it is not UTF-8'
}
