import { hash } from 'node:crypto'

/** A message of the log, byte for byte as it is stored. */
export interface Message {
  readonly sequence: number
  readonly subject: string
  /** The header block as NATS stores it: the line `NATS/1.0`, a line per header, an empty line; all end with CR LF. Empty without headers. */
  readonly headers: Uint8Array
  readonly body: Uint8Array
}

/** Stands before the bytes of a leaf and of a node, so that neither can be taken for the other (RFC 9162, 2.1.1). */
export const LEAF_PREFIX = 0x00
export const NODE_PREFIX = 0x01

/** Length of a hash in bytes: SHA-256. */
export const HASH_BYTES = 32

const FORM = Buffer.from('zyra-leaf-1\n')
const VERSION = Buffer.from('NATS/1.0')
const CR_LF = Buffer.from('\r\n')

/** What a publisher asks of the server for one publish: no part of what happened, and gone where a log was copied message by message. */
const CONDITIONS: readonly Buffer[] = [Buffer.from('Nats-Expected-'), Buffer.from('Nats-Batch-')]

const startsWith = (bytes: Buffer, start: Buffer, at: number): boolean => bytes.subarray(at, at + start.length).equals(start)

/**
 * The header lines that are sealed, in the order in which they are stored, without CR LF: all but the conditions of one publish.
 * A block that does not begin and end as one is a single line.
 */
export const sealedHeaders = ({ headers }: Pick<Message, 'headers'>): readonly Buffer[] => {
  const block = Buffer.from(headers.buffer, headers.byteOffset, headers.byteLength)
  if (block.length === 0) return []
  const first = block.indexOf(CR_LF)
  const isBlock = first === VERSION.length && startsWith(block, VERSION, 0) && block.subarray(-4).equals(Buffer.concat([CR_LF, CR_LF]))
  if (!isBlock) return [block]
  const lines: Buffer[] = []
  for (let start = first + 2; start < block.length - 2;) {
    const end = block.indexOf(CR_LF, start)
    if (!CONDITIONS.some((condition) => startsWith(block, condition, start))) lines.push(block.subarray(start, end))
    start = end + 2
  }
  return lines
}

/**
 * The canonical bytes of a message: `zyra-leaf-1` and a newline; its sequence (8 bytes, big endian); then subject, headers and body,
 * each after its length in bytes (4 bytes, big endian). Headers are the sealed lines, each with CR LF.
 */
export const leafBytes = (message: Message): Buffer => {
  const lines = sealedHeaders(message)
  const headerBytes = lines.reduce((sum, line) => sum + line.length + 2, 0)
  const subjectBytes = Buffer.byteLength(message.subject)
  const bytes = Buffer.allocUnsafe(FORM.length + 8 + 12 + subjectBytes + headerBytes + message.body.length)
  let at = FORM.copy(bytes)
  at = bytes.writeBigUInt64BE(BigInt(message.sequence), at)
  at = bytes.writeUInt32BE(subjectBytes, at)
  at += bytes.write(message.subject, at)
  at = bytes.writeUInt32BE(headerBytes, at)
  for (const line of lines) {
    at += line.copy(bytes, at)
    at += CR_LF.copy(bytes, at)
  }
  at = bytes.writeUInt32BE(message.body.length, at)
  bytes.set(message.body, at)
  return bytes
}

/** The hash of a message as a leaf of the tree: SHA-256 of the byte 0 and its canonical bytes. */
export const leafHash = (message: Message): Buffer => hash('sha256', Buffer.concat([Uint8Array.of(LEAF_PREFIX), leafBytes(message)]), 'buffer')
