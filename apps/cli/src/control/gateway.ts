import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { Failure, sentenceOf, unreachable } from '../base/failure.ts'
import type { Installation } from '../base/installation.ts'

const accepted = z.object({
  requestId: z.string(),
  answers: z.array(z.object({ merchant: z.string(), event: z.string(), outcome: z.array(z.string()) })),
})
const refused = z.object({ title: z.string(), problems: z.array(z.string()).default([]) })

/** What came of a request, by merchant; no outcome: it is kept, and nothing has come of it yet. */
export type Accepted = z.infer<typeof accepted>

/** Longer than the gateway waits for an outcome. */
const ANSWER_WITHIN_MS = 10_000

/** The secret that lets the command line in; only the owner of the installation can read it. */
const tokenOf = ({ config }: Installation): string => {
  const file = join(config.dataDir, 'secrets', 'control.token')
  if (existsSync(file)) return readFileSync(file, 'utf8').trim()
  throw unreachable(`${file} is not there: "npm start" makes it; only who can read it may tell Zyra what to do.`)
}

/**
 * Asks the gateway for something.
 * @throws Failure with the gateway's reason where it refuses, with exit code 3 where it does not answer
 */
export const askGateway = async (installation: Installation, name: string, body: object): Promise<Accepted> => {
  const { gatewayUrl } = installation
  const token = tokenOf(installation)
  const response = await fetch(`${gatewayUrl}/control/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  }).catch((error: unknown) => {
    throw unreachable(
      `The gateway does not answer at ${gatewayUrl} (${sentenceOf(error)}): see whether "npm start" still runs, or ask "npx zyra doctor".`,
    )
  })
  const answer: unknown = await response.json().catch(() => ({}))
  if (response.ok) return accepted.parse(answer)
  const { data } = refused.safeParse(answer)
  throw new Failure(data === undefined ? `The gateway answered ${response.status}.` : [data.title, ...data.problems].join(' '))
}
