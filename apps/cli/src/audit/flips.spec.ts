import { findNatsServer } from '@zyra/servers'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { filesOf, flipOne, verdictOn, type FileKind, type Flip } from '../../test/flips.ts'
import { fillStore, seeded } from '../../test/store.ts'

const FLIPS = Number(process.env['AUDIT_FLIPS'] ?? 200)
const SEED = Number(process.env['AUDIT_SEED'] ?? 20_261_120)
const LANES = 4
const MS_PER_FLIP = 3_000

/** Of twenty flips, the kinds of files that they are in: what holds the log most often. */
const TURNS: readonly FileKind[] = [
  ...Array.from({ length: 5 }, (): FileKind => 'closed block'), ...Array.from({ length: 9 }, (): FileKind => 'open block'),
  'index', 'stream', 'consumer', 'seal', 'leaves', 'object',
]
/** What the log and its evidence are stored in: no flip of it may go unnoticed. The server makes an index anew, and consumers hold no events. */
const EVIDENCE: readonly FileKind[] = ['closed block', 'open block', 'stream', 'seal', 'leaves', 'object']

describe(`${FLIPS} flipped bits in copies of a store, seed ${SEED}`, () => {
  let [folder, program] = ['', '']
  beforeAll(async () => {
    program = await findNatsServer()
    folder = mkdtempSync(join(tmpdir(), 'zyra-flips-'))
    await fillStore(join(folder, 'large'), { large: 84, small: 40 })
    await fillStore(join(folder, 'small'), { large: 0, small: 60 })
  }, 60_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('are looked for in stores that are well without a flip, and that hold every kind of file', async () => {
    expect(await verdictOn(join(folder, 'large'), program)).toEqual({ found: 'nothing', what: 'all 125 events are as they were' })
    expect(await verdictOn(join(folder, 'small'), program)).toEqual({ found: 'nothing', what: 'all 61 events are as they were' })
    const large = filesOf(join(folder, 'large'))
    expect([...large].filter(([, files]) => files.length === 0)).toEqual([])
  }, 30_000)

  it('are all found where they are in what the log is stored in', async () => {
    const flips: Flip[] = []
    let next = 0
    const lane = async (name: number): Promise<void> => {
      while (next < FLIPS) {
        const index = next
        next += 1
        const kind = TURNS[index % TURNS.length] ?? 'open block'
        const store = kind === 'closed block' ? 'large' : 'small'
        flips.push(await flipOne(join(folder, store), join(folder, `copy-${name}`), { kind, program, random: seeded(SEED + index) }))
        if (flips.length % 250 === 0) process.stderr.write(`${flips.length} of ${FLIPS} flips\n`)
      }
    }
    await Promise.all(Array.from({ length: LANES }, (_, name) => lane(name)))
    const table = TURNS.filter((kind, index) => TURNS.indexOf(kind) === index).map((kind) => {
      const mine = flips.filter((flip) => flip.kind === kind)
      const of = (found: Flip['found']): number => mine.filter((flip) => flip.found === found).length
      const counts = `${of('verify')} found by verifying, ${of('server')} by the server, ${of('nothing')} changed nothing that is served`
      return `${kind.padEnd(14)} ${mine.length} flips: ${counts}`
    })
    if (process.env['AUDIT_FLIPS'] !== undefined) process.stdout.write(`${table.join('\n')}\n`)
    expect(flips).toHaveLength(FLIPS)
    expect(flips.filter(({ kind, found }) => found === 'nothing' && EVIDENCE.includes(kind))).toEqual([])
  }, 60_000 + FLIPS * MS_PER_FLIP)
})
