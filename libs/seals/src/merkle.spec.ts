import { hash } from 'node:crypto'
import { HASH_BYTES } from './leaf.ts'
import { inclusionProof, merkleRoot, rootOfProof } from './merkle.ts'

const hexOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex')

/** The inputs and roots that Certificate Transparency's implementations check themselves against. */
const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d', 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77', 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4', '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c', '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]
const leafOf = (text: string): Buffer => hash('sha256', Buffer.concat([Buffer.of(0), Buffer.from(text, 'hex')]), 'buffer')
const leavesOf = (texts: readonly string[]): Buffer => Buffer.concat(texts.map(leafOf))
const many = (count: number): Buffer => leavesOf(Array.from({ length: count }, (_, index) => index.toString(16).padStart(8, '0')))
const leafAt = (leaves: Buffer, index: number): Buffer => leaves.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)

describe('the tree', () => {
  it.each(roots.map((root, index) => ({ count: index + 1, root })))('of $count leaves is that of RFC 9162', ({ count, root }) => {
    expect(hexOf(merkleRoot(leavesOf(inputs.slice(0, count))))).toBe(root)
  })

  it('proves every leaf of every size, at its own place only', () => {
    for (let count = 1; count <= 40; count += 1) {
      const leaves = many(count)
      const root = hexOf(merkleRoot(leaves))
      for (let index = 0; index < count; index += 1) {
        const proof = inclusionProof(leaves, index)
        expect(hexOf(rootOfProof(leafAt(leaves, index), index, count, proof))).toBe(root)
        const other = (index + 1) % count
        if (other !== index) expect(hexOf(rootOfProof(leafAt(leaves, index), other, count, proof))).not.toBe(root)
      }
    }
  })

  it('takes no proof that is too short, too long, or of another leaf', () => {
    const leaves = many(11)
    const proof = inclusionProof(leaves, 4)
    const root = hexOf(merkleRoot(leaves))
    expect(hexOf(rootOfProof(leafAt(leaves, 4), 4, 11, proof))).toBe(root)
    expect(rootOfProof(leafAt(leaves, 4), 4, 11, proof.slice(1))).toBeUndefined()
    expect(rootOfProof(leafAt(leaves, 4), 4, 11, [...proof, leafAt(leaves, 1)])).toBeUndefined()
    expect(hexOf(rootOfProof(leafAt(leaves, 5), 4, 11, proof))).not.toBe(root)
    expect(rootOfProof(leafAt(leaves, 4), 11, 11, proof)).toBeUndefined()
  })

  it('is not made of nothing, or of half a hash', () => {
    expect(() => merkleRoot(new Uint8Array())).toThrow('found 0 bytes')
    expect(() => merkleRoot(new Uint8Array(33))).toThrow('found 33 bytes')
    expect(() => inclusionProof(many(3), 3)).toThrow('leaf 3 is not one of 3')
  })
})
