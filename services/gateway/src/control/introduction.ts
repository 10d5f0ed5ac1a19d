import { hasOwnCredentials, messageOf, missingCredentials, type Config, type Merchant } from '@zyra/runtime'
import type { Introduction } from './requests.ts'

const HOW = 'give them with "npx zyra merchant add", or set them in .env and start again'

const lacking = (config: Config, merchant: string): readonly string[] => {
  try {
    const missing = missingCredentials(config, merchant)
    return missing.length === 0 ? [] : [`merchant: "${merchant}" is to be live and has no ${missing.join(', no ')}: ${HOW}.`]
  } catch (error) {
    return [messageOf(error)]
  }
}

/**
 * Why a merchant cannot be registered so, a sentence each: a shop belongs to one merchant, the mode is for ever, and nobody is live without
 * credentials.
 */
export const introductionProblems = (introduction: Introduction, config: Config, known: readonly Merchant[]): readonly string[] => {
  const { merchant, mode, shopDomain, etsyShopId } = introduction
  const before = known.find(({ name }) => name === merchant)
  const others = known.filter(({ name, installed }) => name !== merchant && installed)
  const withDomain = others.find((other) => other.shopDomain.toLowerCase() === shopDomain.toLowerCase())
  const withEtsyShop = others.find((other) => other.etsyShopId === etsyShopId)
  const onSettings = others.find((other) => other.mode === 'live' && !hasOwnCredentials(config, other.name))
  const isLive = mode === 'live'
  return [
    ...(before === undefined || before.mode === mode ? [] : [`mode: "${merchant}" is a ${before.mode} merchant for ever; choose another name.`]),
    ...(withDomain === undefined ? [] : [`shopDomain: ${shopDomain} belongs to merchant "${withDomain.name}".`]),
    ...(withEtsyShop === undefined ? [] : [`etsyShopId: ${etsyShopId} belongs to merchant "${withEtsyShop.name}".`]),
    ...(isLive ? lacking(config, merchant) : []),
    ...(isLive && onSettings !== undefined && !hasOwnCredentials(config, merchant)
      ? [`merchant: the credentials in .env are those of "${onSettings.name}"; "${merchant}" needs their own: give them with "npx zyra merchant add".`]
      : []),
  ]
}
