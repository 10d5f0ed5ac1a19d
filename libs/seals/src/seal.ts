import { createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto'
import { z } from 'zod'

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`))
const count = z.number().int().positive().max(Number.MAX_SAFE_INTEGER)

const statement = {
  version: z.literal(1),
  /** The life of the log in which it was sealed. */
  epoch: count,
  /** The first sequence of the range. */
  first: count,
  /** The last sequence of the range. */
  last: count,
  /** How many messages the range has: the log has no holes. */
  count,
  /** The Merkle root over the leaves of the range, hex. */
  root: hex(32),
  /** The hash of the seal before; null where nothing was sealed before. */
  previous: hex(32).nullable(),
  /** When it was sealed, by the clock of the machine: ISO 8601, UTC. */
  time: z.iso.datetime(),
  /** The Ed25519 public key of whoever sealed, 32 bytes as hex. */
  key: hex(32),
}

const schema = z.strictObject({ ...statement, signature: hex(64) })
  .refine(({ first, last, count: messages }) => last - first + 1 === messages, 'count should be last - first + 1')

/** A signed statement about a range of the log. */
export type Seal = Readonly<z.infer<typeof schema>>

/** What is signed. */
export type Statement = Omit<Seal, 'signature'>

/** How many messages a seal covers at most. */
export const MAX_SEALED = 10_000

/** The bytes that are signed: the line `zyra-seal`, then a line `name value` per field in this order; `-` where there is no previous seal. */
export const statementBytes = (seal: Statement): Buffer => {
  const { version, epoch, first, last, count: messages, root, previous, time, key } = seal
  const fields = { version, epoch, first, last, count: messages, root, previous: previous ?? '-', time, key }
  return Buffer.from(['zyra-seal', ...Object.entries(fields).map(([name, value]) => `${name} ${value}`), ''].join('\n'))
}

/** The hash by which the next seal names this one: SHA-256 of the signed bytes, hex. */
export const sealHash = (seal: Statement): string => hash('sha256', statementBytes(seal), 'hex')

/** The fixed DER header of a raw 32 byte Ed25519 public key (RFC 8410, section 4). */
const SPKI_HEADER = Buffer.from('302a300506032b6570032100', 'hex')

/** The public half of an Ed25519 key, 32 bytes as hex, as seals carry it. */
export const publicKeyOf = (key: KeyObject): string => createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI_HEADER.length).toString('hex')

/** Signs a statement. @param key the Ed25519 private key whose public half the statement names */
export const signSeal = (unsigned: Statement, key: KeyObject): Seal => ({ ...unsigned, signature: sign(null, statementBytes(unsigned), key).toString('hex') })

/** True where the seal was signed with the key that it names. */
export const isSigned = (seal: Seal): boolean => {
  try {
    const key = createPublicKey({ key: Buffer.concat([SPKI_HEADER, Buffer.from(seal.key, 'hex')]), format: 'der', type: 'spki' })
    return verify(null, statementBytes(seal), key, Buffer.from(seal.signature, 'hex'))
  } catch {
    return false
  }
}

/** A seal as its file holds it. */
export const formatSeal = (seal: Seal): string => {
  const { version, epoch, first, last, count: messages, root, previous, time, key, signature } = seal
  return `${JSON.stringify({ version, epoch, first, last, count: messages, root, previous, time, key, signature }, null, 2)}\n`
}

/** Reads a seal's file. Undefined where it is not, byte for byte, what `formatSeal` writes. */
export const parseSeal = (text: string): Seal | undefined => {
  try {
    const { data } = schema.safeParse(JSON.parse(text))
    return data !== undefined && formatSeal(data) === text ? data : undefined
  } catch {
    return undefined
  }
}
