const intro = `# Metrics

Everything that \`/metrics\` tells, in Prometheus' text format. This page is made from the code: \`node scripts/metrics-page.mjs\` writes it,
and \`npm test\` fails where it is out of date. No label holds personal data or the name of a merchant. Alert rules for these figures, with
what to do: [deploy/prometheus/zyra.rules.yml](../../deploy/prometheus/zyra.rules.yml).

A histogram \`x_seconds\` is three series: \`x_seconds_bucket\`, \`x_seconds_sum\` and \`x_seconds_count\`. Times are in seconds, sizes in bytes.
With several processes, ask for the \`max\` over them of what a reader or the gate says: only the process that owns a reader knows its lag.
`

const row = ({ name, kind, labels, help }) => `| \`${name}\` | ${kind} | ${labels.join(', ')} | ${help.replaceAll('|', '\\|').replaceAll('\n', ' ')} |`
const table = (metrics) => ['| metric | kind | labels | meaning |', '|---|---|---|---|', ...metrics.map(row)].join('\n')

export const isOurs = ({ name }) => name.startsWith('zyra_')

/** The reference page, from the descriptions of all metrics. */
export const metricsPage = (descriptions) => `${intro}
## Zyra

${table(descriptions.filter(isOurs))}

## The process

From prom-client; Node.js calls these its own.

${table(descriptions.filter((one) => !isOurs(one)))}
`

/** Names of series in the expressions of a file of rules, functions and labels left out. */
export const seriesInRules = (text) => {
  const found = text.matchAll(/^ +expr: (?:>-\n((?: {10,}.*\n)+)|(.*))/gm)
  const expressions = [...found].map(([, folded, plain]) => (folded ?? plain).replaceAll(/\{[^}]*\}/g, ' '))
  return [...new Set(expressions.flatMap((expression) => expression.match(/\b(?:[a-z]+_[a-z_0-9]+|up)\b(?!\s*\()/g) ?? []))]
}

/** Series that rules ask for and nothing tells, as sentences. */
export const unknownSeries = (text, descriptions) => {
  const known = new Set(descriptions.flatMap(({ name, kind }) => (kind === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name])))
  // Prometheus says this of every target itself.
  known.add('up')
  return seriesInRules(text).filter((name) => !known.has(name)).map((name) => `${name}: no metric is called like this; see docs/reference/metrics.md.`)
}

const alertsIn = (text) => [...text.matchAll(/^ +- alert: (\w+)/gm)].map(([, name]) => name)

/** Alerts that no test lets fire, as sentences. */
export const untestedAlerts = (rules, tests) =>
  alertsIn(rules).filter((name) => !tests.includes(`alertname="${name}"`)).map((name) => `${name}: no test in zyra.rules.test.yml lets it fire.`)

export { alertsIn }
