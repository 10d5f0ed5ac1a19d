import { openTestConsumer, type Generation, type TestConsumer } from '../test/consumer.ts'
import { eventNamed, seeded, stockSubject, until } from '../test/events.ts'
import { startTestServer, type TestServer } from '../test/server.ts'

const SEED = 17
const KILLS = 40
const EVENTS = 600
const LEASE_MS = 160

describe(`a consumer whose owner is killed ${KILLS} times (seed ${SEED})`, () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
  }, 60_000)
  afterAll(() => server.stop())

  it('has one owner at a time, skips nothing, and delivers what was not done with first and in order', async () => {
    const random = seeded(SEED)
    const js = await server.open()
    await Promise.all(Array.from({ length: EVENTS }, (_, index) =>
      js.log.append({ subject: stockSubject(index % 20), events: [eventNamed(`crash ${index}`)] })))
    const acknowledged = new Set<number>()
    const faults: string[] = []
    const alive = new Set<TestConsumer>()
    let holding = true

    const firstOpen = (): number => {
      let sequence = 1
      while (acknowledged.has(sequence)) sequence += 1
      return sequence
    }
    const judge = (sequence: number, { deliveries }: Generation): void => {
      const before = deliveries.at(-2)?.sequence
      if (before === undefined && sequence > firstOpen()) faults.push(`an ownership began with #${sequence}, #${firstOpen()} was open`)
      if (before !== undefined && sequence !== before + 1) faults.push(`#${sequence} came after #${before}`)
      const owners = [...alive].filter((one) => one.owns())
      if (owners.length > 1) faults.push(`${owners.length} owners at #${sequence}`)
    }
    const join = async (): Promise<void> => {
      alive.add(await openTestConsumer(server, {
        leaseMs: LEASE_MS,
        maxInFlight: 24,
        onDelivery: (delivery, generation) => {
          judge(delivery.sequence, generation)
          if (holding && random() < 0.1) return
          setTimeout(() => {
            if (generation.lost.aborted) return
            acknowledged.add(delivery.sequence)
            delivery.ack()
          }, random() * 8)
        },
      }))
    }
    const owner = (): TestConsumer | undefined => [...alive].find((one) => one.owns() && one.deliveries().length > 0)

    await Promise.all([join(), join()])
    for (let kill = 0; kill < KILLS; kill += 1) {
      await until(`somebody owns it before kill ${kill}`, () => owner() !== undefined)
      await new Promise((resolve) => setTimeout(resolve, random() * 60))
      const victim = owner()
      if (victim === undefined) continue
      alive.delete(victim)
      await victim.die()
      await join()
    }
    holding = false
    const dying = owner()
    if (dying !== undefined) {
      alive.delete(dying)
      await dying.die()
    }
    await until('all is done with', () => acknowledged.size === EVENTS, 15_000)
    expect(faults).toEqual([])
    await Promise.all([...alive].map((one) => one.close()))
  }, 60_000)
})
