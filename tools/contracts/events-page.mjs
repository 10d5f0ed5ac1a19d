import { fieldRows } from './fields.mjs'

const table = (head, rows) => [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...rows.map((cells) => `| ${cells.join(' | ')} |`), '']
const link = (text, path) => (path === undefined ? text : `[${text}](../../${path})`)
const anchor = (type) => `#${type.toLowerCase().replaceAll('.', '')}`
const code = (text) => `\`${text}\``
const list = (parts) => parts.join(', ')

const whoOf = ({ kind, name, service, file, what }) => {
  if (kind === 'edge') return what
  if (kind === 'runtime') return what === undefined ? 'the runtime' : `the runtime, ${what}`
  return `${kind} ${link(name, file)}${kind === 'projection' ? '' : ` (${service})`}`
}

const subjectOf = ({ service, aggregate }) => code(`zyra.<merchant>.${service === '*' ? '<service>' : service}.${aggregate}.<id>`)

const sinceOf = ({ since }) => (since === undefined ? 'not released yet: its shape may still change' : `since ${since}`)

const versionOf = (event, { version, fixture, schema, since }) => {
  const rows = fieldRows(schema)
  const isCurrent = version === event.current
  return [
    ...(isCurrent ? [] : [`**Version ${version}**, ${sinceOf({ since })}, is not written any more and read for ever ([example](../../${fixture})):`, '']),
    ...(rows.length === 0 ? ['It has no fields: that it happened is all.', ''] : table(['field', 'type', 'meaning'], rows)),
  ]
}

const section = (event) => {
  const { type, says, places, readers, versions, current } = event
  const writers = [...new Map(places.flatMap((place) => place.writers).map((writer) => [whoOf(writer), writer])).keys()]
  const newest = versions.at(-1)
  return [
    `### ${type}`, '',
    says, '',
    ...versionOf(event, newest),
    `- Version ${current}, ${sinceOf(newest)}; [example](../../${newest.fixture})`,
    `- Subject ${list(places.map(subjectOf))}`,
    `- Written by ${list(writers)}`,
    `- Heard by ${readers.length === 0 ? 'no handler: it is there to be read' : list(readers.map(whoOf))}`,
    '',
    ...versions.slice(0, -1).toReversed().flatMap((older) => versionOf(event, older)),
  ]
}

const serviceOf = (name, events) => {
  const title = name === 'runtime' ? 'The runtime records these in the name of each service.' : `[What the service does](../../services/${name}/README.md).`
  return [
    `## ${name}`, '', title, '',
    ...table(['event', 'what it says'], events.map(({ type, name: event, says }) => [`[${event}](${anchor(type)})`, says])),
    ...events.flatMap(section),
  ]
}

const intro = (events, names) => `# Events

Every event that Zyra writes, ${events.length} in all. In the name of ${list(names.map((name) => `[${name}](#${name})`))}.

This page is made by \`npm run docs\` from the contracts in [libs/contracts](../../libs/contracts/README.md) and from what the services
declare. [asyncapi.json](asyncapi.json) says the same to programs, headers included.

- An event is never changed. It gets a new version, and old ones stay readable for ever ([how](../../CONTRIBUTING.md#a-version-of-an-event)).
- **Personal** fields are encrypted in the log, and read \`[erased]\` once their key was deleted ([privacy](../guides/privacy.md)).
- *Optional* fields were added later: where one is missing, the default holds that is named.
- Times are ISO 8601 in UTC. Sequences are positions in the log. Ids are text, whatever they look like.
- A decider writes what it decided, a reactor what came of a side effect. Before each effect the runtime writes \`EffectAttempted\`.
`

/** The page about events, for people. */
export const eventsPage = (events) => {
  const names = [...new Set(events.map(({ service }) => service))]
  const services = names.flatMap((name) => serviceOf(name, events.filter(({ service }) => service === name)))
  return `${[intro(events, names), ...services].join('\n').trimEnd()}\n`
}
