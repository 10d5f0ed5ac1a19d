import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Faults } from './faults.ts'
import type { FaultTarget } from './plan.ts'
import type { Scheduler } from './time.ts'
import { pause } from './time.ts'

/** A whole answer. `body` is sent as JSON. */
export type FaultAnswer = { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: unknown }

/** How this vendor words its errors. `retry-after` is added by the caller. */
export type FaultAnswers = {
  readonly rateLimited: (request: FastifyRequest, retryAfterSeconds: number | undefined) => FaultAnswer
  readonly serverError: (request: FastifyRequest, status: number) => FaultAnswer
  /**
   * May also change the fake's own state, so that only a refresh (expired) or a new authorisation (revoked) helps. Answers undefined for a
   * request that carries no token: it goes on.
   */
  readonly tokenRefused: (request: FastifyRequest, why: 'expired' | 'revoked') => FaultAnswer | undefined
}

export type RequestFaultOptions = {
  readonly faults: Faults
  readonly scheduler: Scheduler
  /** The vendor's name of what is asked for, for the plan's `where.operation`; the body is parsed by then. */
  readonly operation: (request: FastifyRequest) => string
  readonly answers: FaultAnswers
}

/**
 * Applies the plan's request faults to the routes that are registered on this instance afterwards. Before the handler: latency, connection
 * reset, refused token, 429, 5xx. After it, when it succeeded (status < 400): connection reset, 5xx, malformed JSON.
 * Resets need a real socket: `app.inject` has none, so there the request just breaks off.
 */
export const applyRequestFaults = (app: FastifyInstance, options: RequestFaultOptions): void => {
  app.addHook('preValidation', async (request, reply) => beforeEffect(request, reply, options))
  app.addHook('onSend', async (request, reply, payload) => afterEffect(request, reply, payload, options))
}

const beforeEffect = async (request: FastifyRequest, reply: FastifyReply, options: RequestFaultOptions) => {
  const { faults, answers } = options
  const target = targetOf(request, options)
  const latency = faults.strike('latency', target)
  if (latency) await pause(options.scheduler, latency.fault.ms + latency.random() * latency.fault.jitterMs)
  if (faults.strike('reset-before-effect', target)) return reset(request, reply)

  const ended = faults.strike('expired-token', target) ? 'expired' : faults.strike('revoked-token', target) ? 'revoked' : undefined
  const refused = ended && answers.tokenRefused(request, ended)
  if (refused) return answer(reply, refused)

  const limit = faults.strike('rate-limit', target)
  if (limit) {
    const seconds = limit.fault.retryAfterSeconds
    if (seconds !== undefined) reply.header('retry-after', String(seconds))
    return answer(reply, answers.rateLimited(request, seconds))
  }
  const outage = faults.strike('server-error', target)
  if (outage) return answer(reply, answers.serverError(request, outage.fault.status))
}

const afterEffect = async (request: FastifyRequest, reply: FastifyReply, payload: unknown, options: RequestFaultOptions) => {
  if (reply.statusCode >= 400) return payload
  const target = targetOf(request, options)
  if (options.faults.strike('reset-after-effect', target)) {
    request.raw.socket.resetAndDestroy()
    return payload
  }
  const outage = options.faults.strike('server-error-after-effect', target)
  if (outage) {
    const { status, headers, body } = options.answers.serverError(request, outage.fault.status)
    reply.code(status).headers({ ...headers, 'content-type': 'application/json; charset=utf-8' })
    return JSON.stringify(body)
  }
  const cut = typeof payload === 'string' && options.faults.strike('malformed-json', target)
  return cut ? payload.slice(0, Math.floor(payload.length / 2)) : payload
}

const answer = (reply: FastifyReply, { status, headers, body }: FaultAnswer): FastifyReply =>
  reply.code(status).headers(headers ?? {}).send(body)

const reset = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  reply.hijack()
  request.raw.socket.resetAndDestroy()
  return reply
}

const targetOf = (request: FastifyRequest, options: RequestFaultOptions): FaultTarget => ({
  path: request.url.split('?')[0] ?? request.url,
  operation: options.operation(request),
  method: request.method,
})
