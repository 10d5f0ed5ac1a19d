import { runZyra, terminalOf } from './index.ts'

const code = await runZyra(process.argv.slice(2), terminalOf(process))
// What is still open, such as the pool of a database that went away, must not keep a command that has ended.
process.stdout.write('', () => process.exit(code))
