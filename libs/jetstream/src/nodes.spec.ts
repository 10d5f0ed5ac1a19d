import { missingOn } from './nodes.ts'
import type { StreamFacts } from './segments.ts'

const streamOn = (count: number, cluster?: StreamFacts['cluster']): StreamFacts => ({
  config: { name: 'ZYRA', num_replicas: count }, state: { messages: 0, bytes: 0, first_seq: 0, last_seq: 0 },
  created: '2026-11-20T08:00:00Z', ts: '2026-11-20T08:00:00Z', ...(cluster === undefined ? {} : { cluster }),
})
const well = { name: 'n2', current: true, active: 900_000_000 }

describe('a stream on several nodes', () => {
  it.each([
    ['a single server', streamOn(1)],
    ['one node of a cluster', streamOn(1, { leader: 'n1' })],
    ['three nodes that are up', streamOn(3, { leader: 'n1', replicas: [well, { ...well, name: 'n3' }] })],
  ])('is whole on %s', (_where, facts) => {
    expect(missingOn(facts)).toBeUndefined()
  })

  it.each([
    ['no leader', { replicas: [well, well] }, 'ZYRA has no leader'],
    ['a node behind', { leader: 'n1', replicas: [well, { ...well, name: 'n3', current: false }] }, 'n3 is away or does not have all of ZYRA yet'],
    ['a node offline', { leader: 'n1', replicas: [well, { ...well, name: 'n3', offline: true }] }, 'n3 is away or does not have all of ZYRA yet'],
    // A node that was killed counts as current for ten seconds more.
    ['a silent node', { leader: 'n1', replicas: [well, { ...well, name: 'n3', active: 1_600_000_000 }] }, 'n3 is away or does not have all of ZYRA yet'],
    ['a node that nobody knows', { leader: 'n1', replicas: [well] }, 'ZYRA is on 2 of its 3 nodes only'],
  ])('is not whole with %s', (_what, cluster, sentence) => {
    expect(missingOn(streamOn(3, cluster))).toBe(sentence)
  })
})
