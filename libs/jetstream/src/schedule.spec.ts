import { jetstreamManager } from '@nats-io/jetstream'
import { until } from '../test/events.ts'
import { startTestServer, type TestServer } from '../test/server.ts'
import { watchLink } from './link.ts'
import { LogRefused, LogUnavailable } from './log.ts'
import type { JetStream } from './open.ts'
import { reviveTimers, type Timer, type TimerCarrierOptions } from './schedule.ts'

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString()

describe('a timer', () => {
  let server: TestServer
  let js: JetStream
  beforeAll(async () => {
    server = await startTestServer()
    js = await server.open()
  }, 60_000)
  afterAll(() => server.stop())

  const set = (timer: string, at: string): Promise<void> => js.setTimer({ merchant: 'demo shop', service: 'inventory', timer, at })

  const carry = async (onDue: (timer: Timer) => Promise<void> = async () => {}, more: Pick<TimerCarrierOptions, 'now' | 'reviveEveryMs'> = {}) => {
    const fired: Timer[] = []
    const problems: string[] = []
    const connection = await server.open()
    const consumer = await connection.carryTimers({
      ...more, service: 'inventory', leaseMs: 1_000, onProblem: (problem) => problems.push(problem),
      onDue: async (timer) => {
        await onDue(timer)
        fired.push(timer)
      },
    })
    return { fired, problems, close: consumer.close, of: (name: string) => fired.filter(({ timer }) => timer === name).map(({ at }) => at) }
  }

  const stored = async (): Promise<Record<string, number>> => {
    const jsm = await jetstreamManager(await server.connect('admin'))
    return (await jsm.streams.info('ZYRA_TIMERS', { subjects_filter: '>' })).state.subjects ?? {}
  }
  const setSubjects = async (): Promise<Record<string, number>> =>
    Object.fromEntries(Object.entries(await stored()).filter(([subject]) => subject.startsWith('timers.set.')))

  it('fires once, at its time, under the name that it was given', async () => {
    const { of, fired, close } = await carry()
    const at = inMs(600)
    await set('watch SKU/1.ü', at)
    expect(await js.isTimerSet({ merchant: 'demo shop', service: 'inventory', timer: 'watch SKU/1.ü' })).toBe(true)
    expect(await js.isTimerSet({ merchant: 'demo', service: 'inventory', timer: 'watch SKU/1.ü' })).toBe(false)
    await until('it fires', () => fired.length === 1)
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(at))
    expect(fired).toEqual([{ merchant: 'demo shop', service: 'inventory', timer: 'watch SKU/1.ü', at }])
    expect(await setSubjects()).toEqual({})
    expect(await js.isTimerSet({ merchant: 'demo shop', service: 'inventory', timer: 'watch SKU/1.ü' })).toBe(false)
    expect(of('watch SKU/1.ü')).toEqual([at])
    await close()
  })

  it('of a name that is too long for a subject is refused, rather than be hung up on', async () => {
    await expect(set('x'.repeat(5_000), inMs(600))).rejects.toThrow(LogRefused)
    expect(js.connected()).toBe(true)
  })

  it('fires at once if its time has passed', async () => {
    const { of, close } = await carry()
    await set('past', '2020-01-01T00:00:00.000Z')
    await until('it fires', () => of('past').length === 1, 2_000)
    await close()
  })

  it('that the server fires an hour early is carried when it is due, and keeps no other waiting', async () => {
    let behind = 3_600_000
    const { of, close } = await carry(async () => {}, { now: () => Date.now() - behind })
    await set('early', inMs(100))
    const hasFired = async (): Promise<boolean> => Object.keys(await stored()).some((subject) => /^timers\.due\..*\.early$/.test(subject))
    await until('the server fires it', hasFired)
    await set('due', '2020-01-01T00:00:00.000Z')
    await until('the other fires', () => of('due').length === 1)
    expect(of('early')).toEqual([])
    behind = 0
    await until('it is carried', () => of('early').length === 1, 3_000)
    await close()
  })

  it('that the server forgot, since its clock had jumped, is set again', async () => {
    const { of, close } = await carry(async () => {}, { reviveEveryMs: 100 })
    const [at, fresh] = [inMs(-120_000), inMs(-30_000)]
    const nc = await server.connect('admin')
    // As a schedule that never fires: a message without one.
    await nc.request('timers.set.inventory.demo.forgotten', JSON.stringify({ at }))
    await nc.request('timers.set.inventory.demo.fresh', JSON.stringify({ at: fresh }))
    await until('it fires', () => of('forgotten').length === 1, 5_000)
    expect(of('fresh')).toEqual([])
    await close()
    await (await jetstreamManager(nc)).streams.purge('ZYRA_TIMERS', { filter: 'timers.set.inventory.demo.fresh' })
  })

  const purge = async (filter: string) => (await jetstreamManager(await server.connect('admin'))).streams.purge('ZYRA_TIMERS', { filter })

  it('that somebody moves while it is set again stays as they moved it', async () => {
    const nc = await server.connect('admin')
    await nc.request('timers.set.inventory.demo.overtaken', JSON.stringify({ at: inMs(-120_000) }))
    const moved = inMs(600_000)
    let moves = 0
    const meddled = Object.assign(Object.create(nc), {
      request: async (...args: Parameters<typeof nc.request>) => {
        if (args[0] === 'timers.set.inventory.demo.overtaken' && (moves += 1) === 1) {
          await js.setTimer({ merchant: 'demo', service: 'inventory', timer: 'overtaken', at: moved })
        }
        return nc.request(...args)
      },
    })
    expect(await reviveTimers({ nc: meddled, link: watchLink(nc) }, 'inventory', Date.now())).toEqual([])
    expect(moves).toBe(1)
    const answer = await nc.request('$JS.API.DIRECT.GET.ZYRA_TIMERS', JSON.stringify({ last_by_subj: 'timers.set.inventory.demo.overtaken' }))
    expect(answer.json()).toEqual({ at: moved })
    await purge('timers.set.inventory.demo.overtaken')
  })

  it('is set again among more than the server tells of at once, and keeps its trace', async () => {
    const nc = await server.connect('admin')
    const others = Array.from({ length: 1_100 }, (_, index) => `timers.set.inventory.demo.other-${index}`)
    await Promise.all(others.map((subject) => nc.request(subject, JSON.stringify({ at: inMs(-30_000) }))))
    const [at, traceparent] = [inMs(-120_000), `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`]
    await nc.request('timers.set.inventory.demo.buried', JSON.stringify({ at, traceparent }))
    const { fired, close } = await carry()
    expect(await reviveTimers({ nc, link: watchLink(nc) }, 'inventory', Date.now())).toEqual(['buried'])
    await until('it fires', () => fired.some(({ timer }) => timer === 'buried'))
    expect(fired.filter(({ timer }) => timer === 'buried')).toEqual([{ merchant: 'demo', service: 'inventory', timer: 'buried', at, traceparent }])
    await close()
    await purge('timers.set.inventory.demo.>')
  }, 20_000)

  it('that is set again is replaced: only the newest fires, and nothing is left of the others', async () => {
    const { of, close } = await carry()
    const [later, latest, sooner] = [inMs(1_000), inMs(60_000), inMs(500)]
    await set('moved', later)
    await set('moved', latest)
    await set('moved', sooner)
    await set('put off', sooner)
    await set('put off', latest)
    expect(Object.values(await setSubjects())).toEqual([1, 1])
    await set('last', inMs(1_200))
    await until('the last fires', () => of('last').length === 1)
    expect(of('moved')).toEqual([sooner])
    expect(of('put off')).toEqual([])
    expect(Object.values(await setSubjects())).toEqual([1])
    await close()
  })

  it('that is moved away and back again fires at the time that it was given last', async () => {
    const { of, close } = await carry()
    const soon = inMs(500)
    await set('there and back', soon)
    await set('there and back', inMs(60_000))
    await set('there and back', soon)
    await until('it fires', () => of('there and back').length === 1)
    expect(of('there and back')).toEqual([soon])
    await close()
  })

  it('set twice for the same time is one timer, also after it fired', async () => {
    const { of, close } = await carry()
    const at = inMs(400)
    await Promise.all([set('twice', at), set('twice', at)])
    await until('it fires', () => of('twice').length === 1)
    await set('twice', at)
    await set('after twice', inMs(0))
    await until('the next one fires', () => of('after twice').length === 1)
    expect(of('twice')).toEqual([at])
    await close()
  })

  it('falls due while reader and server are away, and is carried afterwards, once', async () => {
    const [asleep, down] = [inMs(200), inMs(800)]
    await set('reader asleep', asleep)
    await set('server down', down)
    const isDue = (subject: string): boolean => subject.startsWith('timers.due.') && subject.endsWith('.reader=20asleep')
    await until('the first is due', async () => Object.keys(await stored()).some(isDue))
    await server.kill()
    await until('the second falls due', () => Date.now() > Date.parse(down) + 100)
    await server.restart()
    const { of, close } = await carry()
    await until('both are carried', () => of('reader asleep').length + of('server down').length === 2)
    await close()
    const next = await carry()
    await set('after downtime', inMs(0))
    await until('the next one fires', () => next.of('after downtime').length === 1)
    expect(next.fired).toHaveLength(1)
    expect([of('reader asleep'), of('server down')]).toEqual([[asleep], [down]])
    await next.close()
  }, 20_000)

  it('is tried again until it is recorded, and the next one waits for it', async () => {
    let tries = 0
    const { fired, problems, close } = await carry(async ({ timer }) => {
      if (timer === 'stubborn' && (tries += 1) < 2) throw new Error('not yet')
    })
    await set('stubborn', inMs(-2_000))
    await until('it was tried', () => tries === 1)
    await set('behind', inMs(-1_000))
    await until('both are carried', () => fired.length === 2)
    expect(fired.map(({ timer }) => timer)).toEqual(['stubborn', 'behind'])
    expect(problems.filter((problem) => problem.includes('not yet'))).toHaveLength(1)
    await close()
  })

  it('cannot be made to fire by another service', async () => {
    const { problems, fired, close } = await carry()
    const nc = await server.connect('admin')
    await nc.request('timers.due.inventory.demo.forged', JSON.stringify({ at: inMs(0) }))
    await until('it is told', () => problems.length === 1)
    expect(problems[0]).toMatch(/dropped the message timers\.due\.inventory\.demo\.forged #\d+: it was not set by this service/)
    expect(fired).toEqual([])
    await close()
  })

  it('is refused without a proper time, and says so while the server is away', async () => {
    await expect(set('wrong', 'tomorrow')).rejects.toThrow('timer wrong: "tomorrow" is no time, expected ISO 8601')
    await server.kill()
    await expect(set('away', inMs(0))).rejects.toThrow(LogUnavailable)
    await server.restart()
  }, 20_000)
})
