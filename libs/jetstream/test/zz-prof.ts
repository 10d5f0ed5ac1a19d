// Figures of this machine: node --conditions=zyra-source libs/jetstream/test/measure.ts
import { eventNamed, stockSubject } from '/work/main/libs/jetstream/test/events.ts'
import { startTestServer } from '/work/main/libs/jetstream/test/server.ts'

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

const filled = await log.lastSequence()
await perSecond('append, 500 in flight (filling up)', 200_000 - filled, () => appendMany('fill', 500, Math.ceil((200_000 - filled) / 500)))
const total = await log.lastSequence()

for (let index = 0; index < 5; index += 1) await log.append({ subject: stockSubject('five'), events: [eventNamed(`five ${index}`)] })
await perSecond(`load 5 events among ${total}`, 1_000, async () => {
  for (let round = 0; round < 1_000; round += 1) await log.load(stockSubject('five'))
})

const {Session}=await import('node:inspector/promises'); const ss=new Session(); ss.connect(); await ss.post('Profiler.enable'); await ss.post('Profiler.start')
for (let round = 0; round < 4; round += 1) {
  const done = new AbortController()
  await perSecond('follow', total, async () => {
    for await (const { upTo } of log.follow({ filters: ['zyra.>'], fromSequence: 1, signal: done.signal })) if (upTo >= total) done.abort()
  })
}
const {profile}=await ss.post('Profiler.stop'); (await import('node:fs')).writeFileSync('/tmp/prof/p.cpuprofile',JSON.stringify(profile))
await server.stop()
