import { natsUsers, SEALER } from './servers.ts'

describe('the users of the log', () => {
  it('keep the sealer from keys, timers, probes and snapshots, and let it publish nothing but requests', () => {
    const { publish: { allow = [], deny = [] } = {} } = natsUsers().find(({ name }) => name === SEALER)?.permissions ?? {}
    expect(deny).toEqual(expect.arrayContaining(['KEYS', 'TIMERS', 'PROBES', 'SNAPSHOTS'].map((one) => `$JS.API.DIRECT.GET.ZYRA_${one}`)))
    expect(allow.length).toBeGreaterThan(0)
    expect(allow.filter((subject) => !subject.startsWith('$JS.'))).toEqual([])
  })
})
