import { Body, Controller, Headers, HttpException, Inject, Param, Post, Res } from '@nestjs/common'
import { entryId, INSTALLATION } from '@zyra/contracts'
import { entryCause, messageOf, type ServiceContext } from '@zyra/runtime'
import { randomUUID, timingSafeEqual } from 'node:crypto'
import { CONTEXT } from '../context.ts'
import { CONTROL_TOKEN } from './control-token.ts'
import { introductionProblems } from './introduction.ts'
import { readControlRequest, type ControlRequest } from './requests.ts'

/** How long a request waits for its outcome before it is answered 202, in ms. */
const OUTCOME_WITHIN_MS = 3_000

interface Reply {
  readonly status: (code: number) => Reply
}

/** What came of a request for one merchant; no events: it is accepted, and nothing has come of it yet. */
interface Answer {
  readonly merchant: string
  readonly event: string
  readonly outcome: readonly string[]
}

const isSame = (given: string, expected: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

const parse = (body: unknown): unknown => {
  if (!(body instanceof Uint8Array) || body.length === 0) return {}
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    throw new HttpException({ title: 'The body is not JSON.', problems: ['the body: expected JSON.'] }, 400)
  }
}

/** The command line's way in: a request becomes an event, which the service that owns the matter decides on. */
@Controller('control')
export class ControlController {
  readonly #context: ServiceContext
  readonly #token: string

  constructor(@Inject(CONTEXT) context: ServiceContext, @Inject(CONTROL_TOKEN) token: string) {
    this.#context = context
    this.#token = token
  }

  /** 200 with the outcome, 202 where none was seen within three seconds, 400 naming each wrong field, 401 without the token. */
  @Post(':name')
  async request(
    @Param('name') name: string,
    @Headers('authorization') authorization: string | undefined,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    if (!isSame(authorization ?? '', `Bearer ${this.#token}`)) {
      throw new HttpException({ title: 'Not allowed: the token of this installation is missing or wrong.' }, 401)
    }
    const request = readControlRequest(name, parse(body))
    if ('problems' in request) throw new HttpException({ title: 'The request is not as expected.', problems: request.problems }, 400)
    const merchants = request.merchant === undefined ? this.#merchants() : [request.merchant]
    const problems = request.introduces === undefined ? [] : introductionProblems(request.introduces, this.#context.config, this.#context.merchants.all())
    if (problems.length > 0) throw new HttpException({ title: 'The merchant cannot be registered.', problems }, 400)
    const unknown = request.introduces === undefined ? merchants.find((merchant) => !this.#isKnown(merchant)) : undefined
    if (unknown !== undefined) throw new HttpException({ title: `There is no merchant "${unknown}".`, problems: [`merchant: "${unknown}" is not known.`] }, 400)
    if (merchants.length === 0) throw new HttpException({ title: 'No merchant is known yet: try again in a moment.' }, 503)
    const requestId = randomUUID()
    const answers = await Promise.all(merchants.map((merchant) => this.#ask(merchant, requestId, request)))
    const isDone = answers.every(({ outcome }) => outcome.length > 0)
    reply.status(isDone ? 200 : 202)
    return { requestId, answers }
  }

  #merchants(): readonly string[] {
    return this.#context.merchants.all().map(({ name }) => name)
  }

  #isKnown(merchant: string): boolean {
    return merchant === INSTALLATION || this.#context.merchants.byName(merchant) !== undefined
  }

  /** Answers the id of the event that keeps the request. */
  async #keep(merchant: string, requestId: string, { event }: ControlRequest): Promise<string> {
    const cause = entryCause(merchant, entryId('control', requestId, merchant), 'control', 'user:command-line')
    const asked = [event(requestId, 'command-line')]
    await this.#context.decisions.record({ merchant, aggregate: 'request', id: 'control' }, asked, cause, AbortSignal.timeout(OUTCOME_WITHIN_MS))
    return cause.meta.correlationId
  }

  async #ask(merchant: string, requestId: string, request: ControlRequest): Promise<Answer> {
    const { service, aggregate } = request.outcome
    try {
      const before = await this.#context.log.lastSequence()
      const correlationId = await this.#keep(merchant, requestId, request)
      const filter = `zyra.${merchant}.${service}.${aggregate}.*`
      return { merchant, event: correlationId, outcome: await this.#outcomeOf(filter, before + 1, correlationId) }
    } catch (error) {
      throw new HttpException({ title: `The request could not be kept: ${messageOf(error)}` }, 503)
    }
  }

  async #outcomeOf(filter: string, fromSequence: number, correlationId: string): Promise<readonly string[]> {
    const signal = AbortSignal.timeout(OUTCOME_WITHIN_MS)
    for await (const { events } of this.#context.log.follow({ filters: [filter], fromSequence, signal })) {
      const types = events.flatMap(({ envelope }) => (envelope.correlationId === correlationId ? [envelope.type] : []))
      if (types.length > 0) return types
    }
    return []
  }
}
