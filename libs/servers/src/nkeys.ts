import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'

// The text form of NATS keys (https://github.com/nats-io/nkeys#readme): base32 of prefix bytes, the 32 raw bytes of
// Ed25519 and a CRC-16/XMODEM, least significant byte first.
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const USER = 20 << 3
const SEED = 18 << 3
/** The fixed DER header of a raw 32 byte Ed25519 private key (RFC 8410, section 7). */
const PKCS8_HEADER = Buffer.from('302e020100300506032b657004220420', 'hex')

function crc16(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff
  }
  return crc
}

function toBase32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups.map((group) => ALPHABET[parseInt(group.padEnd(5, '0'), 2)]).join('')
}

function fromBase32(text: string): Uint8Array {
  const bits = [...text].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => parseInt(byte, 2))
}

function encode(prefix: readonly number[], key: Uint8Array): string {
  const body = Uint8Array.from([...prefix, ...key])
  const crc = crc16(body)
  return toBase32(Uint8Array.from([...body, crc & 0xff, crc >> 8]))
}

const rawPublicKey = (key: KeyObject): Uint8Array => Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url')

/**
 * The private key of a seed, for signing.
 * @throws Error when the text is not the seed of a NATS user (the text itself is never repeated)
 */
export function keyOfSeed(seed: string): KeyObject {
  const bytes = fromBase32(seed)
  const raw = bytes.subarray(2, 34)
  if (bytes.length !== 36 || encode([SEED | (USER >> 5), (USER & 31) << 3], raw) !== seed) {
    throw new Error('This is not the seed of a NATS user: expected 58 characters that begin with SU and end with a matching checksum.')
  }
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEADER, raw]), format: 'der', type: 'pkcs8' })
}

/** The public key (`U...`) that belongs to a seed; it may be written into configuration files. */
export const publicKeyOf = (seed: string): string => encode([USER], rawPublicKey(keyOfSeed(seed)))

/** Makes the seed (`SU...`) of a new NATS user. It is a secret: whoever has it is that user. */
export function makeSeed(): string {
  const { privateKey } = generateKeyPairSync('ed25519')
  const raw = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
  return encode([SEED | (USER >> 5), (USER & 31) << 3], raw)
}
