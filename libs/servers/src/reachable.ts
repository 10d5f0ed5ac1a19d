import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { errorCode, ServerProblem } from './problem.ts'
import { compareVersions, OLDEST_NATS } from './find-nats-server.ts'

const ANSWER_WITHIN_MS = 5_000
/** The message by which a client asks a Postgres server for TLS; the answer is one letter, S or N (PostgreSQL manual, 54.7). */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

async function firstAnswer(address: { host: string; port: number }, greeting?: Buffer): Promise<Buffer> {
  const socket: Socket = connect(address)
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
  try {
    await once(socket, 'connect', { signal })
    if (greeting) socket.write(greeting)
    const arrived: unknown[] = await once(socket, 'data', { signal })
    const [data] = arrived
    return Buffer.isBuffer(data) ? data : Buffer.alloc(0)
  } finally {
    socket.destroy()
  }
}

function why(error: unknown): string {
  const code = errorCode(error)
  if (code === 'ECONNREFUSED') return 'nothing listens there'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the host name is unknown'
  if (errorCode(error) === 'ABORT_ERR') return `there was no answer within ${ANSWER_WITHIN_MS / 1000} s`
  return code ?? 'the connection failed'
}

const addressOf = (url: URL, port: number) => ({ host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || port })

/**
 * Checks that a Postgres server answers where DATABASE_URL points; whether the password fits shows at the first connection.
 * @throws ServerProblem that names host and port, never the user or password
 */
export async function requirePostgresAt(url: string): Promise<void> {
  const parsed = new URL(url)
  // Without a host name the URL means a socket in the file system, whose place only the client library knows.
  if (parsed.hostname === '' || parsed.searchParams.has('host')) return
  const { host, port } = addressOf(parsed, 5432)
  const advice = 'start that server, correct DATABASE_URL, or remove it to let Zyra run its own Postgres.'
  const answer = await firstAnswer({ host, port }, SSL_REQUEST).catch((error: unknown) => {
    throw new ServerProblem(`DATABASE_URL points to Postgres at ${host}:${port}, but ${why(error)}: ${advice}`)
  })
  if (!/^[SNE]/.test(answer.toString('latin1'))) {
    throw new ServerProblem(`DATABASE_URL points to ${host}:${port}, but what answers there is not Postgres: ${advice}`)
  }
}

/**
 * Checks that a NATS server with JetStream and a new enough version answers where NATS_URL points (the first that answers, when
 * it is a list with commas).
 * @throws ServerProblem that names host and port, never the user or password
 */
export async function requireNatsAt(urls: string): Promise<void> {
  const advice = 'start that server, correct NATS_URL, or remove it to let Zyra run its own NATS.'
  const problems: string[] = []
  for (const url of urls.split(',')) {
    const { host, port } = addressOf(new URL(url.trim()), 4222)
    try {
      const [, json] = /^INFO (\{.*\})/.exec((await firstAnswer({ host, port })).toString('utf8')) ?? []
      const info: unknown = json ? JSON.parse(json) : undefined
      const problem = natsShortcoming(info)
      if (!problem) return
      problems.push(`at ${host}:${port} ${problem}`)
    } catch (error) {
      problems.push(`at ${host}:${port} ${why(error)}`)
    }
  }
  throw new ServerProblem(`NATS_URL is set, but ${problems.join(' and ')}: ${advice}`)
}

function natsShortcoming(info: unknown): string | undefined {
  if (typeof info !== 'object' || info === null || !('version' in info)) return 'what answers is not NATS'
  const version = String(info.version)
  if (compareVersions(version, OLDEST_NATS) < 0) return `NATS is ${version} and Zyra needs ${OLDEST_NATS} or newer`
  if (!('jetstream' in info) || info.jetstream !== true) return 'NATS runs without JetStream (start it with -js)'
  return undefined
}
