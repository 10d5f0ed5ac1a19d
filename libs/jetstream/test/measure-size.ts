// What aggregates cost the server on this machine: node --conditions=zyra-source libs/jetstream/test/measure-size.ts 1000 10000 100000
// With ZYRA_MEASURE_MIB=256 it has the limit of a machine of 4 GB. The disk is not measured: made-up events compress too well.
import { readFileSync } from 'node:fs'
import { eventNamed, stockSubject } from './events.ts'
import { startTestServer } from './server.ts'

const EVENTS_EACH = 5
const IN_FLIGHT = 500

const mib = process.env.ZYRA_MEASURE_MIB
const server = await startTestServer(mib === undefined ? {} : { memoryMib: Number(mib) })
const { log } = await server.open()

const residentMib = (): string => {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${server.pid()}/status`, 'utf8'))?.[1]
  return (Number(kib) / 1024).toFixed(0)
}

const fill = async (from: number, to: number): Promise<void> => {
  let next = from
  await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
    for (let aggregate = next++; aggregate < to; aggregate = next++) {
      for (let n = 0; n < EVENTS_EACH; n += 1) {
        const event = eventNamed(`${aggregate} ${n}`, { location: '24826418', before: n + 1, available: n, total: n, via: 'webhook' })
        await log.append({ subject: stockSubject(47_000_000_000_000 + aggregate), events: [event] })
      }
    }
  }))
}

console.log(`${process.arch}, limit ${mib === undefined ? 'by default' : `${mib} MiB`}; empty: ${residentMib()} MiB`)
let filled = 0
for (const aggregates of process.argv.slice(2).map(Number)) {
  await fill(filled, aggregates)
  filled = aggregates
  const filling = residentMib()
  const from = performance.now()
  await server.restart()
  const seconds = ((performance.now() - from) / 1_000).toFixed(1)
  const last = await log.lastSequence()
  console.log(`${aggregates} aggregates, ${last} events: ${filling} MiB after filling, ${residentMib()} MiB after a restart of ${seconds} s`)
}
await server.stop()
