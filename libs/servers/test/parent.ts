// A parent for specs that kill it: starts one server in a folder, prints its pid and waits.
import { startNats } from '../src/nats.ts'
import { startPostgres } from '../src/postgres.ts'

const [kind, dir = '', program = ''] = process.argv.slice(2)
const users = [{ name: 'admin', permissions: {} }]
const server = kind === 'nats' ? await startNats({ dir, users, program }) : await startPostgres({ dir })
console.log(`pid=${server.pid}`)
