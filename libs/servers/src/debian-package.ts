import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { messageOf } from './problem.ts'
import { findOnPath } from './server-process.ts'

const run = promisify(execFile)

const OFFICIAL_MIRROR = 'http://deb.debian.org/debian'
const OUR_KEYS = fileURLToPath(new URL('../keys/debian-archive.asc', import.meta.url))
const MACHINE_KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg'
const SUITE = /^(oldstable|stable|testing|unstable|sid|bullseye|bookworm|trixie|forky)$/
/** Archives with Debian's suite names which are not Debian's. */
const NOT_DEBIAN = /raspberrypi|raspbian|ubuntu/i
const FETCH_WITHIN_MS = 120_000

/** Debian mirrors in the text of an apt source file, in either of its two formats (sources.list(5)). */
export function mirrorsIn(text: string): string[] {
  const lines = text.split('\n').filter((line) => !line.trimStart().startsWith('#'))
  const oneLine = lines.flatMap((line) => {
    const [, uri, suite] = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(https?:\S+)\s+(\S+)/.exec(line) ?? []
    return uri && suite && SUITE.test(suite) ? [uri] : []
  })
  const stanzas = lines.join('\n').split(/\n\s*\n/).flatMap((stanza) => {
    const suites = /^Suites:\s*(.+)$/im.exec(stanza)?.[1]?.split(/\s+/) ?? []
    const uris = /^URIs:\s*(.+)$/im.exec(stanza)?.[1]?.split(/\s+/) ?? []
    const disabled = /^Enabled:\s*no/im.test(stanza)
    return !disabled && suites.some((suite) => SUITE.test(suite)) ? uris.filter((uri) => /^https?:/.test(uri)) : []
  })
  return [...oneLine, ...stanzas].map((uri) => uri.replace(/\/+$/, '')).filter((uri) => !NOT_DEBIAN.test(uri))
}

function machineMirrors(): string[] {
  const folder = '/etc/apt/sources.list.d'
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /\.(list|sources)$/.test(name)) : []
  const files = ['/etc/apt/sources.list', ...names.map((name) => join(folder, name))].filter((file) => existsSync(file))
  return files.flatMap((file) => mirrorsIn(readFileSync(file, 'utf8')))
}

function aptConfiguration(folder: string, architecture: string): string {
  const at = (path: string) => JSON.stringify(join(folder, path))
  // The machine's own settings stay in force (a proxy, for instance) except its hooks, which expect root and the real folders.
  // Valid-Until is not checked since mirrors that are frozen or slow serve signed indexes that have run out. Signatures are
  // still verified, and the lowest accepted version of the program guards against an old index being played back.
  return `
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::State ${at('state')};
Dir::State::lists ${at('state/lists')};
Dir::State::status ${at('state/status')};
Dir::Cache ${at('cache')};
Dir::Cache::archives ${at('cache/archives')};
Dir::Etc::sourcelist ${at('sid.sources')};
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Architecture "${architecture}";
APT::Architectures { "${architecture}"; };
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
Acquire::Retries "1";
Acquire::http::Timeout "20";
`
}

async function fetchFrom(mirror: string, keys: string, options: { name: string; folder: string; architecture: string }): Promise<string> {
  const { name, folder, architecture } = options
  for (const path of ['state/lists/partial', 'cache/archives/partial', 'download']) mkdirSync(join(folder, path), { recursive: true })
  writeFileSync(join(folder, 'state/status'), '')
  writeFileSync(join(folder, 'apt.conf'), aptConfiguration(folder, architecture))
  writeFileSync(
    join(folder, 'sid.sources'),
    `Types: deb\nURIs: ${mirror}\nSuites: sid\nComponents: main\nArchitectures: ${architecture}\n` +
      `Targets: Packages\nPDiffs: no\nSigned-By: ${keys}\n`,
  )
  const apt = (...args: string[]) =>
    run('apt-get', ['-q', '-c', join(folder, 'apt.conf'), ...args], {
      cwd: join(folder, 'download'),
      timeout: FETCH_WITHIN_MS,
      env: { ...process.env, LC_ALL: 'C' },
    })
  await apt('update')
  await apt('download', name)
  const [file] = readdirSync(join(folder, 'download')).filter((entry) => entry.endsWith('.deb'))
  if (!file) throw new Error(`apt-get download ${name} left no package behind`)
  await run('dpkg', ['-x', join(folder, 'download', file), join(folder, 'files')])
  return join(folder, 'files')
}

/**
 * Fetches a package of Debian's development suite with the machine's apt, without root and without touching the system: apt is
 * given folders of its own. Uses the machine's Debian mirror and archive keys where it has them, else Debian's own.
 * @param options.name the package
 * @param options.folder an empty folder to work in; the caller removes it
 * @returns the folder into which the package was unpacked (never installed)
 * @throws Error with apt's last words, when no mirror could serve it
 */
export async function fetchDebianPackage(options: { name: string; folder: string }): Promise<string> {
  if (!findOnPath('apt-get') || !findOnPath('dpkg')) throw new Error('this system has no apt-get and dpkg')
  const architecture = (await run('dpkg', ['--print-architecture'])).stdout.trim()
  const mirrors = [...new Set([...machineMirrors(), OFFICIAL_MIRROR])]
  const keyrings = [MACHINE_KEYS, OUR_KEYS].filter((file) => existsSync(file))
  let reason = ''
  for (const [mirrorIndex, mirror] of mirrors.entries()) {
    for (const [keyIndex, keys] of keyrings.entries()) {
      const folder = join(options.folder, `${mirrorIndex}-${keyIndex}`)
      try {
        return await fetchFrom(mirror, keys, { ...options, folder, architecture })
      } catch (error) {
        const said = stderrOf(error)
        reason = lastWords(said)
        // An older system's keyring may lack the keys of today; a mirror out of reach is out of reach with any keys.
        if (!/NO_PUBKEY|not signed|signature|sqv/i.test(said)) break
      }
    }
  }
  throw new Error(reason)
}

function stderrOf(error: unknown): string {
  const said = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : ''
  return said.trim() === '' ? messageOf(error) : said
}

function lastWords(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return (lines.find((line) => line.startsWith('E:')) ?? lines.at(-1) ?? 'no reason given').trim()
}
