import {
  credentialsFile,
  credentialsOf,
  formatCredentials,
  hasOwnCredentials,
  missingCredentials,
  parseCredentials,
  replaceSecretFile,
  type Credentials,
} from '@zyra/runtime'
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT, Failure, sentenceOf, wrongUsage } from '../base/failure.ts'
import type { Installation } from '../base/installation.ts'
import { asking } from './ask.ts'
import { QUESTIONS } from './view.ts'

type Config = Installation['config']

const STDIN = 0

const readGiven = (file: string): Credentials => {
  const isStdin = file === '-'
  let text: string
  try {
    text = readFileSync(isStdin ? STDIN : file, 'utf8')
  } catch (error) {
    throw wrongUsage(`--credentials: ${file} cannot be read (${sentenceOf(error)}).`)
  }
  return parseCredentials(text, isStdin ? 'standard input' : file)
}

const askFor = (name: string): Promise<Credentials> =>
  asking({ input: process.stdin, output: process.stderr }, async (ask) => {
    process.stderr.write(`The credentials of ${name}; what you type is not shown. .env.example tells what each of them is.\n`)
    const lines: string[] = []
    for (const [key, optional] of QUESTIONS) {
      const answer = await ask(`${key}${optional ? ' (Enter for none)' : ''}: `)
      if (answer !== '' || !optional) lines.push(`${key}='${answer}'`)
    }
    return parseCredentials(lines.join('\n'), 'What you typed')
  })

/**
 * The credentials to give a live merchant: those of a file, else what a person types where some are missing; undefined where what is set will do.
 * @throws Failure naming the missing ones where nobody can be asked
 */
export const credentialsToGive = async (config: Config, name: string, file: string | undefined): Promise<Credentials | undefined> => {
  if (file !== undefined) return readGiven(file)
  const missing = missingCredentials(config, name)
  if (missing.length === 0) return undefined
  if (process.stdin.isTTY) return askFor(name)
  throw new Failure(
    `${name} is to be live, and ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set: give them with --credentials <file>, as lines such as ` +
      `${missing[0] ?? ''}=..., type them on a terminal, or set them in .env and start again.`,
    EXIT.problem,
  )
}

/** What was put in place, until it is certain that it stays. */
export interface Kept {
  readonly undo: () => void
  readonly stay: () => void
}

/** Keeps a merchant's own credentials. With another refresh token, what Etsy gave for the former one is laid aside: it would win otherwise. */
export const keepCredentials = (config: Config, name: string, credentials: Credentials): Kept => {
  const file = credentialsFile(config.dataDir, name)
  const before = hasOwnCredentials(config, name) ? readFileSync(file, 'utf8') : undefined
  const tokens = join(config.dataDir, 'secrets', `etsy-${encodeURIComponent(name)}.json`)
  const aside = `${tokens}.before`
  const isLaidAside = refreshTokenOf(config, name) !== credentials.ETSY_REFRESH_TOKEN && existsSync(tokens)
  if (isLaidAside) renameSync(tokens, aside)
  replaceSecretFile(file, formatCredentials(credentials))
  return {
    undo: () => {
      if (before === undefined) rmSync(file, { force: true })
      else replaceSecretFile(file, before)
      if (isLaidAside) renameSync(aside, tokens)
    },
    stay: () => rmSync(aside, { force: true }),
  }
}

/** Undefined also where what is set cannot be read: the new ones replace it. */
const refreshTokenOf = (config: Config, name: string): string | undefined => {
  try {
    return credentialsOf(config, name).ETSY_REFRESH_TOKEN
  } catch {
    return undefined
  }
}
