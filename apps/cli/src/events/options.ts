import { definitionOf, eventRegistry } from '@zyra/contracts'
import { encodeToken } from '@zyra/jetstream'
import { z } from 'zod'
import { wrongUsage } from '../base/failure.ts'
import { commonOptions, someText, wholeNumber } from '../base/options.ts'
import { readTime, TIMES } from '../text/time.ts'
import { didYouMean } from '../text/words.ts'

/** The options of `zyra events`, as typed. */
export const eventsOptions = z.strictObject({
  ...commonOptions,
  merchant: someText.optional(),
  service: someText.optional(),
  aggregate: someText.optional(),
  id: someText.optional(),
  type: someText.optional(),
  since: someText.optional(),
  until: someText.optional(),
  from: wholeNumber(1).optional(),
  limit: wholeNumber(1).optional(),
  follow: z.boolean().default(false),
  personal: z.boolean().default(false),
})

/** The options of `zyra events`. */
export type EventsOptions = z.infer<typeof eventsOptions>

const shortName = (type: string): string => type.slice(type.indexOf('.') + 1)

const typeNamed = (name: string): string => {
  const types = [...eventRegistry.keys()]
  const found = types.find((type) => [type, shortName(type)].some((each) => each.toLowerCase() === name.toLowerCase()))
  if (found !== undefined) return found
  throw wrongUsage(`--type: no event is called "${name}".${didYouMean(name, name.includes('.') ? types : types.map(shortName))}`)
}

/** The events that are wanted, by full name; undefined: all. @throws Failure naming what is near */
export const wantedTypes = ({ type }: Pick<EventsOptions, 'type'>): ReadonlySet<string> | undefined =>
  type === undefined ? undefined : new Set(type.split(',').map((name) => typeNamed(name.trim())))

const placeOf = (type: string): { readonly service: string | undefined; readonly aggregate: string | undefined } => {
  const owner = type.slice(0, type.indexOf('.'))
  const { aggregate } = definitionOf(type)
  return { service: owner === 'runtime' ? undefined : owner, aggregate: aggregate === '*' ? undefined : aggregate }
}

/** The subjects that can hold what is wanted. One wanted event narrows them by itself. */
export const filterOf = ({ merchant, service, aggregate, id }: EventsOptions, types: ReadonlySet<string> | undefined): string => {
  const [only] = types?.size === 1 ? [...types] : []
  const place = only === undefined ? undefined : placeOf(only)
  const tokens = [merchant && encodeToken(merchant), service ?? place?.service, aggregate ?? place?.aggregate, id && encodeToken(id)]
  return `zyra.${tokens.map((token) => token ?? '*').join('.')}`
}

/** A time option in ms since 1970. @throws Failure naming the option */
export const timeOption = (name: string, text: string | undefined, now: Date): number | undefined => {
  const time = text === undefined ? undefined : readTime(text, now)
  if (text !== undefined && time === undefined) throw wrongUsage(`--${name}: expected ${TIMES}, found "${text}".`)
  return time
}
