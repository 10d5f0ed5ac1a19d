/** Somebody who buys. All of them are invented, and example.com belongs to nobody. */
export interface Person {
  readonly firstName: string
  readonly lastName: string
  readonly email: string
  readonly street: string
  readonly zip: string
  readonly city: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
}

type Place = readonly [street: string, zip: string, city: string, country: string]

const firstNames = [
  'Alma', 'Bruno', 'Carla', 'Davide', 'Elif', 'Finn', 'Greta', 'Hugo', 'Ines', 'Jonas', 'Karin', 'Luca', 'Mila', 'Nils', 'Olga', 'Pierre',
] as const

const lastNames = ['Ahlberg', 'Bianchi', 'Claes', 'Dubois', 'Ekholm', 'Fuchs', 'Garnier', 'Hofer', 'Iversen', 'Jansen', 'Keller'] as const

const places: readonly Place[] = [
  ['Lindenweg 4', '10999', 'Berlin', 'DE'],
  ['Rue des Lilas 12', '69001', 'Lyon', 'FR'],
  ['Via Garibaldi 7', '40121', 'Bologna', 'IT'],
  ['Kerkstraat 31', '1017 GC', 'Amsterdam', 'NL'],
  ['Gartengasse 9', '1050', 'Wien', 'AT'],
  ['Calle Olmo 3', '28012', 'Madrid', 'ES'],
  ['Storgata 18', '0184', 'Oslo', 'NO'],
]

/** The n-th customer; the same number is always the same person, and there are 176. */
export const person = (n: number): Person => {
  const at = <T>(list: readonly T[], index: number): T => {
    const found = list[index % list.length]
    if (found === undefined) throw new RangeError('A list of the demo shop is empty.')
    return found
  }
  const [firstName, lastName] = [at(firstNames, n), at(lastNames, n)]
  const [street, zip, city, country] = at(places, n)
  return { firstName, lastName, email: `${firstName}.${lastName}@example.com`.toLowerCase(), street, zip, city, country }
}

/** How many customers there are: first and last names have no common divisor, so that many combinations differ. */
export const PEOPLE = firstNames.length * lastNames.length
