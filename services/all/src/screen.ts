import type { Config } from '@zyra/runtime'
import { printable, wrap } from '@zyra/runtime/terminal-text'
import { join, relative } from 'node:path'

/** Where things are, for the start-up screen. */
export interface Places {
  readonly gatewayUrl: string
  readonly sandboxUrl: string | undefined
  readonly config: Config
  /** Stands before a command that is to speak of this installation, where that is not the one of the folder. */
  readonly prefix: string
  /** Columns of the screen; Infinity where nothing is to be broken. */
  readonly width: number
  /** What is wrong with the disk, where something is. */
  readonly diskProblem: string | undefined
}

const styles = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33', cyan: '36' } as const

/** Paints text for a terminal; leaves it plain elsewhere, or where NO_COLOR is set (https://no-color.org). */
export const painter = (isTerminal: boolean, env: NodeJS.ProcessEnv) => (style: keyof typeof styles, text: string): string =>
  isTerminal && (env['NO_COLOR'] ?? '') === '' ? `\u001B[${styles[style]}m${text}\u001B[0m` : text

/** Where what a row tells begins. */
const MARGIN = 12

const LOOPBACK = /^(127\.|::1$|localhost$)/i

/** The columns of a terminal; Infinity elsewhere. */
export const widthOf = ({ isTTY, columns }: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>): number => (isTTY && columns > 0 ? columns : Infinity)

/** A live line. */
export interface Spoken {
  readonly time: string
  readonly sequence: number
  readonly line: string
  readonly width: number
}

/** A live line with its time and the number that `npx zyra why` takes; the rest of a long one stands below its beginning. */
export const spoken = ({ time, sequence, line, width }: Spoken, paint: ReturnType<typeof painter>): string => {
  const left = `  ${new Date(time).toTimeString().slice(0, 8)}  ${`#${sequence}`.padStart(6)}  `
  const parts = wrap(printable(line), Math.max(20, width - left.length))
  return parts.map((part, index) => `${index === 0 ? paint('dim', left) : ' '.repeat(left.length)}${part}`).join('\n')
}

/** What it means that others than this machine can connect; nothing where they cannot. */
const networkLines = (host: string): readonly string[] =>
  LOOPBACK.test(host)
    ? []
    : [
        `ZYRA_HOST is ${host}: other machines can reach the gateway, in clear text. /readyz and /metrics ask for no password, `
        + 'and webhooks of the sandbox are signed with a secret that everybody knows. Put a proxy with TLS before it that lets only /webhooks/ through.',
      ]

/** The screen that ends the start-up. */
export const readyScreen = ({ gatewayUrl, sandboxUrl, config, prefix, width, diskProblem }: Places, paint: ReturnType<typeof painter>): string => {
  const near = relative(process.cwd(), config.dataDir)
  const folder = near === '' || near.startsWith('..') ? config.dataDir : near
  const row = (name: string, value: string, note = '', text = value): readonly string[] => {
    const isTooLong = note !== '' && MARGIN + text.length + 3 + note.length > width
    const below = isTooLong ? wrap(note, width - MARGIN).map((part) => `${' '.repeat(MARGIN)}${paint('dim', part)}`) : []
    return [`  ${paint('dim', name.padEnd(9))} ${value}${note === '' || isTooLong ? '' : paint('dim', `   ${note}`)}`, ...below]
  }
  const network = networkLines(config.host).flatMap((text) => wrap(text, Math.min(width, 100) - MARGIN))
  return [
    '',
    `  ${paint('bold', 'Zyra is running.')} ${sandboxUrl === undefined ? '' : paint('green', 'The sandbox shop is trading.')}`,
    '',
    ...row('Gateway', paint('cyan', gatewayUrl), '/readyz  /metrics  /webhooks/shopify  /webhooks/etsy', gatewayUrl),
    ...(sandboxUrl === undefined ? [] : row('Sandbox', paint('cyan', sandboxUrl), 'Shopify and Etsy, simulated, with customers who buy', sandboxUrl)),
    ...network.flatMap((line, index) => row(index === 0 ? 'Network' : '', paint('yellow', line))),
    ...row('Data', folder, `log file ${join(folder, 'zyra.log')}`),
    ...(diskProblem === undefined ? [] : wrap(diskProblem, width - MARGIN).flatMap((line, index) => row(index === 0 ? 'Disk' : '', paint('red', line)))),
    '',
    ...row('Try', `${prefix}npx zyra stock`, 'every item on both channels'),
    ...row('', `${prefix}npx zyra events --follow`, 'what happens, as it happens'),
    ...row('', `${prefix}npx zyra why <number>`, 'and why it happened'),
    '',
    `  ${paint('dim', 'Ctrl-C stops everything. What happens now:')}`,
    '',
  ].join('\n')
}
