import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keepOrderOf, runOn, type Running } from '../../test/installation.ts'
import type { Terminal } from '../base/terminal.ts'
import { runZyra } from '../cli.ts'
import { plain } from '../text/paint.ts'

describe('a backup', () => {
  let folder: string
  let running: Running | undefined
  const environment = { ...process.env }
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'zyra-restore-'))
    mkdirSync(join(folder, 'apart'))
    process.env['ZYRA_DATA'] = join(folder, 'data')
    process.env['ZYRA_ERASURES'] = join(folder, 'apart')
    process.env['DATABASE_URL'] = 'postgres://nobody@127.0.0.1:1/none'
  })
  afterEach(async () => {
    await running?.stop()
    running = undefined
    rmSync(folder, { recursive: true, force: true })
    process.env = { ...environment }
  })

  const data = (...path: readonly string[]): string => join(folder, 'data', ...path)
  const start = async (): Promise<Running> => (running = await runOn(data()))
  const stop = async (): Promise<void> => {
    await running?.stop()
    running = undefined
  }
  const zyra = async (typed: readonly string[], interrupted = new AbortController().signal) => {
    const said: string[] = []
    const write = (...lines: readonly string[]): void => void said.push(...lines)
    const terminal: Terminal = {
      out: write, err: write, progress: () => undefined, paint: plain, width: 100, interrupted, now: () => new Date('2026-11-20T08:00:00.000Z'),
      ask: async () => undefined,
    }
    return { code: await runZyra(typed, terminal), said: said.join('\n') }
  }
  const take = async (...more: readonly string[]): Promise<string> => {
    mkdirSync(join(folder, 'backups'), { recursive: true })
    const { code, said } = await zyra(['backup', join(folder, 'backups'), '--json', ...more])
    expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining('"folder"') })
    return (JSON.parse(said) as { folder: string }).folder
  }
  const restore = (backup: string, ...more: readonly string[]) => zyra(['restore', backup, ...more])
  const takeAndStop = async (): Promise<string> => {
    await keepOrderOf(await start(), '1')
    const backup = await take()
    await stop()
    return backup
  }
  const listed = (at: string): readonly string[] => (existsSync(at) ? readdirSync(at) : []).toSorted()

  it('comes back whole where nothing was, and the log goes on in the next epoch', async () => {
    const backup = await takeAndStop()
    expect((await zyra(['backup', 'verify', backup, '--try', '--json'])).said).toMatch(/"whole":true.*"events":1/)
    expect(statSync(join(backup, 'secrets', 'master.key')).mode & 0o077).toBe(0)
    rmSync(data(), { recursive: true })
    expect(await restore(backup)).toMatchObject({ code: 0, said: expect.stringContaining('the log ends at #1 and goes on in epoch 2') })
    const { js, read } = await start()
    expect(js.log.epoch).toBe(2)
    expect(await read('1')).toBe('order of 1')
    const told = await js.log.load('zyra.demo.orchestrator.restore.epoch-2')
    expect(told.map(({ envelope }) => [envelope.type, envelope.epoch])).toEqual([['orchestrator.LogRestored', 2]])
  }, 30_000)

  it('never takes the place of what is there unless told to, and then moves it aside', async () => {
    const backup = await takeAndStop()
    const before = listed(data())
    expect(await restore(backup)).toMatchObject({ code: 1, said: expect.stringMatching(/holds an installation \(erasures.jsonl, secrets, nats\)/) })
    expect(listed(data())).toEqual(before)
    expect((await restore(backup, '--replace')).code).toBe(0)
    expect(listed(data('replaced-2026-11-20-080000Z'))).toEqual(['erasures.jsonl', 'nats', 'secrets'])
    for (const name of listed(data('replaced-2026-11-20-080000Z'))) {
      rmSync(data(name), { recursive: true })
      renameSync(data('replaced-2026-11-20-080000Z', name), data(name))
    }
    expect((await start()).js.log.epoch).toBe(1)
  }, 30_000)

  it('is refused where something runs', async () => {
    await keepOrderOf(await start(), '1')
    expect(await restore(await take(), '--replace')).toMatchObject({ code: 1, said: expect.stringContaining('Zyra is running on') })
  }, 30_000)

  it('goes on above every epoch that anybody knows of: the log that it replaces, and the register', async () => {
    const backup = await takeAndStop()
    for (const epoch of [2, 3]) {
      const { said } = await restore(backup, '--replace', '--json')
      expect(said).toContain(`"epoch":${epoch}`)
      rmSync(data('replaced-2026-11-20-080000Z'), { recursive: true })
    }
    rmSync(join(folder, 'apart', 'erasures.jsonl'))
    rmSync(data('erasures.jsonl'))
    expect((await restore(backup, '--replace', '--json')).said).toContain('"epoch":4')
    rmSync(data(), { recursive: true })
    expect((await restore(backup, '--json')).said).toContain('"epoch":5')
  }, 60_000)

  it('does not bring back who was erased since, and says where it does not know', async () => {
    const first = await start()
    await keepOrderOf(first, '1')
    await keepOrderOf(first, '2')
    const backup = await take()
    const keyIds = await first.erase('1')
    await stop()
    const copy = join(folder, 'copy.jsonl')
    cpSync(data('erasures.jsonl'), copy)
    rmSync(data(), { recursive: true })

    const blind = await restore(backup)
    expect(blind.said).toContain('erasures since the backup are NOT known')
    expect(await (await start()).read('1')).toBe('order of 1')
    await stop()

    const knowing = await restore(backup, '--replace', '--erasures', copy)
    expect(knowing.said).toContain('deleted again: 1 key erased since')
    const { read, js } = await start()
    expect([await read('1'), await read('2')]).toEqual([undefined, 'order of 2'])
    const recorded = (await js.log.lastOf(['zyra.demo.orchestrator.erasure-effect.*'])).map(({ data: one, envelope }) => [one, envelope.epoch])
    expect(recorded).toEqual([[{ keyIds }, 3]])
    expect(readFileSync(join(folder, 'apart', 'erasures.jsonl'), 'utf8')).toContain(keyIds[0] ?? 'no key')
  }, 60_000)

  it('can have its secrets elsewhere, and needs them', async () => {
    mkdirSync(join(folder, 'safe'), { recursive: true })
    await keepOrderOf(await start(), '1')
    const safe = join(folder, 'safe')
    const backup = await take('--secrets-to', safe)
    await stop()
    rmSync(data(), { recursive: true })
    expect(listed(backup)).not.toContain('secrets')
    expect(await restore(backup)).toMatchObject({ code: 1, said: expect.stringContaining('were kept apart: say where they are with --secrets') })
    expect(listed(data())).toEqual([])
    const [name = ''] = listed(safe)
    writeFileSync(join(folder, 'wrong.key'), 'x'.repeat(32))
    const others = join(folder, 'others', 'secrets')
    cpSync(join(safe, name, 'secrets'), others, { recursive: true })
    cpSync(join(folder, 'wrong.key'), join(others, 'master.key'))
    expect((await restore(backup, '--secrets', join(folder, 'others'))).said).toContain('is not the one that this backup was taken with')
    expect((await restore(backup, '--secrets', join(safe, name))).code).toBe(0)
    expect(await (await start()).read('1')).toBe('order of 1')
  }, 30_000)

  it('that is damaged, incomplete or cut short is told from a whole one, and changes nothing', async () => {
    const backup = await takeAndStop()
    rmSync(data(), { recursive: true })
    const refused = async (what: RegExp) => {
      expect(await zyra(['backup', 'verify', backup])).toMatchObject({ code: 1, said: expect.stringMatching(what) })
      expect(await restore(backup)).toMatchObject({ code: 1, said: expect.stringMatching(what) })
      expect(listed(data())).toEqual([])
    }
    const file = join(backup, 'streams', 'ZYRA.snapshot')
    const bytes = readFileSync(file)
    writeFileSync(file, bytes.map((byte, at) => (at === 100 ? byte ^ 1 : byte)))
    await refused(/streams\/ZYRA.snapshot was changed since the backup/)
    rmSync(file)
    await refused(/streams\/ZYRA.snapshot is missing/)
    writeFileSync(file, bytes)
    writeFileSync(join(backup, 'more'), '')
    await refused(/more does not belong to the backup/)
    rmSync(join(backup, 'more'))
    expect((await zyra(['backup', 'verify', backup])).code).toBe(0)
    renameSync(backup, `${backup}.partial`)
    expect((await restore(`${backup}.partial`)).said).toContain('cut short')
  }, 30_000)

  it('is not made where the named folder is not: the disk may not be plugged in', async () => {
    await start()
    for (const typed of [[join(folder, 'stick')], [folder, '--secrets-to', join(folder, 'stick')]]) {
      const said = expect.stringContaining(`There is no folder ${join(folder, 'stick')}: is the disk plugged in?`)
      expect(await zyra(['backup', ...typed])).toEqual({ code: 1, said })
    }
    expect(existsSync(join(folder, 'stick'))).toBe(false)
  }, 30_000)

  it('that is stopped leaves nothing', async () => {
    mkdirSync(join(folder, 'backups'))
    await keepOrderOf(await start(), '1')
    expect((await zyra(['backup', join(folder, 'backups')], AbortSignal.abort())).code).toBe(130)
    expect(listed(join(folder, 'backups'))).toEqual([])
  }, 30_000)
})
