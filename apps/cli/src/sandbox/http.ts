import { z } from 'zod'
import { Failure, sentenceOf, unreachable } from '../base/failure.ts'
import { findInstallation } from '../base/installation.ts'
import { didYouMean } from '../text/words.ts'

const problem = z.object({ detail: z.string() })

/** Longer than the sandbox waits for the gateway to answer a delivery. */
const ANSWER_WITHIN_MS = 60_000

/** One call to the sandbox's control. */
export interface SandboxCall {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below `/control`. */
  readonly path: string
  readonly body?: object
}

/** @throws Failure (exit code 3) where no sandbox runs */
const sandboxUrl = (): string => {
  const { sandboxUrl: url } = findInstallation()
  if (url !== undefined) return url
  throw unreachable(
    'No sandbox runs with this installation: start it with ZYRA_SANDBOX=true (that is how it starts unless told otherwise).',
  )
}

/**
 * Asks the sandbox.
 * @throws Failure with the sandbox's reason where it refuses, with exit code 3 where it does not answer
 */
export const askSandbox = async <Answer>(schema: z.ZodType<Answer>, { method, path, body }: SandboxCall): Promise<Answer> => {
  const url = sandboxUrl()
  const response = await fetch(`${url}/control${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  }).catch((error: unknown) => {
    throw unreachable(`The sandbox does not answer at ${url} (${sentenceOf(error)}): see whether "npm start" still runs.`)
  })
  const answer: unknown = await response.json().catch(() => undefined)
  if (!response.ok) throw new Failure(problem.safeParse(answer).data?.detail ?? `The sandbox answered ${response.status}.`)
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  const wrong = parsed.error.issues[0]?.path.join('.') ?? ''
  throw new Failure(
    `The sandbox answered ${method} /control${path} in another form than expected (${wrong}): both should be of one release.`,
  )
}

const skusOf = z.object({
  rows: z.array(z.object({ sku: z.string() })).optional(),
  variants: z.array(z.object({ sku: z.string().nullable() })).optional(),
})

/** Adds SKUs that somebody may have meant to the sandbox's refusal of one that it does not know. */
export const namingNear = async <Result>(vendor: string, sku: string | undefined, work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work()
  } catch (error) {
    if (sku === undefined || !(error instanceof Failure) || !error.message.includes('sells no')) throw error
    const { rows = [], variants = [] } = await askSandbox(skusOf, { method: 'GET', path: `/${vendor}` })
    throw new Failure(
      `${error.message}${didYouMean(
        sku,
        [...rows, ...variants].flatMap((each) => each.sku ?? []),
      )}`,
    )
  }
}
