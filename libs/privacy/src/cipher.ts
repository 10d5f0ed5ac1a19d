import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto'

/** A key that is ready for use. Printing or serialising it shows no key material. */
export interface Key {
  readonly id: string
  /** 256 bits. */
  readonly secret: KeyObject
}

/** The parts of a ciphertext in its compact form `zyra1.<key id>.<nonce>.<ciphertext and tag>`. */
export interface Sealed {
  readonly keyId: string
  readonly nonce: Buffer
  readonly ciphertext: Buffer
  readonly tag: Buffer
}

/** Thrown for a ciphertext that was changed, moved to another event or field, or is none. */
export class UnreadableCiphertext extends Error {
  override readonly name = 'UnreadableCiphertext'
}

const FORMAT = 'zyra1'
const CIPHER = 'aes-256-gcm'
/** NIST SP 800-38D, 5.2.1.1 and 8.2.2: 96-bit random nonces, 128-bit tags. */
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Encrypts with AES-256-GCM under a fresh random nonce. `context` must be handed in again, unchanged, to {@link open}. */
export const seal = (key: Key, context: string, plaintext: Uint8Array): string => {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key.secret, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(context))
  const body = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
  return `${FORMAT}.${key.id}.${nonce.toString('base64url')}.${body.toString('base64url')}`
}

/** The plaintext; undefined when the ciphertext is not authentic under this key and context. */
export const open = (key: Key, context: string, sealed: Sealed): Buffer | undefined => {
  const decipher = createDecipheriv(CIPHER, key.secret, sealed.nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.tag)
  const plaintext = decipher.update(sealed.ciphertext)
  try {
    decipher.final()
    return plaintext
  } catch {
    return undefined
  }
}

/** The parts of a compact form; undefined for any other text. */
export const parseSealed = (text: string): Sealed | undefined => {
  const [format, keyId = '', nonceText = '', bodyText = '', ...rest] = text.split('.')
  const nonce = decode(nonceText)
  const body = decode(bodyText)
  if (format !== FORMAT || keyId === '' || rest.length > 0) return undefined
  if (nonce?.length !== NONCE_BYTES || body === undefined || body.length < TAG_BYTES) return undefined
  return { keyId, nonce, ciphertext: body.subarray(0, -TAG_BYTES), tag: body.subarray(-TAG_BYTES) }
}

/** Node skips characters that are not base64url; a changed text must not pass for the original. */
const decode = (text: string): Buffer | undefined => {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}

const UTF8 = 0
const UTF16 = 1

/**
 * Bytes from which {@link textFrom} restores exactly this string: one byte that names the encoding, then UTF-8,
 * or UTF-16 where lone surrogates forbid UTF-8.
 */
export const bytesOf = (text: string): Buffer => {
  const [mark, encoding] = text.isWellFormed() ? ([UTF8, 'utf8'] as const) : ([UTF16, 'utf16le'] as const)
  return Buffer.concat([Buffer.of(mark), Buffer.from(text, encoding)])
}

/** See {@link bytesOf}. */
export const textFrom = (bytes: Buffer): string => bytes.subarray(1).toString(bytes[0] === UTF16 ? 'utf16le' : 'utf8')
