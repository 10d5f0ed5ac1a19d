import { watchDisk, type DiskState } from './disk-watch.ts'

const MIB = 1024 * 1024

const setUp = async (freeMib: number) => {
  const disk = { free: freeMib * MIB, broken: false }
  const told: DiskState[] = []
  const freeBytes = async (): Promise<number> => {
    if (disk.broken) throw new Error('EIO')
    return disk.free
  }
  const watch = await watchDisk({ folder: '/srv/zyra', reserveBytes: 300 * MIB, onChange: (state) => void told.push(state), freeBytes, everyMs: 1_000_000 })
  const free = async (mib: number): Promise<DiskState> => {
    disk.free = mib * MIB
    await watch.look()
    return watch.state()
  }
  return { disk, watch, told, free }
}

describe('the watch over the disk', () => {
  it('refuses what is new before it stops appending, long before the disk is full', async () => {
    const { watch, free, told } = await setUp(5_000)
    expect(watch.check()).toEqual({ name: 'disk', ok: true, detail: '5000 MiB free where /srv/zyra lies' })
    expect([await free(301), await free(299), await free(76), await free(74), await free(0)]).toEqual(['ample', 'low', 'low', 'critical', 'critical'])
    expect(told).toEqual(['low', 'critical'])
    expect(watch.check()).toMatchObject({ ok: false, detail: expect.stringContaining('0 MiB free') })
    watch.close()
  })

  it('opens a little above where it closed', async () => {
    const { watch, free } = await setUp(20)
    expect([await free(80), await free(83), await free(310), await free(331), await free(301)]).toEqual(['critical', 'low', 'low', 'ample', 'ample'])
    watch.close()
  })

  it('keeps to what it knew where the disk does not answer', async () => {
    const { watch, disk } = await setUp(20)
    disk.broken = true
    await watch.look()
    expect(watch.state()).toBe('critical')
    watch.close()
  })
})
