import { once } from 'node:events'
import { createServer } from 'node:net'
import { requireFreeSpace } from './disk.ts'
import { requirePort } from './ports.ts'
import { requireNatsAt, requirePostgresAt } from './reachable.ts'

/** A server that says one thing to whoever connects. */
async function saying(words: string) {
  const server = createServer((socket) => socket.on('error', () => {}).write(words)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { port, close: () => server.close() }
}

describe('a server that runs elsewhere', () => {
  it('is reported with host and port, never with the password, when nothing listens there', async () => {
    const port = await requirePort('127.0.0.1', 0, 'ZYRA_PORT')
    const attempt = requirePostgresAt(`postgres://ann:hunter2@127.0.0.1:${port}/shop`)
    await expect(attempt).rejects.toThrow(`DATABASE_URL points to Postgres at 127.0.0.1:${port}, but nothing listens there`)
    await expect(attempt).rejects.not.toThrow(/hunter2|ann/)
    await expect(requireNatsAt(`nats://127.0.0.1:${port}`)).rejects.toThrow(/NATS_URL is set, but at .* nothing listens there/)
  })

  it.each([
    ['HTTP/1.1 400 Bad Request\r\n', /what answers is not NATS/],
    ['INFO {"version":"2.9.10","jetstream":true} \r\n', /NATS is 2\.9\.10 and Zyra needs 2\.15\.1/],
    ['INFO {"version":"2.15.1"} \r\n', /runs without JetStream/],
  ])('is refused when it answers %j', async (words, reason) => {
    const server = await saying(words)
    await expect(requireNatsAt(`nats://127.0.0.1:${server.port}`)).rejects.toThrow(reason)
    server.close()
  })

  it('is accepted when one of a list is a NATS server that fits', async () => {
    const wrong = await saying('INFO {"version":"2.9.10"} \r\n')
    const right = await saying('INFO {"version":"2.15.1","jetstream":true} \r\n')
    await requireNatsAt(`nats://127.0.0.1:${wrong.port},nats://127.0.0.1:${right.port}`)
    wrong.close()
    right.close()
  })

  it('is refused when it is not Postgres', async () => {
    const server = await saying('HTTP/1.1 400 Bad Request\r\n')
    await expect(requirePostgresAt(`postgres://127.0.0.1:${server.port}/shop`)).rejects.toThrow(/is not Postgres/)
    server.close()
  })
})

describe('the machine', () => {
  it('is asked for free space before a server starts', () => {
    expect(() => requireFreeSpace('/tmp/not/there/yet', 1)).not.toThrow()
    const asked = () => requireFreeSpace('/tmp/not/there/yet', 1e9)
    expect(asked).toThrow(/has \d+ MiB free and Zyra needs 1000000000 MiB to start: free some space/)
  })

  it('is told in words when an address is not its own', async () => {
    const asked = requirePort('192.0.2.1', 0, 'ZYRA_PORT')
    await expect(asked).rejects.toThrow(/192\.0\.2\.1 is not an address of this machine: set ZYRA_HOST/)
  })
})
