import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../errors.ts'
import { hasCode, writeOnce } from './files.ts'

/** Where seals are published to, out of the reach of whoever holds this machine. */
export interface OutsidePlace {
  /** How it is called in messages; holds no secret. */
  readonly name: string
  /** Resolves once a seal's file is there. Repeating is safe. @throws Error that says why it is not, also where another one of that name is there */
  readonly put: (file: string, text: string) => Promise<void>
  /** False where a file that was published is known not to be there any more. */
  readonly has: (file: string) => Promise<boolean>
}

const ANSWER_WITHIN_MS = 10_000

const textIn = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch((error: unknown) => {
  if (hasCode(error, 'ENOENT')) return undefined
  throw error
})

/** A folder, such as a mounted stick or share. It is never made: where nothing is mounted, nothing is published. */
const folderPlace = (folder: string): OutsidePlace => ({
  name: folder,
  put: async (file, text) => {
    const isFolder = await stat(folder).then((found) => found.isDirectory(), () => false)
    if (!isFolder) throw new Error(`${folder} is not a folder: mount it, or make it once`)
    const path = join(folder, file)
    if (await writeOnce(path, text)) return
    if ((await textIn(path)) === text) return
    throw new Error(`${path} says something else than the seal of that name here: run "npx zyra audit verify --against ${folder}"`)
  },
  has: async (file) => (await textIn(join(folder, file))) !== undefined,
})

/** A server that keeps what is PUT to it. 412 is its answer where the file is there already, since we ask it not to write over one. */
const webPlace = (url: URL, token: string | undefined): OutsidePlace => {
  const name = `${url.origin}${url.pathname}`
  return {
    name,
    put: async (file, text) => {
      const target = new URL(url)
      target.pathname = `${url.pathname.replace(/\/$/, '')}/${file}`
      const answer = await fetch(target, {
        method: 'PUT',
        body: text,
        redirect: 'error',
        headers: { 'content-type': 'application/json', 'if-none-match': '*', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      }).catch((error: unknown) => {
        throw new Error(`${name} does not answer (${messageOf(error)})`)
      })
      await answer.body?.cancel()
      if (!answer.ok && answer.status !== 412) throw new Error(`${name} answers ${answer.status} to PUT ${file}`)
    },
    has: async () => true,
  }
}

/** The place that a setting names: a URL of http or https, or a folder. */
export const outsidePlace = (setting: string, token: string | undefined): OutsidePlace =>
  /^https?:/.test(setting) ? webPlace(new URL(setting), token) : folderPlace(setting)
