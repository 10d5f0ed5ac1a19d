import { hash } from 'node:crypto'
import { HASH_BYTES, NODE_PREFIX } from './leaf.ts'

// The tree is that of Certificate Transparency (RFC 9162, section 2.1; the same as in RFC 6962), over leaf hashes that stand one after the other.

const nodeOf = (left: Uint8Array, right: Uint8Array): Buffer => hash('sha256', Buffer.concat([Uint8Array.of(NODE_PREFIX), left, right]), 'buffer')

const countOf = (leaves: Uint8Array): number => {
  const count = leaves.length / HASH_BYTES
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`a tree is made of one or more hashes of ${HASH_BYTES} bytes, found ${leaves.length} bytes`)
  return count
}

/** The largest power of two that is smaller than `count`. */
const splitOf = (count: number): number => 2 ** Math.floor(Math.log2(count - 1))

const rootBetween = (leaves: Uint8Array, from: number, to: number): Uint8Array => {
  if (to - from === 1) return leaves.subarray(from * HASH_BYTES, to * HASH_BYTES)
  const middle = from + splitOf(to - from)
  return nodeOf(rootBetween(leaves, from, middle), rootBetween(leaves, middle, to))
}

/** The Merkle tree hash of one or more leaves (RFC 9162, 2.1.1). @throws RangeError for none, or for broken ones */
export const merkleRoot = (leaves: Uint8Array): Uint8Array => rootBetween(leaves, 0, countOf(leaves))

const proofBetween = (leaves: Uint8Array, index: number, from: number, to: number): Uint8Array[] => {
  if (to - from === 1) return []
  const middle = from + splitOf(to - from)
  return index < middle
    ? [...proofBetween(leaves, index, from, middle), rootBetween(leaves, middle, to)]
    : [...proofBetween(leaves, index, middle, to), rootBetween(leaves, from, middle)]
}

/** What proves that a leaf is in the tree, from the bottom up (RFC 9162, 2.1.3.1). @throws RangeError for an index outside of it */
export const inclusionProof = (leaves: Uint8Array, index: number): readonly Uint8Array[] => {
  const count = countOf(leaves)
  if (!Number.isInteger(index) || index < 0 || index >= count) throw new RangeError(`leaf ${index} is not one of ${count}`)
  return proofBetween(leaves, index, 0, count)
}

/**
 * The root that a leaf and its proof lead to (RFC 9162, 2.1.3.2), to be compared with the root of a seal; undefined for a proof that does not fit
 * the tree.
 */
export const rootOfProof = (leaf: Uint8Array, index: number, count: number, proof: readonly Uint8Array[]): Uint8Array | undefined => {
  if (index >= count) return undefined
  let [position, last, root] = [index, count - 1, leaf]
  for (const sibling of proof) {
    if (last === 0) return undefined
    if (position % 2 === 1 || position === last) {
      root = nodeOf(sibling, root)
      while (position % 2 === 0 && position !== 0) [position, last] = [position / 2, Math.floor(last / 2)]
    } else {
      root = nodeOf(root, sibling)
    }
    ;[position, last] = [Math.floor(position / 2), Math.floor(last / 2)]
  }
  return last === 0 ? root : undefined
}
