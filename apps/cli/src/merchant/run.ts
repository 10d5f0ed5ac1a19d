import type { z } from 'zod'
import { EXIT, Failure, wrongUsage, type ExitCode } from '../base/failure.ts'
import { withReading, type Reading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import { askGateway, type Accepted } from '../control/gateway.ts'
import { levelOf, levelsOf } from '../control/levels.ts'
import { checkMerchant } from '../log/names.ts'
import { credentialsToGive, keepCredentials } from './credentials.ts'
import type { AddOptions, lookOptions } from './options.ts'
import { readMerchants } from './read.ts'
import { merchantLines, merchantsTable } from './view.ts'

type LookOptions = z.infer<typeof lookOptions>

/** `zyra merchant list` */
export const runMerchantList = ({ json }: LookOptions, terminal: Terminal): Promise<ExitCode> =>
  withReading(async (reading) => {
    const merchants = await readMerchants(reading)
    if (json) terminal.out(...merchants.map((merchant) => JSON.stringify(merchant)))
    else if (merchants.length === 0) terminal.out('No merchant is registered yet: "npx zyra merchant add --help" tells how.')
    else terminal.out(...merchantsTable(merchants, terminal))
    return EXIT.ok
  })

/** `zyra merchant show` */
export const runMerchantShow = (name: string, { json }: LookOptions, terminal: Terminal): Promise<ExitCode> =>
  withReading(async (reading) => {
    await checkMerchant(reading.log, name)
    const merchant = (await readMerchants(reading)).find((one) => one.name === name)
    if (merchant === undefined) throw new Failure(`What is recorded of "${name}" cannot be read by this release.`)
    if (json) terminal.out(JSON.stringify(merchant))
    else terminal.out(...merchantLines(merchant, terminal.paint, terminal.now()))
    return EXIT.ok
  })

const NAME = /^[A-Za-z0-9_-]+$/

const check = async (reading: Reading, name: string, { mode, credentials }: AddOptions): Promise<void> => {
  if (!NAME.test(name) || name === '_') throw wrongUsage(`A merchant's name: expected letters, digits, "-" or "_", and more than "_", found "${name}".`)
  if (mode === 'sandbox' && credentials !== undefined) throw wrongUsage('--credentials are for a live merchant; the sandbox needs none.')
  const before = (await readMerchants(reading)).find((one) => one.name === name)
  if (before !== undefined && before.mode !== mode) throw new Failure(`${name} is a ${before.mode} merchant for ever: choose another name for the ${mode} one.`)
}

const register = async ({ installation }: Reading, name: string, options: AddOptions): Promise<Accepted> => {
  const { mode, shop: shopDomain, etsyShop: etsyShopId } = options
  const given = mode === 'live' ? await credentialsToGive(installation.config, name, options.credentials) : undefined
  const kept = given === undefined ? undefined : keepCredentials(installation.config, name, given)
  try {
    const accepted = await askGateway(installation, 'register', { merchant: name, mode, shopDomain, etsyShopId })
    kept?.stay()
    return accepted
  } catch (error) {
    kept?.undo()
    throw error
  }
}

const WEBHOOKS = "Shopify's webhooks for it are to go to /webhooks/shopify of the gateway; subscribing to them is left to you."

/** `zyra merchant add` */
export const runMerchantAdd = (name: string, options: AddOptions, terminal: Terminal): Promise<ExitCode> =>
  withReading(async (reading) => {
    const { out, err, paint } = terminal
    const { mode, shop, etsyShop, json } = options
    await check(reading, name, options)
    const accepted = await register(reading, name, options)
    const isDone = accepted.answers.some(({ outcome }) => outcome.length > 0)
    if (json) out(JSON.stringify({ registered: isDone, ...accepted }))
    else if (isDone) {
      const levels = await levelsOf(reading)
      const isStopped = [levelOf(levels), levelOf(levels, name)].includes('everything')
      const next = isStopped ? 'Everything is stopped, so nothing is called for it until "npx zyra resume".' : 'Both channels are read now.'
      out(`${paint('bold', name)} is registered: ${mode}, ${shop} on Shopify, shop ${etsyShop} on Etsy. ${next}`)
      if (mode === 'live') out(WEBHOOKS)
      out(paint('dim', `"npx zyra events --merchant ${name} --follow" shows what happens.`))
    }
    if (!isDone) err(`The request is kept, and nothing came of it within three seconds: see "npx zyra merchant show ${name}" and "npx zyra doctor".`)
    return isDone ? EXIT.ok : EXIT.problem
  })
