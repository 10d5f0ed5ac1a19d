import type { Config } from '@zyra/runtime'
import { join, relative } from 'node:path'

/** Where things are, for the start-up screen. */
export interface Places {
  readonly gatewayUrl: string
  readonly sandboxUrl: string | undefined
  readonly config: Config
  /** Stands before a command that is to speak of this installation, where that is not the one of the folder. */
  readonly prefix: string
  /** What is wrong with the disk, where something is. */
  readonly diskProblem: string | undefined
}

const styles = { bold: '1', dim: '2', red: '31', green: '32', cyan: '36' } as const

/** Paints text for a terminal; leaves it plain elsewhere, or where NO_COLOR is set (https://no-color.org). */
export const painter = (isTerminal: boolean, env: NodeJS.ProcessEnv) => (style: keyof typeof styles, text: string): string =>
  isTerminal && (env['NO_COLOR'] ?? '') === '' ? `\u001B[${styles[style]}m${text}\u001B[0m` : text

/** The screen that ends the start-up. */
export const readyScreen = ({ gatewayUrl, sandboxUrl, config, prefix, diskProblem }: Places, paint: ReturnType<typeof painter>): string => {
  const near = relative(process.cwd(), config.dataDir)
  const folder = near === '' || near.startsWith('..') ? config.dataDir : near
  const row = (name: string, value: string, note = ''): string => `  ${paint('dim', name.padEnd(9))} ${value}${note === '' ? '' : paint('dim', `   ${note}`)}`
  return [
    '',
    `  ${paint('bold', 'Zyra is running.')} ${sandboxUrl === undefined ? '' : paint('green', 'The sandbox shop is trading.')}`,
    '',
    row('Gateway', paint('cyan', gatewayUrl), '/readyz  /metrics  /webhooks/shopify  /webhooks/etsy'),
    ...(sandboxUrl === undefined ? [] : [row('Sandbox', paint('cyan', sandboxUrl), 'Shopify and Etsy, simulated, with customers who buy')]),
    row('Data', folder, `log file ${join(folder, 'zyra.log')}`),
    ...(diskProblem === undefined ? [] : [row('Disk', paint('red', diskProblem))]),
    '',
    row('Try', `${prefix}npx zyra stock`, 'every item on both channels'),
    row('', `${prefix}npx zyra events --follow`, 'what happens, as it happens'),
    row('', `${prefix}npx zyra why <event id>`, 'and why it happened'),
    '',
    `  ${paint('dim', 'Ctrl-C stops everything. What happens now:')}`,
    '',
  ].join('\n')
}
