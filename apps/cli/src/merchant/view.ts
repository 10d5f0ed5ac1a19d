import { OPTIONAL_CREDENTIALS, REQUIRED_CREDENTIALS } from '@zyra/runtime'
import type { Paint } from '../text/paint.ts'
import { table, type Column } from '../text/table.ts'
import { moment } from '../text/time.ts'
import type { ShownMerchant } from './read.ts'

const stateOf = ({ installed }: ShownMerchant): string => (installed ? 'installed' : 'removed the app')

const STOPS = { everything: 'stopped', autopilot: 'autopilot paused' } as const

/** Whether calls go out for a merchant, and what stops them. */
export const callsOf = ({ installed, stopped, installationStopped, credentials }: ShownMerchant): string => {
  if (!installed) return 'none'
  const whole = installationStopped === 'nothing' ? [] : [`${STOPS[installationStopped]} with all`]
  const own = stopped === 'nothing' ? [] : [`${STOPS[stopped]} on its own`]
  const wanting = credentials !== undefined && (credentials.missing.length > 0 || credentials.problem !== null) ? ['credentials are missing'] : []
  return [...whole, ...own, ...wanting].join(', ') || 'go out'
}

const columns: readonly Column<ShownMerchant>[] = [
  { title: 'MERCHANT', text: ({ name }) => name, style: () => 'bold', shrinksTo: 8 },
  { title: 'MODE', text: ({ mode }) => mode },
  { title: 'SHOPIFY', text: ({ shopDomain }) => shopDomain, shrinksTo: 12 },
  { title: 'ETSY SHOP', text: ({ etsyShopId }) => etsyShopId, mayGo: true },
  { title: 'STATE', text: stateOf, shrinksTo: 9, style: ({ installed }) => (installed ? undefined : 'yellow') },
  { title: 'CALLS', text: callsOf, shrinksTo: 8, style: (merchant) => (callsOf(merchant) === 'go out' ? 'green' : 'yellow') },
]

/** All merchants in a table. */
export const merchantsTable = (merchants: readonly ShownMerchant[], look: { readonly width: number; readonly paint: Paint }): readonly string[] =>
  table(merchants, columns, look)

const credentialsLine = ({ name, credentials }: ShownMerchant): string => {
  if (credentials === undefined) return 'none are needed in the sandbox'
  const { from, missing, problem } = credentials
  const where = from === 'own file' ? 'their own, in the data folder' : 'those of .env'
  if (problem !== null) return problem
  return missing.length === 0 ? where : `${where}; missing: ${missing.join(', ')} (npx zyra merchant add ${name} ... asks for them)`
}

/** One merchant in full; no credential is shown. */
export const merchantLines = (merchant: ShownMerchant, paint: Paint, now: Date): readonly string[] => {
  const { name, mode, shopDomain, etsyShopId, registeredAt, removedAt, installed } = merchant
  const line = (title: string, value: string): string => `  ${paint('dim', title.padEnd(12))} ${value}`
  return [
    `${paint('bold', name)}  ${mode}`,
    line('Shopify', shopDomain),
    line('Etsy', `shop ${etsyShopId}`),
    line('State', `${stateOf(merchant)}, registered ${moment(registeredAt, now)}`),
    ...(removedAt === null ? [] : [line('', `${installed ? 'had removed' : 'removed'} the app ${moment(removedAt, now)}`)]),
    line('Calls', callsOf(merchant)),
    line('Credentials', credentialsLine(merchant)),
  ]
}

/** What a live merchant is to be asked for, with whether it may be left empty. */
export const QUESTIONS: readonly (readonly [key: string, optional: boolean])[] = [
  ...REQUIRED_CREDENTIALS.map((key) => [key, false] as const),
  ...OPTIONAL_CREDENTIALS.map((key) => [key, true] as const),
]
