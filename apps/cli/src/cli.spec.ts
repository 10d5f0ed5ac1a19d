import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Terminal } from './base/terminal.ts'
import { runZyra } from './cli.ts'
import { buildProgram } from './program.ts'
import { plain } from './text/paint.ts'

const terminalOf = () => {
  const [out, err]: [string[], string[]] = [[], []]
  const terminal: Terminal = {
    out: (...lines) => void out.push(...lines),
    err: (...lines) => void err.push(...lines),
    progress: () => undefined,
    ask: async () => undefined,
    paint: plain,
    width: 100,
    interrupted: new AbortController().signal,
    now: () => new Date('2026-11-20T08:00:00.000Z'),
  }
  return { terminal, out: () => out.join('\n'), err: () => err.join('\n') }
}

const run = async (...typed: readonly string[]) => {
  const { terminal, out, err } = terminalOf()
  return { code: await runZyra(typed, terminal), out: out(), err: err() }
}

const allCommands = (): readonly string[][] => {
  const program = buildProgram({ terminal: terminalOf().terminal, ends: async () => undefined })
  return program.commands.flatMap((command) => [[command.name()], ...command.commands.map((inner) => [command.name(), inner.name()])])
}

describe('zyra', () => {
  let folder: string
  const before = process.env['ZYRA_DATA']
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'zyra-cli-'))
    process.env['ZYRA_DATA'] = folder
  })
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
    if (before === undefined) delete process.env['ZYRA_DATA']
    else process.env['ZYRA_DATA'] = before
  })

  it('shows what there is when nothing is typed', async () => {
    const { code, out } = await run()
    expect(code).toBe(0)
    for (const [name = ''] of allCommands()) expect(out).toContain(`\n  ${name}`)
    expect(out).toContain('Exit codes:')
  })

  it.each(allCommands())('explains %s %s', async (...names) => {
    const { code, out } = await run(...names, '--help')
    expect(code).toBe(0)
    expect(out).toMatch(/^Usage: zyra /)
    expect(out.split('\n').filter((line) => line.length > 120)).toEqual([])
  })

  it.each([
    [['stoop'], /unknown command 'stoop'\n\(Did you mean stop\?\)/],
    [['stock', '--colour'], /unknown option '--colour'/],
    [['why'], /missing required argument 'event'/],
    [['sandbox', 'webhook', 'shopify', 'orders/create'], /required option '--body <file>' not specified/],
    [['events', '--limit', 'ten'], /--limit: expected a whole number of at least 1, found "ten"\./],
    [['events', '--type', 'StockObservd'], /Did you mean StockObserved\?/],
    [['stop', '--level', 'half'], /--level: expected one of autopilot, everything, found "half"\./],
    [['replay'], /say "npx zyra replay --verify"/],
    [['sandbox', 'fault', 'etsy'], /Which fault\?/],
    [['sandbox', 'customers', 'many'], /The rate: expected orders per minute/],
  ])('answers %j with a sentence and exit code 2', async (typed, sentence) => {
    const { code, err } = await run(...typed)
    expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(sentence) })
    expect(err).not.toContain('    at ')
  })

  it.each(['events', 'stock', 'parked', 'stop', 'reconcile', 'rebuild', 'doctor'])(
    'says that nothing is running, and what to do: %s',
    async (command) => {
      const { code, out, err } = await run(command)
      expect(code).toBe(3)
      // A long path wraps the sentence.
      const said = `${out}${err}`.replaceAll(/\s+/g, ' ')
      expect(said).toContain(`Nothing is running in ${folder}: start it with "npm start"`)
    },
  )

  it('tells a process that was killed from one that runs', async () => {
    const run0 = {
      pid: 2 ** 22 + 1,
      gatewayUrl: 'http://127.0.0.1:1',
      sandboxUrl: null,
      natsPort: 1,
      postgresPort: 1,
      startedAt: '2026-11-20T08:00:00.000Z',
    }
    writeFileSync(join(folder, 'run.json'), JSON.stringify(run0))
    const { code, err } = await run('stock')
    expect({ code, err }).toEqual({ code: 3, err: expect.stringContaining('ended without stopping in order') })
  })

  it('refuses a wrong setting with exit code 2', async () => {
    process.env['ZYRA_PORT'] = 'many'
    const { code, err } = await run('stock').finally(() => delete process.env['ZYRA_PORT'])
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('ZYRA_PORT should be a whole number') })
  })
})
