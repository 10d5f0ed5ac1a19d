import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

const CONTENT_TYPE = 'application/problem+json; charset=utf-8'

/** A refusal, answered as a problem document (RFC 9457) with the field that is wrong. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly field: string | undefined
  readonly extra: Readonly<Record<string, unknown>>

  constructor(status: number, message: string, field?: string, extra: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.status = status
    this.field = field
    this.extra = extra
  }
}

/** Checks input. Throws a Problem (400) that names the first wrong field. */
export const check = <T>(schema: z.ZodType<T>, input: unknown): T => {
  const parsed = schema.safeParse(input ?? {})
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue?.path.join('.') ?? ''
  const field = issue?.code === 'unrecognized_keys' ? issue.keys[0] : place === '' ? undefined : place
  throw new Problem(400, `${field === undefined ? 'The request' : `Field ${field}`} is wrong: ${issue?.message}.`, field)
}

const document = (status: number, detail: string, field?: string, extra: Readonly<Record<string, unknown>> = {}) =>
  ({ title: TITLES[status] ?? 'Error', status, detail, ...(field !== undefined && { field }), ...extra })

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request', 404: 'Not Found', 409: 'Conflict', 413: 'Content Too Large', 500: 'Internal Server Error',
}

const refused = z.strictObject({ error: z.string() })
const withStatus = z.object({ statusCode: z.int().min(400).max(499) })

/** Answers every error of the routes below `app` as a problem document. */
export const answerProblems = (app: FastifyInstance): void => {
  app.setErrorHandler((error, _request, reply) => {
    const known = error instanceof Problem ? error : undefined
    const status = known?.status ?? withStatus.safeParse(error).data?.statusCode ?? 500
    const detail = error instanceof Error ? error.message : 'The sandbox could not do it.'
    return reply.code(status).type(CONTENT_TYPE).send(document(status, detail, known?.field, known?.extra))
  })
  app.setNotFoundHandler((request, reply) => {
    const detail = `${request.method} ${request.url} is nothing that the sandbox's control does: see its README.`
    return reply.code(404).type(CONTENT_TYPE).send(document(404, detail))
  })
  // The routes of the fault plans word their refusals as `{ error }`.
  app.addHook('preSerialization', async (_request, reply, payload) => {
    const refusal = reply.statusCode < 400 ? undefined : refused.safeParse(payload).data
    if (refusal === undefined) return payload
    reply.type(CONTENT_TYPE)
    return document(reply.statusCode, refusal.error, 'faults')
  })
}
