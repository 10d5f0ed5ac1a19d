import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { promisify } from 'node:util'
import { ServerProblem } from './problem.ts'
import { findOnPath, serverEnvironment } from './server-process.ts'

const run = promisify(execFile)

/** The user `nobody` and the group `nogroup` of Debian and its descendants. */
const NOBODY = 65_534

/** Who a server runs as when Zyra itself runs as root, and the setpriv(1) arguments that get it there. */
export interface Unprivileged {
  uid: number
  gid: number
  privileges: readonly string[]
}

const asUser = (uid: number, gid: number): string[] => [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups']

/**
 * Capabilities that let an unprivileged server pass through folders such as /root or a home of mode 0700. access(2) honours
 * them only without the set-uid fix-up (capabilities(7)), and Postgres asks access(2) for its own program files.
 */
const passing = (capability: string): string[] => [
  '--securebits=+no_setuid_fixup',
  `--inh-caps=+${capability}`,
  `--ambient-caps=+${capability}`,
]

/** The owner of a data folder that an earlier start made, unless that is root. */
function ownerOf(folder: string): { uid: number; gid: number } | undefined {
  const { uid, gid } = statSync(folder)
  return uid === 0 ? undefined : { uid, gid }
}

/**
 * Finds a way to run a program as an ordinary user that can reach both the program and its folder, for servers that refuse to run
 * as root. Tries plain first, then with the narrowest capability that the machine or container grants.
 * @param options.program run with `--version` to see whether it and its libraries can be reached
 * @param options.folder must be owned by nobody (`prepare` sees to that), or by whoever ran it before
 * @returns undefined when this process is not root, since then nothing needs to change
 * @throws ServerProblem when there is no way
 */
export async function findUnprivileged(options: {
  program: string
  folder: string
  prepare: (uid: number, gid: number) => void
}): Promise<Unprivileged | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const setpriv = findOnPath('setpriv')
  if (!setpriv) {
    throw new ServerProblem(
      'Postgres refuses to run as root and setpriv is missing: install util-linux, run Zyra as an ordinary user, or set DATABASE_URL.',
    )
  }
  const { uid, gid } = ownerOf(options.folder) ?? { uid: NOBODY, gid: NOBODY }
  options.prepare(uid, gid)
  for (const extra of [[], passing('dac_read_search'), passing('dac_override')]) {
    const privileges = [...asUser(uid, gid), ...extra]
    const succeeds = (...command: string[]) =>
      run(setpriv, [...privileges, '--', ...command], { env: serverEnvironment(), cwd: '/' }).then(() => true, () => false)
    const reaches = (await succeeds(options.program, '--version')) && (await succeeds('test', '-w', options.folder))
    if (reaches) return { uid, gid, privileges }
  }
  throw new ServerProblem(
    `Postgres refuses to run as root and user ${uid} cannot reach both ${options.program} and ${options.folder}: ` +
      'move the checkout and ZYRA_DATA to folders that every user may enter (chmod o+x), ' +
      'run Zyra as an ordinary user, or set DATABASE_URL.',
  )
}
