import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../test/temporary.ts'
import { mirrorsIn } from './debian-package.ts'
import { cacheFolder, compareVersions, findNatsServer, natsVersion, OLDEST_NATS } from './find-nats-server.ts'

const withApt = existsSync('/usr/bin/apt-get') ? it : it.skip

describe('finding a nats-server', () => {
  const folder = temporaryFolder()
  afterAll(() => folder.remove())

  function fakeServer(name: string, version: string): string {
    const file = join(folder.path, name)
    writeFileSync(file, `#!/bin/sh\necho "nats-server: v${version}"\n`)
    chmodSync(file, 0o755)
    return file
  }

  it('takes the one on PATH when it is new enough', async () => {
    const file = fakeServer('nats-server', '2.15.1')
    expect(await findNatsServer({ path: folder.path, cacheDir: join(folder.path, 'none') })).toBe(file)
  })

  it('passes over one on PATH that is too old, for the private copy', async () => {
    fakeServer('nats-server', '2.9.10')
    const cached = fakeServer(`nats-server-${process.arch}`, '2.16.0')
    expect(await findNatsServer({ path: folder.path, cacheDir: folder.path })).toBe(cached)
  })

  withApt('fetches the package without touching the system, and leaves only the program', async () => {
    const cacheDir = join(folder.path, 'cache')
    const said: string[] = []
    const file = await findNatsServer({ path: folder.path, cacheDir, log: (sentence) => said.push(sentence) })
    expect(readdirSync(cacheDir).map((name) => join(cacheDir, name))).toEqual([file])
    expect(compareVersions((await natsVersion(file)) ?? '0', OLDEST_NATS)).toBeGreaterThanOrEqual(0)
    expect(said[0]).toMatch(/^Fetching nats-server from Debian \(.*nats-server is only 2\.9\.10\)$/)
  }, 120_000)

  it('names the ways to get one when it cannot be fetched', async () => {
    const { PATH } = process.env
    process.env.PATH = folder.path
    const attempt = findNatsServer({ path: folder.path, cacheDir: join(folder.path, 'none') })
    await expect(attempt).rejects.toThrow(/no apt-get and dpkg.*NATS_URL.*PATH.*package.*nats:2\.15/)
    process.env.PATH = PATH
  })

  it.each([
    ['2.15.1', '2.15.1', 0],
    ['2.9.10', '2.15.1', -1],
    ['2.15.10', '2.15.9', 1],
    ['v3.0.0', '2.15.1', 1],
  ])('orders version %s against %s by number', (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign)
  })

  it('shares its copy among checkouts, in the folder that the user chose', () => {
    expect(cacheFolder({ ZYRA_CACHE: '/big/disk' })).toBe('/big/disk')
    expect(cacheFolder({ XDG_CACHE_HOME: '/home/ann/.cache' })).toBe('/home/ann/.cache/zyra')
  })
})

describe('the machine\'s Debian mirrors', () => {
  it('are read from both formats of apt\'s source files', () => {
    const line = 'deb [arch=amd64 signed-by=/a.gpg] http://ftp.de.debian.org/debian/ bookworm main'
    expect(mirrorsIn(line)).toEqual(['http://ftp.de.debian.org/debian'])
    const main = 'Types: deb\n# http://not.this/one\nURIs: http://deb.debian.org/debian\nSuites: trixie trixie-updates\nComponents: main\n'
    const security = 'Types: deb\nURIs: http://security.debian.org\nSuites: trixie-security\n'
    expect(mirrorsIn(`${main}\n${security}`)).toEqual(['http://deb.debian.org/debian'])
  })

  it('leave out archives that are not Debian\'s, and sources that are switched off', () => {
    expect(mirrorsIn('deb http://archive.raspberrypi.com/debian/ bookworm main\n#deb http://deb.debian.org/debian sid main')).toEqual([])
    expect(mirrorsIn('deb http://archive.ubuntu.com/ubuntu noble main')).toEqual([])
    expect(mirrorsIn('Enabled: no\nTypes: deb\nURIs: http://deb.debian.org/debian\nSuites: trixie\n')).toEqual([])
  })
})
