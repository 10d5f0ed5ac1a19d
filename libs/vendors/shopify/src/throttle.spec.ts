import { manualTime } from '@zyra/vendor-faults'
import { createThrottle } from './throttle.ts'

function open() {
  const time = manualTime(new Date('2026-11-20T08:00:00Z'))
  const naps: number[] = []
  const throttle = createThrottle({
    clock: time.clock,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      naps.push(ms)
      time.advance(ms)
    },
  })
  const status = (currentlyAvailable: number) => ({ maximumAvailable: 1000, currentlyAvailable, restoreRate: 100 })
  return { time, naps, throttle, status }
}

describe('createThrottle', () => {
  it('lets the first request go, since nothing is known of the bucket', async () => {
    const { throttle, naps } = open()
    await throttle.reserve(900)
    expect(naps).toEqual([])
  })

  it('waits exactly until the missing points are restored', async () => {
    const { throttle, naps, status } = open()
    await throttle.reserve(10)
    throttle.settle(10, status(50))
    await throttle.reserve(300)
    expect(naps).toEqual([2500])
  })

  it('counts the requests that are under way', async () => {
    const { throttle, naps, status } = open()
    await throttle.reserve(10)
    throttle.settle(10, status(500))
    await Promise.all([throttle.reserve(300), throttle.reserve(300)])
    expect(naps).toEqual([1000])
  })

  it('does not wait for more than the bucket can hold', async () => {
    const { throttle, naps, status } = open()
    await throttle.reserve(10)
    throttle.settle(10, status(0))
    await throttle.reserve(5000)
    expect(naps).toEqual([10_000])
  })

  it('takes the points of a request without an answer as gone', async () => {
    const { throttle, naps, status } = open()
    await throttle.reserve(10)
    throttle.settle(10, status(300))
    await throttle.reserve(300)
    throttle.settle(300, undefined)
    await throttle.reserve(100)
    expect(naps).toEqual([1000])
  })

  it('goes on restoring after the clock jumped ten years ahead and was set back', async () => {
    const { throttle, naps, status, time } = open()
    const years = 10 * 365 * 86_400_000
    time.advance(years)
    await throttle.reserve(10)
    throttle.settle(10, status(50))
    time.advance(-years)
    await throttle.reserve(300)
    expect(naps).toEqual([2500])
  })

  it('lets the others go on when one that waits is aborted', async () => {
    const { throttle, status } = open()
    await throttle.reserve(10)
    throttle.settle(10, status(0))
    await expect(throttle.reserve(100, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
    await throttle.reserve(100)
  })
})
