// Writes nx's project graph afresh, because @nx/enforce-module-boundaries skips itself where there is none, and prints what is in it.
import './quiet-nx.mjs'
import { createProjectGraphAsync } from '@nx/devkit'

const { nodes, dependencies } = await createProjectGraphAsync({ exitOnError: false, resetDaemonClient: false })
const packages = Object.values(nodes).map(({ name, data }) => ({ name, tags: data.tags ?? [] }))
const edges = Object.values(dependencies).flat().filter(({ target }) => target in nodes).length
process.stdout.write(JSON.stringify({ packages, edges }))
