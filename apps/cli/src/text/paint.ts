import { printable } from '@zyra/runtime/terminal-text'

const styles = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33', cyan: '36' } as const

/** A look that text can be given. */
export type Style = keyof typeof styles

/** Gives text a look on a terminal, and leaves it as it is elsewhere. */
export type Paint = (style: Style, text: string) => string

/** Text as it is. */
export const plain: Paint = (_style, text) => text

const colours: Paint = (style, text) => (text === '' ? '' : `\u001B[${styles[style]}m${text}\u001B[0m`)

/** Colours on a terminal, unless NO_COLOR is set to anything (https://no-color.org) or the terminal is a dumb one. */
export const painter = (isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): Paint =>
  isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb' ? colours : plain

/** What gives text one of our looks, or none. */
const LOOK = new RegExp(`(\\u001B\\[(?:0|${Object.values(styles).join('|')})m)`)

/** A line for a terminal: what vendors, shops and customers wrote is shown and never obeyed; the looks that we gave it ourselves are kept. */
export const safeLine = (line: string): string => line.split(LOOK).map((part, index) => (index % 2 === 0 ? printable(part) : part)).join('')
