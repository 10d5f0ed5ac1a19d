import { createHealth } from './health.ts'

const setUp = () => {
  const state = { now: 0, draining: false, database: true, service: true, looks: 0 }
  const health = createHealth({
    services: () => [
      { name: 'inventory', checks: async () => {
        state.looks += 1
        if (!state.service) throw new Error('broken')
        return [{ name: 'inventory-log', ok: true, detail: 'connected' }]
      } },
    ],
    database: async () => {
      if (!state.database) throw new Error('Postgres is not listening')
    },
    isDraining: () => state.draining,
    monotonic: () => state.now,
  })
  return { state, health }
}

describe('the health of a process', () => {
  it('is good when everything that must work does', async () => {
    expect(await setUp().health()).toEqual({
      ready: true,
      checks: [{ name: 'postgres', ok: true, detail: 'takes writes' }, { name: 'inventory-log', ok: true, detail: 'connected' }],
    })
  })

  it('names what does not', async () => {
    const { state, health } = setUp()
    Object.assign(state, { database: false, service: false })
    expect(await health()).toEqual({
      ready: false,
      checks: [{ name: 'postgres', ok: false, detail: 'Postgres is not listening' }, { name: 'inventory', ok: false, detail: 'broken' }],
    })
  })

  it('is looked at once a second, however many ask', async () => {
    const { state, health } = setUp()
    await Promise.all([health(), health(), health()])
    state.now = 1_000
    await health()
    expect(state.looks).toBe(1)
    state.now = 1_001
    await health()
    expect(state.looks).toBe(2)
  })

  it('is not ready from the moment on at which it is asked to stop', async () => {
    const { state, health } = setUp()
    await health()
    state.draining = true
    expect(await health()).toMatchObject({ ready: false, checks: expect.arrayContaining([{ name: 'draining', ok: false, detail: 'takes no new work' }]) })
  })
})
