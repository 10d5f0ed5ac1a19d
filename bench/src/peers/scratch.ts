import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** What others would pick, in the versions that were compared. None of it is a dependency of Zyra. */
export const PACKAGES: Readonly<Record<string, string>> = {
  '@event-driven-io/emmett': '0.42.0', '@event-driven-io/emmett-postgresql': '0.42.0', 'fastify': '5.12.8', 'pg': '8.23.1', 'pg-boss': '11.1.2',
}

const PROGRAMS = fileURLToPath(new URL('../../peers', import.meta.url))

/** Installs the peers into a folder of their own, unless they are there. @throws Error with npm's words when it cannot */
export const installPeers = async (folder: string): Promise<void> => {
  mkdirSync(folder, { recursive: true })
  const wanted = JSON.stringify({ private: true, type: 'module', dependencies: PACKAGES })
  if (!Object.keys(PACKAGES).every((name) => existsSync(join(folder, 'node_modules', name)))) {
    writeFileSync(join(folder, 'package.json'), wanted)
    const npm = spawn('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const [code] = await once(npm, 'close')
    if (code !== 0) throw new Error(`the peers could not be installed into ${folder}: ${said.trim()}`)
  }
  cpSync(PROGRAMS, folder, { recursive: true })
}

/** A peer's program at work. */
export interface PeerProgram {
  readonly pid: number
  /** The number that it printed: a rate, or a port. */
  readonly answer: number
  readonly stop: () => Promise<void>
}

/** Starts a peer's program and waits for its first line. @throws Error with what it said when it prints none */
export const runPeer = async (folder: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<PeerProgram> => {
  const child = spawn(process.execPath, [join(folder, 'peer.mjs'), ...args], { cwd: folder, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const line = await Promise.race([once(lines, 'line').then(([text]) => String(text)), exited.then(() => '')])
  if (line === '') throw new Error(`the peer "${args.join(' ')}" ended without an answer: ${said.trim()}`)
  return {
    pid: child.pid ?? 0, answer: Number(line),
    stop: async () => {
      if (child.exitCode === null) child.kill('SIGTERM')
      await exited
    },
  }
}
