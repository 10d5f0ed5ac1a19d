import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'

const int32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest()

/** The final message of SCRAM-SHA-256 (RFC 5802, RFC 7677) for the server's first one. */
function scramAnswer(password: string, clientFirst: string, serverFirst: string): string {
  const fields = Object.fromEntries(serverFirst.split(',').map((part) => [part[0], part.slice(2)]))
  const salted = pbkdf2Sync(password, Buffer.from(fields.s ?? '', 'base64'), Number(fields.i), 32, 'sha256')
  const clientKey = hmac(salted, 'Client Key')
  const withoutProof = `c=biws,r=${fields.r}`
  const signature = hmac(createHash('sha256').update(clientKey).digest(), `${clientFirst},${serverFirst},${withoutProof}`)
  const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)))
  return `${withoutProof},p=${proof.toString('base64')}`
}

/**
 * Runs one SQL statement over Postgres' wire protocol (PostgreSQL manual, chapter 54), so that these specs depend on no library
 * that another package owns.
 * @returns the rows as text
 */
export async function query(url: string, sql: string): Promise<(string | null)[][]> {
  const { hostname, port, username, password, pathname } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  const send = (type: string, body: Buffer) => socket.write(Buffer.concat([Buffer.from(type), int32(body.length + 4), body]))
  const text = (...parts: string[]) => Buffer.from(parts.map((part) => `${part}\0`).join(''))
  send('', Buffer.concat([int32(196_608), text('user', username, 'database', pathname.slice(1)), Buffer.from([0])]))

  const rows: (string | null)[][] = []
  const clientFirst = `n=,r=${randomBytes(12).toString('base64')}`
  let asked = false
  let pending = Buffer.alloc(0)
  for await (const chunk of socket) {
    pending = Buffer.concat([pending, chunk])
    while (pending.length >= 5 && pending.length > pending.readInt32BE(1)) {
      const type = String.fromCharCode(pending[0] ?? 0)
      const body = pending.subarray(5, pending.readInt32BE(1) + 1)
      pending = pending.subarray(pending.readInt32BE(1) + 1)
      if (type === 'E') {
        socket.destroy()
        throw new Error(body.toString().split('\0').find((field) => field.startsWith('M'))?.slice(1))
      }
      if (type === 'R' && body.readInt32BE(0) === 10) {
        send('p', Buffer.concat([text('SCRAM-SHA-256'), int32(clientFirst.length + 3), Buffer.from(`n,,${clientFirst}`)]))
      }
      if (type === 'R' && body.readInt32BE(0) === 11) send('p', Buffer.from(scramAnswer(password, clientFirst, body.toString('utf8', 4))))
      if (type === 'D') rows.push(parseRow(body))
      if (type === 'Z' && asked) {
        socket.destroy()
        return rows
      }
      if (type === 'Z') {
        asked = true
        send('Q', text(sql))
      }
    }
  }
  throw new Error('The server hung up.')
}

function parseRow(body: Buffer): (string | null)[] {
  let at = 2
  return Array.from({ length: body.readInt16BE(0) }, () => {
    const length = body.readInt32BE(at)
    at += 4
    if (length < 0) return null
    at += length
    return body.toString('utf8', at - length, at)
  })
}
