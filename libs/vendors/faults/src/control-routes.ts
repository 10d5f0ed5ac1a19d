import type { FastifyInstance } from 'fastify'
import type { Faults } from './faults.ts'

/**
 * Switches for the plan over HTTP, for a sandbox: GET what is planned and how often it struck, PUT a whole plan, POST one more fault,
 * DELETE all faults. A plan that is not valid is answered 400 with `{ error }`. Mount it with a prefix, apart from the fake's own routes.
 */
export const faultControlRoutes = (faults: Faults) => async (app: FastifyInstance): Promise<void> => {
  const answer = () => ({ plan: faults.plan(), counts: faults.counts() })
  app.setErrorHandler((error, _request, reply) => reply.code(400).send({ error: error instanceof Error ? error.message : String(error) }))
  app.get('/', async () => answer())
  app.put('/', async (request) => {
    faults.set(request.body)
    return answer()
  })
  app.post('/', async (request) => {
    faults.add(request.body)
    return answer()
  })
  app.delete('/', async () => {
    faults.clear()
    return answer()
  })
}
