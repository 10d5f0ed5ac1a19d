import { entryId } from '@zyra/contracts'
import { adminPermissions, inboxPrefixOf, openJetStream, prepareJetStream } from '@zyra/jetstream'
import { startNats, type NatsServer } from '@zyra/servers'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sealYearly } from './year-end.ts'

describe('an installation that has run for a year', () => {
  let folder: string
  let server: NatsServer
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'zyra-year-'))
    server = await startNats({ dir: folder, users: [{ name: 'admin', permissions: adminPermissions() }] })
  }, 60_000)
  afterAll(async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const told: string[] = []
  const logger = { info: (...said: unknown[]) => void told.push(String(said[0])), warn: (...said: unknown[]) => void told.push(`warned: ${String(said[1])}`) }

  it('seals its segment once, at the first look after the year is over, and goes on where it cannot look', async () => {
    const admin = { url: server.url, name: 'spec', inboxPrefix: inboxPrefixOf('admin'), seed: server.seeds['admin'] ?? '' }
    await prepareJetStream(admin)
    const js = await openJetStream(admin)
    const append = (name: string, time: string) => js.log.append({
      subject: 'zyra.demo.inventory.stock.1',
      events: [{
        data: {},
        envelope: {
          id: entryId('year', name), type: 'inventory.BufferSet', source: 'zyra/demo/inventory/stock/1', time, version: 1,
          correlationId: entryId('year', 'correlation'), causationId: entryId('year', 'cause'), actor: 'policy:spec', handler: 'spec', index: 0,
          deciderVersion: 1, attempt: 1, backfill: false,
        },
      }],
    })
    await append('first', '2026-11-20T08:00:00.000Z')
    const yearEnd = await sealYearly(admin, logger)
    expect(await js.segments()).toHaveLength(1)
    await append('a year later', '2027-11-20T08:00:00.001Z')
    await Promise.all([yearEnd.look(), yearEnd.look()])
    await yearEnd.look()
    expect((await js.segments()).map(({ state }) => state)).toEqual(['sealed', 'open'])
    expect(told[0]).toContain('sealed')
    expect(told.filter((line) => line.startsWith('warned'))).toEqual([])
    await js.close()
    await server.kill()
    await yearEnd.look()
    expect(told.at(-1)).toContain('warned')
    await yearEnd.stop()
  }, 60_000)
})
