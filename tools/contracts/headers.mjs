import { envelope } from '@zyra/contracts'
import { jsonSchemaOf } from './schemas.mjs'

const fields = jsonSchemaOf(envelope).properties

/** A header is text: of a number its digits, of a truth value its name. */
const number = '^\\d{1,15}$'
const [id, text] = [{ type: 'string', pattern: fields.id.pattern }, { type: 'string', minLength: 1 }]

const says = (schema, description) => ({ ...schema, description })

/** The headers of every message, as @zyra/jetstream writes them. */
export const headers = {
  type: 'object',
  required: [
    'ce-specversion', 'ce-id', 'ce-type', 'ce-source', 'ce-time', 'ce-dataschema', 'content-type', 'correlationid', 'causationid', 'actor', 'handler',
    'index', 'deciderversion', 'attempt', 'backfill', 'epoch',
  ],
  properties: {
    'ce-specversion': says({ const: '1.0' }, 'The version of CloudEvents.'),
    'ce-id': says(id, 'The id of the event: UUID v5 of cause, handler, attempt and index, so that what happens twice is recorded once.'),
    'ce-type': says({ type: 'string', pattern: fields.type.pattern }, '`<service>.<Event>`'),
    'ce-source': says({ type: 'string', pattern: '^zyra/' }, '`zyra/<merchant>/<service>/<aggregate>/<id>`, percent-encoded as CloudEvents has it.'),
    'ce-time': says({ type: 'string', format: 'date-time', pattern: fields.time.pattern },
      'When it was recorded. For people: order is by sequence, never by time.'),
    'ce-dataschema': says({ type: 'string', pattern: '^urn:zyra:event:[a-z]+\\.[A-Z]\\w*:\\d{1,15}$' }, '`urn:zyra:event:<service>.<Event>:<version>`'),
    'content-type': says({ const: 'application/json' }, 'The body is JSON.'),
    correlationid: says(id, 'The id of the event that entered from outside and started it all.'),
    causationid: says(id, 'The id of the event that directly caused this one.'),
    traceparent: says({ type: 'string' }, 'W3C trace context, where traces are kept.'),
    actor: says(text, 'Who did it: `policy:<name>`, `reactor:<name>`, `webhook:shopify`, `user:<id>`, `runtime:<service>`.'),
    command: says({ type: 'string' }, 'The whole command as JSON, on the first event of a decision.'),
    handler: says(text, 'The declared name of the handler that caused it: a policy, a reactor, or a receiver at the edge.'),
    index: says({ type: 'string', pattern: number }, 'Which event of its decision it is, from 0.'),
    deciderversion: says({ type: 'string', pattern: number }, 'The version of the decider; 0 where none decided.'),
    attempt: says({ type: 'string', pattern: number }, '1, and one more for each redrive.'),
    backfill: says({ enum: ['true', 'false'] }, 'Whether it is history that was loaded later.'),
    epoch: says({ type: 'string', pattern: number }, 'The number of a life of the log: a restored one starts a new one.'),
  },
}
