// `node tools/gates/check.mjs lint` and `node tools/gates/check.mjs boundaries`: one line with the counts, and every problem before it.
import { boundaries } from './boundaries.mjs'
import { lint } from './lint.mjs'

const gates = { lint, boundaries }
const [name] = process.argv.slice(2)
if (!(name in gates)) throw new Error(`Name a gate: ${Object.keys(gates).join(' or ')}, not "${name}".`)

const started = performance.now()
const { counts, problems, shortfalls } = gates[name](process.cwd())
for (const { file, line, rule, message } of problems) console.log(`${file}${line > 0 ? `:${line}` : ''}  ${rule}  ${message}`)
for (const shortfall of shortfalls) console.log(shortfall)

const checked = Object.entries(counts).map(([what, count]) => `${count} ${what}`).join(', ')
const seconds = ((performance.now() - started) / 1000).toFixed(1)
console.log(`${name}: ${checked}; ${problems.length} problems (${seconds} s)`)
process.exitCode = problems.length + shortfalls.length > 0 ? 1 : 0
