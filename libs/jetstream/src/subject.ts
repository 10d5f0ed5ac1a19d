/** What an event belongs to. */
export interface Address {
  readonly merchant: string
  readonly service: string
  readonly aggregate: string
  readonly id: string
}

const UNSAFE = /[^A-Za-z0-9_-]/gu

const hex = (text: string): string => [...Buffer.from(text, 'utf8')].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')

/** An id as a legal subject token: anything but letters, digits, `_` and `-` becomes `=XX` (hex of its UTF-8 bytes); an empty id is `=`. */
export const encodeToken = (id: string): string => (id === '' ? '=' : id.replace(UNSAFE, hex))

/** The id again. @throws RangeError for a token that `encodeToken` does not write */
export const decodeToken = (token: string): string => {
  if (token === '=') return ''
  if (!/^(?:[A-Za-z0-9_-]|=[0-9A-F]{2})+$/.test(token)) throw new RangeError(`"${token}" is not an encoded id`)
  return decodeURIComponent(token.replaceAll('=', '%'))
}

/** `zyra.<merchant>.<service>.<aggregate>.<id>` */
export const subjectOf = ({ merchant, service, aggregate, id }: Address): string =>
  `zyra.${encodeToken(merchant)}.${service}.${aggregate}.${encodeToken(id)}`

/** What a subject of the log stands for. @throws RangeError for any other subject */
export const addressOf = (subject: string): Address => {
  const [root, merchant, service, aggregate, id, ...rest] = subject.split('.')
  if (root !== 'zyra' || merchant === undefined || service === undefined || aggregate === undefined || id === undefined || rest.length > 0) {
    throw new RangeError(`"${subject}" is not a subject of the log: expected zyra.<merchant>.<service>.<aggregate>.<id>`)
  }
  return { merchant: decodeToken(merchant), service, aggregate, id: decodeToken(id) }
}

/** The filter that a reader of one kind of aggregate subscribes to, over all merchants. */
export const aggregateFilter = (service: string, aggregate: string): string => `zyra.*.${service}.${aggregate}.*`
