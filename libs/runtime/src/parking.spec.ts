import { subjectOf } from '@zyra/jetstream'
import { bench, ownerOf } from '../test/kit.ts'
import { parkedIdOf } from './parking.ts'

const MOST_BYTES_OF_A_SUBJECT = 500

describe('the id of a lot', () => {
  it('shows the handler and its aggregate', () => {
    expect(parkedIdOf({ handler: 'set-value', subject: 'zyra.demo.inventory.stock.mug' })).toBe('set-value~inventory~stock~mug')
  })

  it.each(['x'.repeat(5_000), '=2F'.repeat(60)])('finds room in a subject whatever the aggregate is called, and stays its own', (id) => {
    const ids = ['a', 'b'].map((end) => parkedIdOf({ handler: 'set-value', subject: `zyra.demo.inventory.stock.${id}${end}` }))
    expect(new Set(ids).size).toBe(2)
    for (const one of ids) {
      const subject = subjectOf({ merchant: 'm'.repeat(230), service: 'orchestrator', aggregate: 'parked', id: one })
      expect(subject.length).toBeLessThanOrEqual(MOST_BYTES_OF_A_SUBJECT)
    }
  })

  it('leads to what waits, also where the aggregate has too long a name', async () => {
    const it = bench()
    const { owned } = await ownerOf(it, 'policy')
    const lot = { merchant: 'demo', handler: 'add-to-all', kind: 'policy' as const, subject: `zyra.demo.inventory.stock.${'x'.repeat(5_000)}` }
    const asked = await it.ask('mug')
    await owned.parking.park(lot, asked, { error: 'refused', tries: 5 })
    const next = (await ownerOf(it, 'policy')).owned.parking
    expect(next.holds(lot)).toBe(true)
    expect(await next.content('demo', parkedIdOf(lot))).toMatchObject({ lot, waiting: [{ sequence: asked.sequence }] })
  })
})
