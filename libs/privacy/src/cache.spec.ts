import { createCache } from './cache.ts'

const setup = (size: number, maxAgeMs = 1000) => {
  const clock = { ms: 0 }
  const loads: string[] = []
  const cache = createCache<string | undefined>({ size, maxAgeMs, now: () => clock.ms })
  const read = (name: string) => cache.get(name, async () => {
    loads.push(name)
    return name.toUpperCase()
  })
  return { cache, clock, loads, read }
}

describe('cache', () => {
  it('holds no more than its size and drops the least recently used entry first', async () => {
    const { loads, read } = setup(2)
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) await read(name)
    expect(loads).toEqual(['a', 'b', 'c', 'b'])
  })

  it('loads an entry again once it is as old as allowed, however often it was read meanwhile', async () => {
    const { clock, loads, read } = setup(2, 1000)
    for (const ms of [0, 500, 999, 1000]) {
      clock.ms = ms
      await read('a')
    }
    expect(loads).toEqual(['a', 'a'])
  })

  it('counts an entry\'s age from the start of its load', async () => {
    const { cache, clock, loads, read } = setup(2, 1000)
    const gate = Promise.withResolvers<string>()
    const slow = cache.get('a', () => gate.promise)
    clock.ms = 1000
    gate.resolve('A')
    await slow
    await read('a')
    expect(loads).toEqual(['a'])
  })

  it('shares one load among concurrent readers', async () => {
    const { loads, read } = setup(2)
    expect(await Promise.all([read('a'), read('a'), read('a')])).toEqual(['A', 'A', 'A'])
    expect(loads).toEqual(['a'])
  })

  it('does not keep what a load brings that was under way when the cache was cleared', async () => {
    const { cache, loads, read } = setup(2)
    const gate = Promise.withResolvers<string>()
    const underWay = cache.get('a', () => gate.promise)
    cache.clear()
    gate.resolve('old')
    expect(await underWay).toBe('old')
    expect(await read('a')).toBe('A')
    expect(loads).toEqual(['a'])
  })

  it('keeps neither failures nor absences', async () => {
    const { cache, read } = setup(2)
    await expect(cache.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away')
    expect(await read('a')).toBe('A')
    expect(await cache.get('b', async () => undefined)).toBeUndefined()
    expect(await read('b')).toBe('B')
  })
})
