import { createLanes } from './lanes.ts'

describe('lanes', () => {
  it('do the work of one key in order and one at a time', async () => {
    const lanes = createLanes()
    const first = Promise.withResolvers<undefined>()
    const seen: string[] = []
    const one = lanes.add('mug', async () => {
      seen.push('one begins')
      await first.promise
      seen.push('one ends')
    })
    const two = lanes.add('mug', async () => void seen.push('two'))
    await lanes.add('cap', async () => void seen.push('other'))
    expect(seen).toEqual(['one begins', 'other'])
    first.resolve(undefined)
    await Promise.all([one, two])
    expect(seen).toEqual(['one begins', 'other', 'one ends', 'two'])
  })

  it('go on after work that fails, which fails for its owner alone', async () => {
    const lanes = createLanes()
    const failing = lanes.add('mug', () => Promise.reject(new Error('broken')))
    const next = lanes.add('mug', async () => 'done')
    await expect(failing).rejects.toThrow('broken')
    expect(await next).toBe('done')
  })

  it('keep nothing of a key once its work is done', async () => {
    const lanes = createLanes()
    await lanes.add('mug', async () => undefined)
    await new Promise((resolve) => setImmediate(resolve))
    expect(lanes.size()).toBe(0)
  })
})
