// Checks a proof that Zyra exported, with Node and nothing else: node check.mjs [proof.json] [trusted]
// `trusted` is the public key that may have signed (64 hexadecimal digits), or a folder with the published seals. Without it
// the proof shows that its events are as they were sealed, by whoever holds the key that is printed.
import { createHash, createPublicKey, verify } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()
const hex = (text) => Buffer.from(text, 'hex')
const withLength = (bytes) => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** The hash of a stored message: its sequence, subject, headers and body, each after its length. */
const leafOf = ({ sequence, subject, headers, body }) => {
  const number = Buffer.alloc(8)
  number.writeBigUInt64BE(BigInt(sequence))
  const lines = headers.map((line) => `${line}\r\n`).join('')
  return sha256(Buffer.of(0), 'zyra-leaf-1\n', number, ...[subject, lines, body].map((text) => withLength(Buffer.from(text))))
}

/** The root that a leaf and its proof lead to, as in RFC 9162, section 2.1.3.2. */
const rootOf = (leaf, index, count, proof) => {
  let [position, last, root] = [index, count - 1, leaf]
  for (const sibling of proof.map(hex)) {
    if (last === 0) return undefined
    if (position % 2 === 1 || position === last) {
      root = sha256(Buffer.of(1), sibling, root)
      while (position % 2 === 0 && position !== 0) [position, last] = [position / 2, Math.floor(last / 2)]
    } else {
      root = sha256(Buffer.of(1), root, sibling)
    }
    [position, last] = [Math.floor(position / 2), Math.floor(last / 2)]
  }
  return last === 0 ? root.toString('hex') : undefined
}

const FIELDS = ['version', 'epoch', 'first', 'last', 'count', 'root', 'previous', 'time', 'key']
const statementOf = (seal) => Buffer.from(`zyra-seal\n${FIELDS.map((name) => `${name} ${seal[name] ?? '-'}\n`).join('')}`)

const isSigned = (seal) => {
  const key = createPublicKey({ key: Buffer.concat([hex('302a300506032b6570032100'), hex(seal.key)]), format: 'der', type: 'spki' })
  return verify(null, statementOf(seal), key, hex(seal.signature))
}

const isTrusted = (seal, trusted) => {
  if (trusted === undefined || trusted === seal.key) return true
  const file = join(trusted, `${seal.epoch}-${String(seal.first).padStart(12, '0')}.json`)
  return existsSync(file) && statementOf(JSON.parse(readFileSync(file, 'utf8'))).equals(statementOf(seal))
}

const wrongWithSeal = (trusted) => (seal) => {
  const name = `the seal of #${seal.first} to #${seal.last}`
  if (!isSigned(seal)) return [`${name} is not signed with the key that it names`]
  return isTrusted(seal, trusted) ? [] : [`${name} is not what ${trusted} says`]
}

const wrongWithEvent = (seals) => (event) => {
  const seal = seals.find((one) => sha256(statementOf(one)).toString('hex') === event.seal)
  if (seal === undefined) return [`#${event.sequence}: its seal is not in the proof`]
  const root = rootOf(leafOf(event), event.sequence - seal.first, seal.count, event.proof)
  return root === seal.root ? [] : [`#${event.sequence} is not what was sealed`]
}

const [file = join(dirname(fileURLToPath(import.meta.url)), 'proof.json'), trusted] = process.argv.slice(2)
try {
  const { seals, events } = JSON.parse(readFileSync(file, 'utf8'))
  const wrong = [...seals.flatMap(wrongWithSeal(trusted)), ...events.flatMap(wrongWithEvent(seals))]
  if (events.length === 0) wrong.push('there is no event in it')
  for (const sentence of wrong) console.log(`WRONG: ${sentence}`)
  for (const { sequence, headers } of wrong.length === 0 ? events : []) {
    const of = (name) => headers.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
    console.log(`#${sequence}  ${of('ce-time')}  ${of('ce-type')}`)
  }
  const keys = [...new Set(seals.map(({ key }) => key))].join(', ')
  if (wrong.length === 0) console.log(`OK: ${events.length} events are as they were sealed, the last time ${seals.at(-1).time}.`)
  if (wrong.length === 0) console.log(trusted === undefined ? `Compare the key with the one that you were told: ${keys}` : `Trusted by ${trusted}`)
  process.exitCode = wrong.length === 0 ? 0 : 1
} catch (error) {
  console.log(`WRONG: ${file} cannot be read as a proof (${error.message})`)
  process.exitCode = 1
}
