import { within } from './grace.ts'

describe('a grace period', () => {
  const never = new Promise<void>(() => undefined)
  const untilOver = (_ms: number, signal: AbortSignal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))

  it('ends with the work', async () => {
    expect(await within(10_000, Promise.resolve(), untilOver)).toBe(true)
    expect(await within(10_000, Promise.reject(new Error('broken')), untilOver)).toBe(true)
  })

  it('ends without the work when it is over', async () => {
    expect(await within(10_000, never, async () => undefined)).toBe(false)
  })

  it('leaves no timer behind that would keep a process alive', async () => {
    let signal: AbortSignal | undefined
    await within(10_000, Promise.resolve(), (ms, given) => {
      signal = given
      return untilOver(ms, given)
    })
    expect(signal?.aborted).toBe(true)
  })
})
