import { inboxPrefixOf, openJetStream, type JetStream } from '@zyra/jetstream'
import { openPostgres, type Postgres } from '@zyra/postgres'
import { loadMasterKey, openVault } from '@zyra/privacy'
import { createCodec, fileObjects, loadConfig, type Codec } from '@zyra/runtime'
import { readNatsSeed, readPostgresUrl, requirePort } from '@zyra/servers'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DEMO } from '../src/bootstrap.ts'
import { startSandbox, type SandboxProcess } from '../src/sandbox.ts'
import { ADMIN } from '../src/servers.ts'
import { control, until } from './harness.ts'

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const ZYRA = fileURLToPath(new URL('../../../apps/cli/dist/main.js', import.meta.url))

/** One life of an installation: what `npm start` starts, servers included, and what looks at it from outside. */
export interface Life {
  readonly js: JetStream
  readonly db: Postgres
  readonly codec: Codec
  readonly dataDir: string
  readonly gatewayUrl: string
  readonly sandbox: SandboxProcess
  /** As a power cut would: everything at once. */
  readonly kill: () => Promise<void>
}

/** An installation that may be destroyed, beside vendors that go on. */
export interface Installation {
  readonly folder: string
  readonly dataDir: string
  readonly start: () => Promise<Life>
  /** Runs the command line as a person would, and answers its exit code and what it said. */
  readonly zyra: (...typed: readonly string[]) => Promise<{ readonly code: number; readonly said: string }>
  readonly stop: () => Promise<void>
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The servers of a data folder: they end by themselves, a moment after the process that started them. */
const serversIn = (dataDir: string): readonly number[] =>
  ['nats', 'postgres'].map((name) => (JSON.parse(readFileSync(join(dataDir, name, 'server.json'), 'utf8')) as { server: { pid: number } }).server.pid)

/** Makes the folders and starts the vendors; the installation itself is the test's to start and to destroy. */
export const prepareInstallation = async (): Promise<Installation> => {
  const folder = mkdtempSync(join(tmpdir(), 'zyra-installation-'))
  const dataDir = join(folder, 'data')
  for (const name of ['vendors', 'register', 'backups']) mkdirSync(join(folder, name))
  const [port, sandboxPort] = [await requirePort('127.0.0.1', 0, 'ZYRA_PORT'), await requirePort('127.0.0.1', 0, 'ZYRA_SANDBOX_PORT')]
  const gatewayUrl = `http://127.0.0.1:${port}`
  const env: NodeJS.ProcessEnv = {
    ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', ZYRA_DATA: dataDir, ZYRA_ERASURES: join(folder, 'register'), ZYRA_PORT: String(port),
    ZYRA_SANDBOX: 'false', ZYRA_SANDBOX_PORT: String(sandboxPort), ZYRA_SANDBOX_ORDERS_PER_MINUTE: '0', ZYRA_SANDBOX_ETSY_PER_SECOND: '200',
  }
  const sandbox = await startSandbox(loadConfig({ env: { ...env, ZYRA_DATA: join(folder, 'vendors') } }), gatewayUrl, env)
  const lives: Life[] = []

  const connect = async (): Promise<Pick<Life, 'js' | 'db' | 'codec'>> => {
    const { natsPort, postgresPort } = JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as { natsPort: number; postgresPort: number }
    const js = await openJetStream({
      url: `nats://127.0.0.1:${natsPort}`, name: 'test', inboxPrefix: inboxPrefixOf(ADMIN), seed: readNatsSeed(dataDir, ADMIN),
    })
    const masterKey = await loadMasterKey(join(dataDir, 'secrets', 'master.key'))
    const vault = openVault({ store: js.keys, masterKey, cacheSize: 100, maxAgeMs: 100, now: () => performance.now() })
    const codec = createCodec({ vault, objects: fileObjects(join(dataDir, 'objects')) })
    return { js, codec, db: await openPostgres({ url: readPostgresUrl(dataDir, postgresPort) }) }
  }

  const start = async (): Promise<Life> => {
    const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const exited = once(child, 'exit')
    const isUp = async (): Promise<boolean> => existsSync(join(dataDir, 'run.json')) && (await fetch(`${gatewayUrl}/healthz`)).ok
    const ended = exited.then(() => Promise.reject(new Error(`it ended: ${said}`)))
    await Promise.race([until(`the services on ${gatewayUrl}`, isUp, 60_000), ended])
    ended.catch(() => undefined)
    const { merchant, shopDomain, etsyShopId } = DEMO
    await control({ dataDir, gatewayUrl }, 'register', { merchant, mode: 'sandbox', shopDomain, etsyShopId })
    const tools = await connect()
    const servers = serversIn(dataDir)
    let killed: Promise<void> | undefined
    const end = async (): Promise<void> => {
      await Promise.all([tools.js.close(), tools.db.close()])
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await exited
      await until('the servers to be gone', async () => !servers.some(isAlive))
    }
    const life = { ...tools, dataDir, gatewayUrl, sandbox, kill: () => (killed ??= end()) }
    lives.push(life)
    return life
  }

  return {
    folder, dataDir, start,
    zyra: (...typed) =>
      new Promise((resolve) => {
        execFile(process.execPath, [ZYRA, ...typed], { env }, (error, out, err) => {
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, said: `${out}${err}` })
        })
      }),
    stop: async () => {
      await Promise.all(lives.map((life) => life.kill()))
      await sandbox.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
