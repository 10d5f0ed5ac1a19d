// Figures of this machine: node --conditions=zyra-source libs/jetstream/test/measure.ts
import { eventNamed, stockSubject } from './events.ts'
import { startTestServer } from './server.ts'

const server = await startTestServer()
const { log } = await server.open()

const perSecond = async (what: string, count: number, work: () => Promise<unknown>): Promise<void> => {
  const from = performance.now()
  await work()
  const ms = performance.now() - from
  console.log(`${what}: ${Math.round((count / ms) * 1_000).toLocaleString('en')}/s (${count} in ${ms.toFixed(0)} ms)`)
}

const body = { name: 'a cup', available: 4, note: 'x'.repeat(200) }
const appendMany = async (name: string, writers: number, each: number): Promise<void> => {
  await Promise.all(Array.from({ length: writers }, async (_, writer) => {
    for (let index = 0; index < each; index += 1) {
      await log.append({ subject: stockSubject(`${name}-${writer}`), events: [eventNamed(`${name} ${writer} ${index}`, body)] })
    }
  }))
}

await perSecond('append, 1 writer', 2_000, () => appendMany('one', 1, 2_000))
await perSecond('append, 32 writers', 16_000, () => appendMany('some', 32, 500))
await perSecond('append, 256 in flight', 51_200, () => appendMany('many', 256, 200))
const filled = await log.lastSequence()
await perSecond('append, 500 in flight (filling up)', 200_000 - filled, () => appendMany('fill', 500, Math.ceil((200_000 - filled) / 500)))
const total = await log.lastSequence()

for (let index = 0; index < 5; index += 1) await log.append({ subject: stockSubject('five'), events: [eventNamed(`five ${index}`)] })
await perSecond(`load 5 events among ${total}`, 1_000, async () => {
  for (let round = 0; round < 1_000; round += 1) await log.load(stockSubject('five'))
})

for (let round = 0; round < 3; round += 1) {
  const done = new AbortController()
  await perSecond('follow', total, async () => {
    for await (const { upTo } of log.follow({ filters: ['zyra.>'], fromSequence: 1, signal: done.signal })) if (upTo >= total) done.abort()
  })
}
await server.stop()
