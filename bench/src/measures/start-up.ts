import type { Figure } from '../figure.ts'
import { startFastify } from '../floors/fastify-process.ts'
import { inRounds, type Measure, type Tools } from '../measure.ts'
import { install } from '../system.ts'

const measure = async (tools: Tools): Promise<readonly Figure[]> => {
  tools.say('start-up, the first start, which does not count')
  const installation = await install(tools.dir)
  try {
    const first = await installation.startServices()
    await first.untilReady()
    await first.stop()
    const [floor, ready] = [[] as number[], [] as number[]]
    const answered = await inRounds({ ...tools, rounds: tools.pick(Math.max(5, tools.rounds), 1) }, 'start-up', async () => {
      const bare = await startFastify()
      floor.push(bare.firstAnswerAfterMs / 1_000)
      await bare.stop()
      const from = performance.now()
      const services = await installation.startServices()
      await services.untilReady()
      ready.push((performance.now() - from) / 1_000)
      await services.stop()
      return services.firstAnswerAfterMs / 1_000
    })
    const floorOf = { what: 'node with bare Fastify', values: floor }
    return [
      { name: 'start-up', title: 'services started again, first 200', unit: 's', values: answered, target: 1, floor: floorOf },
      {
        name: 'start-up-ready', title: 'services started again, /readyz 200', unit: 's', values: ready, floor: floorOf,
        note: '/readyz is looked at every 0.1 s',
      },
    ]
  } finally {
    await installation.stop()
  }
}

/** From the start of the process to its first 200, the servers running and the files cached. */
export const startUp: Measure = { name: 'start-up', title: 'start-up', run: measure }
