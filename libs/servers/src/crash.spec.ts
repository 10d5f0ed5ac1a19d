import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '../test/temporary.ts'
import { findNatsServer } from './find-nats-server.ts'
import { startNats } from './nats.ts'
import { identify, isRunning, waitUntilGone, type ProcessIdentity } from './processes.ts'

const PARENT = fileURLToPath(new URL('../test/parent.ts', import.meta.url))

/** Starts a process that starts a server, and kills that process, not the server, by SIGKILL. */
async function orphan(args: string[], env: Record<string, string | undefined>): Promise<ProcessIdentity> {
  const parent = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PARENT, ...args], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line]: unknown[] = await once(createInterface({ input: parent.stdout }), 'line')
  const server = identify(Number(/pid=(\d+)/.exec(String(line))?.[1]))
  if (!server) throw new Error(`The parent said "${String(line)}" and its server does not run.`)
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  return server
}

describe('when the parent of a server dies by kill -9', () => {
  const folder = temporaryFolder()
  let program: string

  beforeAll(async () => {
    program = await findNatsServer()
  }, 120_000)

  afterAll(() => folder.remove())

  it('NATS dies with it', async () => {
    expect(await waitUntilGone(await orphan(['nats', folder.path, program], {}), 10_000)).toBe(true)
  }, 30_000)

  it('Postgres dies with it', async () => {
    expect(await waitUntilGone(await orphan(['postgres', folder.path], {}), 10_000)).toBe(true)
  }, 60_000)

  it('the next start stops a server that outlived it, and goes on with the same data', async () => {
    // Without setpriv on PATH the server is not told of its parent's death.
    const leftover = await orphan(['nats', folder.path, program], { PATH: '/nonexistent' })
    expect(isRunning(leftover)).toBe(true)
    const lines: string[] = []
    const server = await startNats({ dir: folder.path, users: [], program, onLine: (line) => lines.push(line) })
    expect(isRunning(leftover)).toBe(false)
    expect(lines[0]).toMatch(`Stopped process ${leftover.pid}, which an earlier start had left running`)
    await server.stop()
  }, 30_000)
})
