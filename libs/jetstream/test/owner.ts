// A process that works on a consumer, for specs that freeze it: tells what it sees on stdout, acknowledges what it holds when told to on stdin,
// and ends when stdin does.
import { createInterface } from 'node:readline'
import { openJetStream } from '../src/open.ts'
import { inboxPrefixOf } from '../src/permissions.ts'
import type { Delivery } from '../src/consume.ts'

const [url = '', seed = '', leaseMs = ''] = process.argv.slice(2)
const tell = (what: string): void => void process.stdout.write(`${what}\n`)
const js = await openJetStream({ url, seed, name: 'inventory', inboxPrefix: inboxPrefixOf('inventory') })
const held: Delivery[] = []
const consumer = await js.consume({
  durable: 'inventory-policy',
  filters: ['zyra.*.inventory.stock.*'],
  leaseMs: Number(leaseMs),
  maxInFlight: 1_000,
  onOwnership: (lost) => {
    tell('owned')
    lost.addEventListener('abort', () => tell('lost'))
  },
  onDelivery: (delivery) => {
    held.push(delivery)
    tell(`delivered ${delivery.sequence}`)
  },
  onProblem: (problem) => tell(`problem ${problem}`),
})
createInterface({ input: process.stdin })
  .on('line', () => {
    tell(`owns ${consumer.owns()}`)
    for (const { ack } of held) ack()
  })
  .on('close', () => process.exit())
