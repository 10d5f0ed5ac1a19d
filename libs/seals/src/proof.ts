import { leafHash, sealedHeaders, type Message } from './leaf.ts'
import { inclusionProof, rootOfProof } from './merkle.ts'
import { sealHash, type Seal } from './seal.ts'

/** A message with what proves that it was sealed. All texts are UTF-8, hashes are hex. */
export interface ProvenMessage {
  readonly sequence: number
  readonly subject: string
  /** The sealed header lines. */
  readonly headers: readonly string[]
  /** The body as stored: what is personal in it is encrypted. */
  readonly body: string
  /** The hash of the seal that covers it. */
  readonly seal: string
  /** The hashes that lead from it to the seal's root, from the bottom up. */
  readonly proof: readonly string[]
}

const textOf = (bytes: Uint8Array, what: string, sequence: number): string => {
  const text = Buffer.from(bytes).toString('utf8')
  if (Buffer.from(text).equals(bytes)) return text
  throw new Error(`${what} of #${sequence} is not text and cannot be written into a proof: run "npx zyra audit verify"`)
}

/**
 * The proof of one message.
 * @param leaves the leaf hashes of the seal's range
 * @throws Error where the leaves are not those of the seal, or the message is not what was sealed: then there is nothing to prove
 */
export const proveMessage = (message: Message, seal: Seal, leaves: Uint8Array): ProvenMessage => {
  const { sequence, subject } = message
  const index = sequence - seal.first
  const proof = inclusionProof(leaves, index)
  const root = rootOfProof(leafHash(message), index, seal.count, proof)
  if (root === undefined || Buffer.from(root).toString('hex') !== seal.root) {
    throw new Error(`#${sequence} is not what was sealed: run "npx zyra audit verify"`)
  }
  return {
    sequence,
    subject,
    headers: sealedHeaders(message).map((line) => textOf(line, 'a header', sequence)),
    body: textOf(message.body, 'the body', sequence),
    seal: sealHash(seal),
    proof: proof.map((hash) => Buffer.from(hash).toString('hex')),
  }
}
