import { createLogger } from '@zyra/runtime'
import type { ServerExit } from '@zyra/servers'
import { reviveWithSpace } from './revive.ts'

const FULL: ServerExit = { code: 1, signal: null, problem: 'The disk is full.', diskFull: true }
const CRASH: ServerExit = { code: 1, signal: null, problem: 'NATS stopped by itself.', diskFull: false }

const setUp = (exits: readonly ServerExit[], room: readonly number[]) => {
  const [left, frees] = [[...exits], [...room]]
  const told = { restarts: 0, pauses: 0 }
  const server = {
    get exited() {
      return Promise.resolve(left.shift() ?? CRASH)
    },
    restart: async () => {
      told.restarts += 1
      if (told.restarts === 1 && room[0] === -1) throw new Error('no space left on device')
    },
  }
  const problem = reviveWithSpace({
    server, name: 'NATS', folder: '/srv/zyra', neededBytes: 100, signal: new AbortController().signal, logger: createLogger('silent'),
    free: () => Math.abs(frees.length > 1 ? (frees.shift() ?? 0) : (frees[0] ?? 0)),
    pause: async () => void (told.pauses += 1),
  })
  return { problem, told }
}

describe('a server that ended', () => {
  it('for want of space is started again once there is some, as often as it takes', async () => {
    const { problem, told } = setUp([FULL, FULL, CRASH], [0, 50, 200])
    expect(await problem).toBe('NATS stopped by itself.')
    expect(told).toEqual({ restarts: 2, pauses: 2 })
  })

  it('for another reason is left to whoever started it', async () => {
    const { problem, told } = setUp([CRASH], [0])
    expect(await problem).toBe('NATS stopped by itself.')
    expect(told.restarts).toBe(0)
  })
})
