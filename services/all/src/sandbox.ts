import type { Config } from '@zyra/runtime'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The sandbox as a process of its own: vendors are never in the same process as what calls them. */
export interface SandboxProcess {
  readonly origin: string
  /** Settles with one sentence when it ends without being asked to. */
  readonly failed: Promise<string>
  readonly stop: () => Promise<void>
}

const MAIN = fileURLToPath(new URL('../../../apps/sandbox/dist/main.js', import.meta.url))

/** The sandbox is given what it needs and nothing else: no live shop's secrets, no database's password. */
const named = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ'].includes(name) || name.startsWith('ZYRA_SANDBOX_')))

/**
 * Starts the sandbox and waits until it listens.
 * @throws Error with what the sandbox said when it cannot start
 */
export const startSandbox = async (config: Config, gatewayUrl: string, env = process.env): Promise<SandboxProcess> => {
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...named(env),
      ZYRA_HOST: '127.0.0.1',
      ZYRA_SANDBOX_PORT: String(config.sandboxPort),
      ZYRA_DATA: config.dataDir,
      ZYRA_GATEWAY_URL: gatewayUrl,
      ZYRA_SANDBOX_ORDERS_PER_MINUTE: String(config.sandboxOrdersPerMinute),
      SHOPIFY_API_SECRET: config.shopifyApiSecret,
      ETSY_WEBHOOK_SECRET: config.etsyWebhookSecret,
      ZYRA_EXIT_WITH_PARENT: '1',
    },
  })
  let stopping = false
  const complaints: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => complaints.push(line))
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal === null ? `with code ${code}` : `by ${signal}, which came from outside`))
  })
  const lines = createInterface({ input: child.stdout })
  const origin = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const [word, url] = line.split(' ')
      if (word === 'ready' && url !== undefined) resolve(url)
    })
    void exited.then((how) => reject(new Error(complaints.at(-1) ?? `the sandbox ended ${how} before it was ready`)))
  })
  const failed = exited.then((how) =>
    stopping
      ? new Promise<string>(() => undefined)
      : `The sandbox ended ${how} (${complaints.at(-1) ?? 'it said nothing'}): start again with "npm start".`,
  )
  return {
    origin, failed,
    stop: async () => {
      stopping = true
      child.kill('SIGTERM')
      await exited
    },
  }
}
