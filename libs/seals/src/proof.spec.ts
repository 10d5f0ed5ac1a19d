import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { leavesOf, message, messages, newKey, sealAll } from '../test/messages.ts'
import { checkScript } from './check-script.ts'
import { proveMessage } from './proof.ts'
import { formatSeal, publicKeyOf } from './seal.ts'

const key = newKey()
const seals = sealAll(messages(1, 37), 20, { key })
const proven = (sequence: number) => {
  const seal = seals.find(({ first, last }) => sequence >= first && sequence <= last)!
  return proveMessage(message(sequence), seal, leavesOf(messages(seal.first, seal.last)))
}
const proof = () => ({ format: 'zyra-proof', version: 1, seals, events: [1, 2, 20, 21, 37].map(proven) })

describe('a proof', () => {
  let folder: string
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'zyra-proof-'))))
  afterAll(() => rmSync(folder, { recursive: true }))

  /** What the stand-alone script says of a proof. */
  const checked = (content: unknown, ...trusted: readonly string[]): Promise<{ code: number; said: string }> => {
    const file = join(folder, 'proof.json')
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
    return new Promise((resolve) => {
      execFile(process.execPath, [fileURLToPath(checkScript), file, ...trusted], { env: {} }, (error, said) => {
        resolve({ code: error === null ? 0 : Number(error.code), said })
      })
    })
  }

  it('is checked by a script that knows nothing of Zyra', async () => {
    const { code, said } = await checked(proof())
    expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining('OK: 5 events are as they were sealed') })
    expect(said).toContain(publicKeyOf(key))
    expect(said).toContain('inventory.StockObserved')
  })

  it('is trusted by the key that was told, and by published seals', async () => {
    expect((await checked(proof(), publicKeyOf(key))).code).toBe(0)
    expect(await checked(proof(), publicKeyOf(newKey()))).toMatchObject({ code: 1, said: expect.stringContaining('WRONG: the seal of #1 to #20') })
    const published = join(folder, 'published')
    mkdirSync(published)
    writeFileSync(join(published, '1-000000000001.json'), formatSeal(seals[0]!))
    expect(await checked(proof(), published)).toMatchObject({ code: 1, said: expect.stringMatching(/^WRONG: the seal of #21 to #37 is not what [^\n]*\n$/) })
    writeFileSync(join(published, '1-000000000021.json'), formatSeal(seals[1]!))
    expect((await checked(proof(), published)).code).toBe(0)
  })

  it.each(['subject', 'body', 'headers', 'sequence', 'proof', 'seal'] as const)('does not hold with another %s', async (field) => {
    const { events, ...rest } = proof()
    const others = { subject: 'zyra.x', body: '{}', headers: ['ce-type: x'], sequence: 2, proof: events[0]!.proof.slice(1), seal: 'a'.repeat(64) }
    const changed = { ...rest, events: [{ ...events[0]!, [field]: others[field] }] }
    expect(await checked(changed)).toMatchObject({ code: 1, said: expect.stringContaining('WRONG: #') })
  })

  it('does not hold with a seal that says something else, with none, or with nothing in it', async () => {
    const { events, ...rest } = proof()
    expect((await checked({ ...rest, events, seals: seals.map((seal) => ({ ...seal, time: '2020-01-01T00:00:00.000Z' })) })).code).toBe(1)
    expect((await checked({ ...rest, events, seals: [] })).code).toBe(1)
    expect((await checked({ ...rest, events: [] })).said).toContain('there is no event in it')
    expect((await checked('no proof')).said).toMatch(/^WRONG: .* cannot be read as a proof/)
  })

  it('is not made of a message that is not what was sealed', () => {
    const leaves = leavesOf(messages(1, 20))
    expect(() => proveMessage({ ...message(3), body: Buffer.from('{}') }, seals[0]!, leaves)).toThrow('#3 is not what was sealed')
    expect(() => proveMessage({ ...message(3), sequence: 25 }, seals[0]!, leaves)).toThrow('leaf 24 is not one of 20')
  })
})
