import { connectNats } from '../src/connection.ts'
import { openOwnedConsumer, type Delivery } from '../src/consume.ts'
import { watchLink } from '../src/link.ts'
import type { TestServer } from './server.ts'

/** What one process saw from becoming the owner until it lost that. */
export interface Generation {
  readonly lost: AbortSignal
  readonly deliveries: Delivery[]
}

/** How a spec's consumer works. */
export interface TestConsumerOptions {
  readonly leaseMs: number
  readonly ackAll?: boolean
  readonly ackWaitMs?: number
  readonly maxInFlight?: number
  readonly filters?: readonly string[]
  readonly onDelivery?: (delivery: Delivery, generation: Generation) => void
}

/** A consumer on a connection of its own, which can die as a killed process would. */
export const openTestConsumer = async (server: TestServer, given: TestConsumerOptions) => {
  const { ackAll = false, filters = ['zyra.*.inventory.stock.*'], onDelivery, ...options } = given
  const connection = server.optionsFor('inventory')
  const nc = await connectNats(connection)
  const generations: Generation[] = []
  const problems: string[] = []
  const consumer = await openOwnedConsumer({
    nc, link: watchLink(nc), inboxPrefix: connection.inboxPrefix, stream: 'ZYRA', durable: 'inventory-policy', filters, ...options,
    onOwnership: (lost) => generations.push({ lost, deliveries: [] }),
    onDelivery: (delivery) => {
      const generation = generations.at(-1)
      if (generation === undefined) throw new Error('a delivery came before the ownership')
      generation.deliveries.push(delivery)
      onDelivery?.(delivery, generation)
      if (ackAll) delivery.ack()
    },
    onProblem: (problem) => problems.push(problem),
  })
  const deliveries = (): readonly Delivery[] => generations.at(-1)?.deliveries ?? []
  return {
    generations,
    problems,
    deliveries,
    sequences: (): number[] => deliveries().map(({ sequence }) => sequence),
    owns: consumer.owns,
    state: consumer.state,
    flush: () => nc.flush(),
    die: () => nc.close(),
    close: async () => {
      await consumer.close()
      await nc.close()
    },
  }
}

/** See {@link openTestConsumer}. */
export type TestConsumer = Awaited<ReturnType<typeof openTestConsumer>>
