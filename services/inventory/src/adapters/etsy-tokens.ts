import type { EtsyTokens } from '@zyra/vendor-etsy'
import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'

const tokens = z.strictObject({ accessToken: z.string().min(1), refreshToken: z.string().min(1), expiresAt: z.iso.datetime() })

/** Where a merchant's Etsy tokens lie: a file that only its owner may read. */
export interface TokenFile {
  /** Undefined before the first save. @throws Error naming the file when it is damaged */
  readonly load: () => Promise<EtsyTokens | undefined>
  /** Resolves once the tokens are on disk, since Etsy's refresh tokens can be used only once. */
  readonly save: (tokens: EtsyTokens) => Promise<void>
}

const isMissing = (error: unknown): boolean => typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT'

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A file that was renamed is found under its new name after a power cut only once its folder is on disk as well. */
const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** See {@link TokenFile}. */
export const tokenFile = (dataDir: string, merchant: string): TokenFile => {
  const path = join(dataDir, 'secrets', `etsy-${encodeURIComponent(merchant)}.json`)
  return {
    load: async () => {
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        if (isMissing(error)) return undefined
        throw error
      })
      if (text === undefined) return undefined
      const saved = tokens.safeParse(parse(text))
      if (saved.success) return saved.data
      // No cause: a parser's message quotes what it read.
      throw new Error(`${path} does not hold Etsy tokens any more: remove it and connect the shop to Etsy again`)
    },
    save: async (saved) => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const beside = `${path}.${randomUUID()}`
      const handle = await open(beside, 'wx', 0o600)
      try {
        await handle.writeFile(JSON.stringify(saved))
        await handle.sync()
      } finally {
        await handle.close()
      }
      await rename(beside, path)
      await syncFolder(dirname(path))
    },
  }
}
