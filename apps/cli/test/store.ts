import { eventId } from '@zyra/contracts'
import {
  adminPermissions, inboxPrefixOf, openJetStream, prepareJetStream, readerPermissions, servicePermissions, type JetStream, type OutgoingEvent,
} from '@zyra/jetstream'
import { fileObjects, loadSealKey, sealKeyIn, sealLog, sealsIn, sealStore } from '@zyra/runtime'
import { startNats, type NatsServer } from '@zyra/servers'
import { createHash } from 'node:crypto'
import { join } from 'node:path'

const users = [
  { name: 'admin', permissions: adminPermissions() },
  { name: 'cli', permissions: readerPermissions('cli') },
  { name: 'inventory', permissions: servicePermissions('inventory') },
]

/** What a user holds of the log. */
const openAs = (server: NatsServer, user: string): Promise<JetStream> =>
  openJetStream({ url: server.url, name: user, inboxPrefix: inboxPrefixOf(user), seed: server.seeds[user] ?? '' })

const bytesOf = (seed: string, count: number): Buffer => {
  const blocks = Array.from({ length: Math.ceil(count / 32) }, (_, block) => createHash('sha256').update(`${seed} ${block}`).digest())
  return Buffer.concat(blocks).subarray(0, count)
}

const outgoing = (n: number, data: unknown): OutgoingEvent => {
  const causationId = eventId({ causationId: 'store', handler: 'spec', attempt: 1, index: n })
  return {
    data,
    envelope: {
      id: eventId({ causationId, handler: 'spec', attempt: 1, index: 0 }), type: 'inventory.StockObserved', source: `zyra/demo/inventory/stock/${n % 20}`,
      time: new Date(Date.UTC(2026, 10, 20, 8, 0, n)).toISOString(), version: 1, correlationId: causationId, causationId, actor: 'policy:spec',
      command: JSON.stringify({ type: 'Observe', n }), handler: 'spec', index: 0, deciderVersion: 1, attempt: 1, backfill: false,
    },
  }
}

/** About 100 KB that the server's compression makes a tenth of. */
const largeData = (n: number): unknown => {
  const line = bytesOf(`large ${n}`, 150).toString('base64')
  return { lines: Array.from({ length: 480 }, (_, row) => `${row} ${row % 12 === 0 ? bytesOf(`large ${n} ${row}`, 150).toString('base64') : line}`) }
}

/** How a store is filled. */
export interface StoreContent {
  /** Events of about 100 KB; 85 of them fill a block of the server's, which it then compresses. */
  readonly large: number
  readonly small: number
}

/** Fills a data folder with a log, one object and the seals of all of it, and stops the server. */
export const fillStore = async (dir: string, { large, small }: StoreContent): Promise<void> => {
  const server = await startNats({ dir, users })
  await prepareJetStream({ url: server.url, name: 'admin', inboxPrefix: inboxPrefixOf('admin'), seed: server.seeds['admin'] ?? '' })
  const js = await openAs(server, 'inventory')
  const append = (n: number, data: unknown) => js.log.append({ subject: `zyra.demo.inventory.stock.${n % 20}`, events: [outgoing(n, data)] })
  const consumer = await js.consume({
    durable: 'inventory-policy', filters: ['zyra.*.inventory.stock.*'],
    onDelivery: (delivery) => delivery.ack(), onOwnership: () => undefined, onProblem: () => undefined,
  })
  for (let n = 0; n < large; n += 1) await append(n, largeData(n))
  const body = Buffer.from(JSON.stringify({ secret: bytesOf('object', 3_000).toString('base64') }))
  const sha256 = createHash('sha256').update(body).digest('hex')
  await fileObjects(join(dir, 'objects')).put(sha256, body)
  await append(large, { $object: { sha256, bytes: body.length } })
  const smallData = (index: number): unknown => ({ available: index, secret: bytesOf(`small ${index}`, 60).toString('base64') })
  await Promise.all(Array.from({ length: small }, (_, index) => append(large + 1 + index, smallData(index))))
  const key = await loadSealKey(sealKeyIn(dir))
  const { signal } = new AbortController()
  const tools = { js, store: sealStore(sealsIn(dir)), key, now: () => new Date(), clock: { problem: () => undefined }, signal }
  await sealLog(tools, { rest: true })
  await consumer.close()
  await js.close()
  await server.stop()
}

/** A repeatable source of numbers in [0, 1) (mulberry32). */
export const seeded = (seed: number) => {
  let state = seed
  return (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
