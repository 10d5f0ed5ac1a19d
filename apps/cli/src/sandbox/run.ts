import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { EXIT, sentenceOf, wrongUsage, type ExitCode } from '../base/failure.ts'
import type { Terminal } from '../base/terminal.ts'
import { count } from '../text/words.ts'
import { askSandbox, namingNear } from './http.ts'
import {
  faultFrom,
  readRate,
  readVendor,
  VENDORS,
  type faultOptions,
  type plainOptions,
  type stateOptions,
  type Vendor,
  type webhookOptions,
} from './options.ts'
import { customersState, delivered, etsyState, faultsState, shopifyState } from './shapes.ts'
import { deliveredLines, etsyLines, faultLines, shopifyLines } from './view.ts'

type Plain = z.infer<typeof plainOptions>

const readBody = (file: string): Buffer => {
  try {
    return readFileSync(file === '-' ? 0 : file)
  } catch (error) {
    throw wrongUsage(`--body: the file "${file}" cannot be read (${sentenceOf(error)}).`)
  }
}

/** `zyra sandbox webhook` */
export const runWebhook = async (
  typedVendor: string,
  topic: string,
  options: z.infer<typeof webhookOptions>,
  terminal: Terminal,
): Promise<ExitCode> => {
  const vendor = readVendor(typedVendor)
  const { id, eventId, triggeredAt, times, json } = options
  const body = {
    vendor,
    topic,
    times,
    bodyBase64: readBody(options.body).toString('base64'),
    ...(id === undefined ? {} : { webhookId: id }),
    ...(eventId === undefined ? {} : { eventId }),
    ...(triggeredAt === undefined ? {} : { triggeredAt }),
  }
  const answer = await askSandbox(delivered, { method: 'POST', path: '/deliver', body })
  if (json) terminal.out(JSON.stringify(answer))
  else terminal.out(...deliveredLines(answer, terminal), terminal.paint('dim', 'npx zyra events --service gateway --limit 5'))
  return answer.answers.every(({ status }) => status !== undefined && status < 300) ? EXIT.ok : EXIT.problem
}

const faultsOf = async (vendor: Vendor, call: { readonly method: 'GET' | 'POST' | 'DELETE'; readonly body?: object }) => ({
  vendor,
  ...(await askSandbox(faultsState, { ...call, path: `/${vendor}/faults` })),
})

/** `zyra sandbox fault` */
export const runFault = async (
  typedVendor: string,
  kind: string | undefined,
  options: z.infer<typeof faultOptions>,
  terminal: Terminal,
): Promise<ExitCode> => {
  const vendor = readVendor(typedVendor)
  if (options.clear && kind !== undefined) throw wrongUsage('--clear takes all faults of a vendor away: name none.')
  if (!options.clear && kind === undefined)
    throw wrongUsage('Which fault? Name one, or --clear to take all away; "npx zyra sandbox fault --help" lists them.')
  const state = await faultsOf(vendor, kind === undefined ? { method: 'DELETE' } : { method: 'POST', body: faultFrom(kind, options) })
  terminal.out(...(options.json ? [JSON.stringify(state)] : faultLines([state], terminal)))
  return EXIT.ok
}

/** `zyra sandbox faults` */
export const runFaults = async ({ json }: Plain, terminal: Terminal): Promise<ExitCode> => {
  const states = await Promise.all(VENDORS.map((vendor) => faultsOf(vendor, { method: 'GET' })))
  terminal.out(...(json ? states.map((state) => JSON.stringify(state)) : faultLines(states, terminal)))
  return EXIT.ok
}

/** `zyra sandbox state` */
export const runState = async (typedVendor: string, { sku, json }: z.infer<typeof stateOptions>, terminal: Terminal): Promise<ExitCode> => {
  const vendor = readVendor(typedVendor)
  const path = `/${vendor}${sku === undefined ? '' : `?sku=${encodeURIComponent(sku)}`}`
  if (vendor === 'shopify') {
    const state = await namingNear(vendor, sku, () => askSandbox(shopifyState, { method: 'GET', path }))
    terminal.out(...(json ? [JSON.stringify(state)] : shopifyLines(state, terminal)))
  } else {
    const state = await namingNear(vendor, sku, () => askSandbox(etsyState, { method: 'GET', path }))
    terminal.out(...(json ? [JSON.stringify(state)] : etsyLines(state, terminal)))
  }
  return EXIT.ok
}

/** `zyra sandbox customers` */
export const runCustomers = async (rate: string | undefined, { json }: Plain, terminal: Terminal): Promise<ExitCode> => {
  const call = rate === undefined ? { method: 'GET' as const } : { method: 'POST' as const, body: { ordersPerMinute: readRate(rate) } }
  const state = await askSandbox(customersState, { ...call, path: '/customers' })
  const { ordersPerMinute, bought, turnedAway } = state
  const coming =
    ordersPerMinute === 0
      ? 'No customers come'
      : `${count(ordersPerMinute, 'customer')} a minute come${ordersPerMinute === 1 ? 's' : ''}, by chance`
  terminal.out(
    json ? JSON.stringify(state) : `${coming}; since the sandbox started ${bought} bought and ${turnedAway} went away with nothing.`,
  )
  return EXIT.ok
}
