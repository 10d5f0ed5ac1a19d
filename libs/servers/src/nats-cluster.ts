import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startNats, type NatsOptions, type NatsServer } from './nats.ts'
import { requirePort } from './ports.ts'

/** Servers that keep one log together, each with a copy. */
export interface NatsCluster {
  readonly nodes: readonly NatsServer[]
  /** All of them, joined by commas, as `NATS_URL` takes them. */
  readonly url: string
  /** Each user's seed by name, the same on every node. These are secrets. */
  readonly seeds: Readonly<Record<string, string>>
  /** The node of this name, as the servers call each other: `n1`, `n2`, ... */
  readonly node: (name: string) => NatsServer
  readonly stop: () => Promise<void>
}

const nameOf = (index: number): string => `n${index + 1}`

/**
 * Starts a cluster on this machine, for trying out what happens when nodes die: a real one has each node on a machine of its own.
 * Nodes use `n1/`, `n2/`, ... in `dir`; the seeds are made by the first one. Streams can be made once a leader is elected, within seconds.
 * @throws ServerProblem when a server cannot run
 */
export async function startNatsCluster({ dir, size = 3, ...options }: Omit<NatsOptions, 'port' | 'cluster'> & { size?: number }): Promise<NatsCluster> {
  const { host = '127.0.0.1' } = options
  const ports: number[] = []
  for (let index = 0; index < size; index += 1) ports.push(await requirePort(host, 0, 'ZYRA_NATS_PORT'))
  const routes = ports.map((port) => `nats://${host}:${port}`)
  const nodes: NatsServer[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()))
  }
  try {
    for (const [index, port] of ports.entries()) {
      const own = join(dir, nameOf(index))
      mkdirSync(own, { recursive: true, mode: 0o700 })
      if (index > 0) cpSync(join(dir, nameOf(0), 'secrets'), join(own, 'secrets'), { recursive: true })
      nodes.push(await startNats({ ...options, dir: own, cluster: { node: nameOf(index), host, port, routes } }))
    }
  } catch (error) {
    await stop()
    throw error
  }
  return {
    nodes,
    url: nodes.map(({ url }) => url).join(','),
    seeds: nodes[0]?.seeds ?? {},
    node: (name) => {
      const found = nodes[ports.findIndex((_, index) => nameOf(index) === name)]
      if (found === undefined) throw new RangeError(`the cluster has no node "${name}", it has ${ports.map((_, index) => nameOf(index)).join(', ')}`)
      return found
    },
    stop,
  }
}
