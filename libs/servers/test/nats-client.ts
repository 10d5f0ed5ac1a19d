import { sign } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { keyOfSeed, publicKeyOf } from '../src/nkeys.ts'

/**
 * As much of the NATS client protocol (https://docs.nats.io/reference/reference-protocols/nats-protocol) as these specs need,
 * so that they depend on no library that another package owns.
 */
export async function openNats(url: string, seed: string) {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const arrivals = new Set<() => void>()
  let received = ''
  // A server that is killed resets the connection; `until` reports that to whoever still waits.
  socket.on('error', () => {})
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text
    for (const wake of arrivals) wake()
  })
  await once(socket, 'connect')

  const until = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(received)
      if (match) {
        received = received.slice(match.index + match[0].length)
        return match
      }
      await new Promise<void>((resolve, reject) => {
        arrivals.add(resolve)
        socket.once('close', () => reject(new Error(`The server hung up; it had said: ${received}`)))
      })
      arrivals.clear()
    }
  }

  const [, info = '{}'] = await until(/INFO (.*)\r\n/)
  const { nonce } = JSON.parse(info)
  const sig = sign(null, Buffer.from(nonce), keyOfSeed(seed)).toString('base64url')
  socket.write(`CONNECT ${JSON.stringify({ verbose: false, nkey: publicKeyOf(seed), sig, protocol: 1 })}\r\nPING\r\n`)
  const [, error] = await until(/PONG\r\n|-ERR '(.*)'\r\n/)
  if (error) throw new Error(error)

  return {
    /** Publishes and waits for the server's judgement: undefined when it took the message, else what it said. */
    publish: async (subject: string, body: string): Promise<string | undefined> => {
      socket.write(`PUB ${subject} ${Buffer.byteLength(body)}\r\n${body}\r\nPING\r\n`)
      const [, refusal] = await until(/PONG\r\n|-ERR '(.*)'\r\n/)
      if (refusal) await until(/PONG\r\n/)
      return refusal
    },
    /** One request and its answer, parsed. */
    request: async (subject: string, body: unknown): Promise<Record<string, unknown>> => {
      const text = JSON.stringify(body)
      socket.write(`SUB _INBOX.spec 1\r\nPUB ${subject} _INBOX.spec ${Buffer.byteLength(text)}\r\n${text}\r\n`)
      const [, answer = ''] = await until(/MSG _INBOX\.spec 1 \d+\r\n(.*)\r\n/)
      socket.write('UNSUB 1\r\n')
      return JSON.parse(answer)
    },
    close: () => socket.destroy(),
  }
}
