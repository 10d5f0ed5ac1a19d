import { connect, createInbox, headers, nanos, nkeyAuthenticator, type NatsConnection } from '@nats-io/transport-node'
import type { NatsServer } from '@zyra/servers'

const ADMIN = 'admin'
const BODY = new TextEncoder().encode(JSON.stringify({ location: 'x'.repeat(500) }))

/** The client library by itself, as the installation's own user. */
export const rawClient = async ({ url, seeds }: Pick<NatsServer, 'url' | 'seeds'>): Promise<NatsConnection> =>
  connect({ servers: url, name: 'floor', authenticator: nkeyAuthenticator(new TextEncoder().encode(seeds[ADMIN] ?? '')) })

/** Publishes of 0.5 KB per second, each acknowledged once it is on disk, with so many writers that wait for their answer each. */
export const rawPublishRate = async (nc: NatsConnection, writers: number, ms: number): Promise<number> => {
  const [from, run] = [performance.now(), createInbox()]
  let count = 0
  await Promise.all(Array.from({ length: writers }, async (_, writer) => {
    for (let index = 0; performance.now() - from < ms; index += 1) {
      const with_ = headers()
      with_.append('Nats-Msg-Id', `${run}.${writer}.${index}`)
      const answer = await nc.request(`zyra.floor.bench.writer.${writer}`, BODY, { headers: with_, timeout: 10_000 })
      const { error } = answer.json<{ error?: { description: string } }>()
      if (error !== undefined) throw new Error(`the floor's publish was refused: ${error.description}`)
      count += 1
    }
  }))
  return count / ((performance.now() - from) / 1_000)
}

/** Messages per second that a push consumer without acknowledgements hands to a callback that looks at none of them. */
export const rawConsumeRate = async (nc: NatsConnection, filter: string, count: number): Promise<number> => {
  const inbox = createInbox()
  const done = Promise.withResolvers<number>()
  let [seen, from] = [0, 0]
  const subscription = nc.subscribe(inbox, {
    callback: (error, message) => {
      if (error !== null) return done.reject(error)
      if (message.subject === inbox) {
        // The server asks whether there is room for more.
        if (message.reply !== undefined && message.reply !== '') message.respond()
        return
      }
      seen += 1
      if (seen === count) done.resolve(count / ((performance.now() - from) / 1_000))
    },
  })
  from = performance.now()
  const config = {
    deliver_subject: inbox, filter_subject: filter, deliver_policy: 'all', ack_policy: 'none', flow_control: true,
    idle_heartbeat: nanos(1_000), mem_storage: true, num_replicas: 1, inactive_threshold: nanos(1_000),
  }
  await nc.request('$JS.API.CONSUMER.CREATE.ZYRA', JSON.stringify({ stream_name: 'ZYRA', config, action: 'create' }))
  try {
    return await done.promise
  } finally {
    subscription.unsubscribe()
  }
}

/** Notes when a bare consumer sees each new message; `stop` answers the sequences and the moments, by `performance.now`. */
export const rawArrivals = async (nc: NatsConnection) => {
  const inbox = createInbox()
  const seen: (readonly [sequence: number, at: number])[] = []
  const subscription = nc.subscribe(inbox, {
    callback: (error, { reply = '' }) => {
      // $JS.ACK.<stream>.<consumer>.<delivered>.<stream sequence>.<consumer sequence>.<timestamp>.<pending>
      if (error === null && reply.startsWith('$JS.ACK.')) seen.push([Number(reply.split('.')[5]), performance.now()])
    },
  })
  const config = { deliver_subject: inbox, deliver_policy: 'new', ack_policy: 'none', mem_storage: true, num_replicas: 1, inactive_threshold: nanos(1_000) }
  await nc.request('$JS.API.CONSUMER.CREATE.ZYRA', JSON.stringify({ stream_name: 'ZYRA', config, action: 'create' }))
  return {
    stop: async () => {
      await nc.flush()
      subscription.unsubscribe()
      return seen
    },
  }
}

/** How many messages durable consumers of the log have not settled yet, all together. */
export const unsettled = async (nc: NatsConnection, durables: readonly string[]): Promise<number> => {
  const counts = await Promise.all(durables.map(async (durable) => {
    const answer = await nc.request(`$JS.API.CONSUMER.INFO.ZYRA.${durable}`, '')
    const { num_pending: pending = 0, num_ack_pending: underWay = 0 } = answer.json<{ num_pending?: number; num_ack_pending?: number }>()
    return pending + underWay
  }))
  return counts.reduce((sum, one) => sum + one, 0)
}
