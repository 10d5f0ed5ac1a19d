import { openJetStream } from '@zyra/jetstream'
import { messageOf } from '@zyra/runtime'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { verifyLog } from '../src/audit/verify.ts'

/** What a file of a data folder is for, as far as a changed log is concerned. */
export type FileKind = 'closed block' | 'open block' | 'index' | 'stream' | 'consumer' | 'seal' | 'leaves' | 'object'

const ALL: readonly FileKind[] = ['closed block', 'open block', 'index', 'stream', 'consumer', 'seal', 'leaves', 'object']

const KINDS: readonly (readonly [RegExp, FileKind])[] = [
  [/streams\/ZYRA\/msgs\/\d+\.blk$/, 'open block'],
  [/streams\/ZYRA\/msgs\/index\.db$/, 'index'],
  [/streams\/ZYRA\/meta\.(inf|sum)$/, 'stream'],
  [/streams\/ZYRA\/obs\//, 'consumer'],
  [/objects\/seals\/.*\.json$/, 'seal'],
  [/objects\/seals\/.*\.leaves$/, 'leaves'],
  [/objects\/[0-9a-f]{2}\//, 'object'],
]

/** The files of a data folder in which a flip may matter, by kind. */
export const filesOf = (dir: string): ReadonlyMap<FileKind, readonly string[]> => {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
  const paths = entries.map((one) => relative(dir, join(one.parentPath, one.name))).filter((path) => statSync(join(dir, path)).size > 0)
  const found = new Map<FileKind, string[]>(ALL.map((kind) => [kind, []]))
  for (const path of paths) {
    const kind = KINDS.find(([pattern]) => pattern.test(path))?.[1]
    // A block that is full is compressed and begins so; the one that is written to never is.
    const isClosed = kind === 'open block' && readFileSync(join(dir, path)).subarray(0, 3).toString() === 'cmp'
    if (kind !== undefined) found.get(isClosed ? 'closed block' : kind)?.push(path)
  }
  return found
}

/** One flipped bit, and what came of it. */
export interface Flip {
  readonly kind: FileKind
  readonly file: string
  readonly bit: number
  /** `verify`: it says what is wrong. `server`: the server, or the reading from it, fails. `nothing`: all is served and verified as before. */
  readonly found: 'verify' | 'server' | 'nothing'
  readonly what: string
}

const READY_WITHIN_MS = 10_000
const VERIFIED_WITHIN_MS = 15_000

type Verdict = Pick<Flip, 'found' | 'what'>

/** A server that may have gone astray: it is given little time, and killed rather than asked to stop. */
interface Suspect {
  readonly url: string | undefined
  readonly kill: () => Promise<void>
}

/** The server itself, without users and without what keeps a healthy one running: ten thousand are started. */
const startSuspect = async (dir: string, program: string): Promise<Suspect> => {
  const file = join(dir, 'flip.conf')
  const jetstream = { store_dir: join(dir, 'nats'), sync_interval: 'always' }
  writeFileSync(file, JSON.stringify({ host: '127.0.0.1', port: -1, max_payload: 8 * 1024 * 1024, jetstream }))
  const child = spawn(program, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'], env: { GOMAXPROCS: '1' } })
  const exited = once(child, 'exit')
  const ready = Promise.withResolvers<string | undefined>()
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    if (said.includes('Server is ready')) ready.resolve(/client connections on ([\d.:]+)/.exec(said)?.[1])
  })
  void exited.then(() => ready.resolve(undefined))
  const address = await Promise.race([ready.promise, delay(READY_WITHIN_MS, undefined, { ref: false })])
  return {
    url: address === undefined ? undefined : `nats://${address}`,
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

const verdictOf = async (dir: string, url: string): Promise<Verdict> => {
  const js = await openJetStream({ url, name: 'flips', inboxPrefix: '_INBOX_flips' })
  try {
    const watcher = { progress: () => undefined, interrupted: AbortSignal.timeout(VERIFIED_WITHIN_MS) }
    const { ok, findings, last } = await verifyLog({ log: js.log, readRaw: js.readRaw, dataDir: dir }, {}, watcher)
    if (watcher.interrupted.aborted) return { found: 'server', what: `reading does not end within ${VERIFIED_WITHIN_MS} ms` }
    return ok ? { found: 'nothing', what: `all ${last} events are as they were` } : { found: 'verify', what: findings[0]?.what ?? 'nothing is sealed' }
  } finally {
    await js.close()
  }
}

const looked = async (dir: string, program: string): Promise<Verdict> => {
  const server = await startSuspect(dir, program)
  try {
    if (server.url === undefined) return { found: 'server', what: 'the server does not start' }
    const late = delay(2 * VERIFIED_WITHIN_MS, { found: 'server' as const, what: 'the server does not answer' }, { ref: false })
    return await Promise.race([verdictOf(dir, server.url), late])
  } catch (error) {
    return { found: 'server', what: messageOf(error) }
  } finally {
    await server.kill()
  }
}

/** What verifying says of a data folder, with a server of its own on it. A server that does not answer is tried again: it may just have been slow. */
export const verdictOn = async (dir: string, program: string): Promise<Verdict> => {
  const first = await looked(dir, program)
  return first.found === 'server' && /does not|no connection/.test(first.what) ? looked(dir, program) : first
}

/** Which bit is flipped. */
export interface FlipOptions {
  readonly kind: FileKind
  readonly random: () => number
  /** The server's program. */
  readonly program: string
}

/** Copies a data folder, flips one bit of a file of the kind, and looks whether that is found. */
export const flipOne = async (dir: string, copy: string, { kind, random, program }: FlipOptions): Promise<Flip> => {
  rmSync(copy, { recursive: true, force: true })
  cpSync(dir, copy, { recursive: true })
  const files = filesOf(dir).get(kind) ?? []
  const sizes = files.map((file) => statSync(join(dir, file)).size)
  let at = Math.floor(random() * sizes.reduce((sum, size) => sum + size, 0))
  const index = sizes.findIndex((size) => {
    if (at < size) return true
    at -= size
    return false
  })
  const file = files[index]
  if (file === undefined) throw new Error(`there is no file of the kind "${kind}" in ${dir}`)
  const bytes = readFileSync(join(copy, file))
  const bit = at * 8 + Math.floor(random() * 8)
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  writeFileSync(join(copy, file), bytes)
  return { kind, file, bit, ...(await verdictOn(copy, program)) }
}
