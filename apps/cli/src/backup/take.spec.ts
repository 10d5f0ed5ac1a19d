import type { StreamFacts } from '@zyra/jetstream'
import { inOrder } from './take.ts'

const stream = (name: string, epoch?: number): StreamFacts =>
  ({ name, config: {}, epoch, createdAt: '2026-11-20T08:00:00Z', messages: 0, bytes: 0, lastSequence: 0 })

describe('the order in which streams are copied', () => {
  it('is the log, the newest of its streams first, then what it speaks of, and keys at the very end', () => {
    const streams = [stream('ZYRA_KEYS'), stream('ZYRA_2026', 1), stream('ZYRA_TIMERS'), stream('ZYRA_2027', 1), stream('ZYRA_LATER')]
    expect(inOrder(streams).map(({ name }) => name)).toEqual(['ZYRA_2027', 'ZYRA_2026', 'ZYRA_TIMERS', 'ZYRA_LATER', 'ZYRA_KEYS'])
  })
})
