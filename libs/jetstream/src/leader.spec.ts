import { confirmed } from './leader.ts'

/** A read whose replica shows one event more with every try. */
const catchingUp = (from: number, leader: number) => {
  const pauses: number[] = []
  let shown = from
  const options = {
    read: async () => shown++,
    known: async () => leader,
    shows: (read: number, known: number) => read >= known,
    pause: async (ms: number) => pauses.push(ms),
  }
  return { options, pauses }
}

describe('a read that any replica may answer', () => {
  it('is believed at once where it shows what the leader has', async () => {
    const { options, pauses } = catchingUp(7, 7)
    expect(await confirmed(options)).toBe(7)
    expect(pauses).toEqual([])
  })

  it('is made again until it shows what the leader has', async () => {
    const { options, pauses } = catchingUp(4, 7)
    expect(await confirmed(options)).toBe(7)
    expect(pauses).toEqual([2, 5, 10])
  })

  it('fails where the replica stays behind', async () => {
    const { options } = catchingUp(0, 100)
    await expect(confirmed(options)).rejects.toMatchObject({ name: 'LogUnavailable' })
  })
})
