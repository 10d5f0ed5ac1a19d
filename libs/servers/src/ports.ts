import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { errorCode, ServerProblem } from './problem.ts'
import { commandLine } from './processes.ts'

const LISTENING = '0A'

function listeningInodes(port: number): Set<string> {
  const inodes = new Set<string>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of quietly(() => readFileSync(table, 'latin1').split('\n').slice(1), [])) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
      if (state === LISTENING && inode && parseInt(local?.split(':')[1] ?? '', 16) === port) inodes.add(inode)
    }
  }
  return inodes
}

function quietly<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch {
    return otherwise
  }
}

/**
 * Who listens on a TCP port of this machine, as far as /proc shows it to this user.
 * @returns pid and command line, or undefined when it is unknown (another user's process, another container)
 */
export function whoListens(port: number): { pid: number; command: string } | undefined {
  const sockets = new Set([...listeningInodes(port)].map((inode) => `socket:[${inode}]`))
  if (sockets.size === 0) return undefined
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const descriptors = quietly(() => readdirSync(`/proc/${pid}/fd`), [])
    if (descriptors.some((fd) => sockets.has(quietly(() => readlinkSync(`/proc/${pid}/fd/${fd}`), '')))) {
      return { pid: Number(pid), command: commandLine(Number(pid)) }
    }
  }
  return undefined
}

/**
 * What to tell about a port that somebody else holds.
 * @param variable the setting that moves it, for example `ZYRA_PORT`
 */
export function portTaken(port: number, variable: string): ServerProblem {
  const holder = whoListens(port)
  const command = holder && holder.command.length > 80 ? `${holder.command.slice(0, 80)}...` : holder?.command
  const by = holder ? `process ${holder.pid} (${command})` : 'another program'
  return new ServerProblem(`Port ${port} is taken by ${by}: stop it, or set ${variable} to a free port.`, 'port-taken')
}

/**
 * Finds out whether a port can be listened on, before anything slow is started.
 * @param port 0 asks for any free one
 * @returns the port that was free a moment ago
 * @throws ServerProblem when it is taken, not allowed, or the address is not one of this machine's
 */
export async function requirePort(host: string, port: number, variable: string): Promise<number> {
  const probe = createServer()
  try {
    probe.listen({ host, port, exclusive: true })
    await once(probe, 'listening')
  } catch (error) {
    const code = errorCode(error)
    if (code === 'EADDRINUSE') throw portTaken(port, variable)
    if (code === 'EACCES') throw new ServerProblem(`Port ${port} needs root on this machine: set ${variable} to a port above 1023.`)
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new ServerProblem(`${host} is not an address of this machine: set ZYRA_HOST to one that is, for example 127.0.0.1.`)
    }
    throw error
  }
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address !== null ? address.port : port
}

/**
 * Starts something on a port. When any free port will do, one that is snatched away between the probe and the start costs
 * another try, not a failure.
 * @param port 0 asks for any free one
 */
export async function startOnPort<T>(
  wanted: { host: string; port: number; variable: string },
  start: (port: number) => Promise<T>,
  triesLeft = wanted.port === 0 ? 3 : 0,
): Promise<{ port: number; started: T }> {
  const port = await requirePort(wanted.host, wanted.port, wanted.variable)
  try {
    return { port, started: await start(port) }
  } catch (error) {
    const again = triesLeft > 0 && error instanceof ServerProblem && error.code === 'port-taken'
    if (!again) throw error
    return startOnPort(wanted, start, triesLeft - 1)
  }
}
