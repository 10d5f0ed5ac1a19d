// What others would pick to keep events, behind one face. Runs in a scratch folder that holds these packages and nothing else.
import { randomUUID } from 'node:crypto'

/** Each store answers `append(stream, version, event)` and `keep(topic, id, body)`; both resolve once it is on disk. */

/** Events in one table: the database refuses a version that is taken. */
async function plain(url, connections) {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString: url, max: connections })
  await pool.query('create table if not exists plain_events (stream text, version bigint, id uuid unique, data jsonb, primary key (stream, version))')
  const insert = (stream, version, id, data) =>
    pool.query({ name: 'append', text: 'insert into plain_events values ($1, $2, $3, $4)', values: [stream, version, id, JSON.stringify(data)] })
  let kept = 0
  const since = Date.now() * 1_000
  return {
    append: (stream, version, event) => insert(stream, version + 1, randomUUID(), event),
    keep: (topic, id, body) => insert(topic, since + (kept += 1), id, body),
  }
}

/** Emmett's event store on Postgres, with the version that is expected of a stream. */
async function emmett(url, connections) {
  const { getPostgreSQLEventStore } = await import('@event-driven-io/emmett-postgresql')
  const { default: pg } = await import('pg')
  const store = getPostgreSQLEventStore(url, { connectionOptions: { pool: new pg.Pool({ connectionString: url, max: connections }) } })
  const named = (data) => ({ type: 'StockObserved', data, metadata: { id: randomUUID() } })
  return {
    append: async (stream, version, event) => {
      await store.appendToStream(stream, [named(event)], { expectedStreamVersion: version === 0 ? 'STREAM_DOES_NOT_EXIST' : BigInt(version) })
    },
    // A stream of its own for each delivery: on one stream, every append would wait for the one before.
    keep: async (topic, id, body) => {
      await store.appendToStream(`${topic}-${id}`, [named(body)], { expectedStreamVersion: 'STREAM_DOES_NOT_EXIST' })
    },
  }
}

/** pg-boss queues a job; it knows no versions of a stream. */
async function boss(url, connections) {
  const { default: PgBoss } = await import('pg-boss')
  const queue = new PgBoss({ connectionString: url, max: connections, supervise: false, schedule: false })
  queue.on('error', (error) => process.stderr.write(`${error.message}\n`))
  await queue.start()
  await queue.createQueue('events')
  return {
    append: async (stream, version, event) => {
      await queue.send('events', { stream, version, event })
    },
    keep: async (topic, id, body) => {
      await queue.send('events', { topic, body }, { id })
    },
  }
}

export const stores = { plain, emmett, 'pg-boss': boss }
