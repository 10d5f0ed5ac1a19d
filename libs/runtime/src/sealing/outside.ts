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

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What a place asks for: a token, or the user and password of its URL, which `fetch` refuses to take from there and would show in its error. */
const authorizationOf = ({ username, password }: URL, token: string | undefined): { readonly authorization?: string } => {
  if (token !== undefined) return { authorization: `Bearer ${token}` }
  if (username === '' && password === '') return {}
  return { authorization: `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}` }
}

/** A server that keeps what is PUT to it. 412 is its answer where a file of that name is there already, since we ask it not to write over one. */
const webPlace = (url: URL, token: string | undefined): OutsidePlace => {
  const name = `${url.origin}${url.pathname}`
  const authorization = authorizationOf(url, token)

  const ask = async (file: string, request: { readonly method: 'GET' | 'PUT'; readonly body?: string; readonly headers?: Record<string, string> }) => {
    const target = new URL(url)
    target.username = ''
    target.password = ''
    target.pathname = `${url.pathname.replace(/\/$/, '')}/${file}`
    const headers = { ...request.headers, ...authorization }
    return fetch(target, { ...request, redirect: 'error', headers, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }).catch((error: unknown) => {
      throw new Error(`${name} does not answer (${messageOf(error)})`)
    })
  }

  const compare = async (file: string, text: string): Promise<void> => {
    const answer = await ask(file, { method: 'GET' })
    if (!answer.ok) {
      await answer.body?.cancel()
      throw new Error(`${name} has a ${file} already, and answers ${answer.status} to GET: let it be read, so that it can be compared`)
    }
    const found = await answer.text().catch((error: unknown) => {
      throw new Error(`${name} does not hand out ${file} (${messageOf(error)})`)
    })
    if (found !== text) throw new Error(`${name} has a ${file} that says something else than the seal of that name here`)
  }

  return {
    name,
    put: async (file, text) => {
      const answer = await ask(file, { method: 'PUT', body: text, headers: { 'content-type': 'application/json', 'if-none-match': '*' } })
      await answer.body?.cancel()
      if (answer.status === 412) return compare(file, text)
      if (!answer.ok) throw new Error(`${name} answers ${answer.status} to PUT ${file}`)
    },
    has: async () => true,
  }
}

/** The place that a setting names: a URL of http or https, or a folder. */
export const outsidePlace = (setting: string, token: string | undefined): OutsidePlace =>
  /^https?:/.test(setting) ? webPlace(new URL(setting), token) : folderPlace(setting)
