import { connect, type Socket } from 'node:net'

/** What to send, and how. */
export interface LoadOptions {
  readonly port: number
  /** Connections that stay open, each with one request under way at a time. */
  readonly connections: number
  readonly ms: number
  /** The bytes of the next request. */
  readonly next: () => string
  /** Ends earlier once so many were answered. */
  readonly count?: number
  /** Requests per second, sent when they are due, whether or not earlier ones were answered. Undefined: as many as are answered. */
  readonly perSecond?: number
}

/** What came of it. */
export interface LoadResult {
  /** Answers of 200 per second. */
  readonly rate: number
  /** Answers that were no 200. */
  readonly refused: number
  /** In ms, of each answer; at a fixed rate from the moment when it was due. */
  readonly latencies: readonly number[]
  /** Cores that sending and counting used, of those that the system under test might have had. */
  readonly cores: number
}

interface Answer {
  readonly status: number
  readonly length: number
}

const END_OF_HEAD = '\r\n\r\n'

/** The first whole answer in a text; undefined while some of it is still on its way. */
export const answerIn = (text: string): Answer | undefined => {
  const head = text.indexOf(END_OF_HEAD)
  if (head < 0) return undefined
  const [, body = '0'] = /content-length: (\d+)/i.exec(text.slice(0, head)) ?? []
  const length = head + END_OF_HEAD.length + Number(body)
  return text.length < length ? undefined : { status: Number(text.slice(9, 12)), length }
}

interface Connection {
  /** Sends a request and resolves with the status of its answer. */
  readonly ask: (request: string) => Promise<number>
  readonly end: () => void
}

const open = async (port: number): Promise<Connection> => {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let [read, answered, failed]: [string, (status: number) => void, (error: Error) => void] = ['', () => undefined, () => undefined]
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    read += chunk
    const answer = answerIn(read)
    if (answer === undefined) return
    read = read.slice(answer.length)
    answered(answer.status)
  })
  socket.on('error', (error) => failed(error))
  socket.on('close', () => failed(new Error('the server closed a connection of the load generator')))
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  const ask = (request: string): Promise<number> =>
    new Promise((resolve, reject) => {
      answered = resolve
      failed = reject
      socket.write(request, 'latin1')
    })
  return { ask, end: () => socket.destroy() }
}

type Done = (status: number, latency: number) => void

/** Every connection asks again as soon as it is answered. */
const asManyAsAnswered = async (connections: readonly Connection[], { next, ms, count = Infinity }: LoadOptions, done: Done) => {
  const until = performance.now() + ms
  let sent = 0
  await Promise.all(connections.map(async ({ ask }) => {
    while (performance.now() < until && sent < count) {
      sent += 1
      const from = performance.now()
      const status = await ask(next())
      done(status, performance.now() - from)
    }
  }))
}

/** Requests fall due at even distances; one that finds every connection busy waits, and its waiting counts. */
const asDue = async (
  connections: readonly Connection[], { next, ms, perSecond = 1 }: LoadOptions, done: Done,
): Promise<void> => {
  const [from, idle, total] = [performance.now(), [...connections], Math.floor((ms / 1_000) * perSecond)]
  const dueAt = (index: number): number => from + (index * 1_000) / perSecond
  const finished = Promise.withResolvers<undefined>()
  let [sent, answered] = [0, 0]
  const send = (): void => {
    while (sent < total && dueAt(sent) <= performance.now()) {
      const connection = idle.pop()
      if (connection === undefined) return
      const due = dueAt(sent)
      sent += 1
      connection.ask(next()).then((status) => {
        done(status, performance.now() - due)
        idle.push(connection)
        answered += 1
        if (answered === total) finished.resolve(undefined)
      }, finished.reject)
    }
  }
  const clock = setInterval(send, 1)
  try {
    await finished.promise
  } finally {
    clearInterval(clock)
  }
}

/**
 * Loads a server over raw sockets that stay open; a few string operations per request, so that little of the machine is taken from the server.
 * @throws Error when the server closes a connection
 */
export const load = async (options: LoadOptions): Promise<LoadResult> => {
  const connections = await Promise.all(Array.from({ length: options.connections }, () => open(options.port)))
  const latencies: number[] = []
  let refused = 0
  const done: Done = (status, latency) => {
    if (status === 200) latencies.push(latency)
    else refused += 1
  }
  const [from, cpu] = [performance.now(), process.cpuUsage()]
  try {
    await (options.perSecond === undefined ? asManyAsAnswered : asDue)(connections, options, done)
    const ms = performance.now() - from
    const { user, system } = process.cpuUsage(cpu)
    return { rate: latencies.length / (ms / 1_000), refused, latencies, cores: (user + system) / 1_000 / ms }
  } finally {
    for (const { end } of connections) end()
  }
}
