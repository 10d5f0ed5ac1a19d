import { createHash } from 'node:crypto'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExportRequest } from '../data-request/export.port.ts'

/** Where exports lie until the merchant has handed them over. */
export interface ExportFiles {
  /** Resolves with the file's place in the data folder once it is on disk. Writing the same request again gives the same file. */
  readonly write: (merchant: string, request: Pick<ExportRequest, 'customerId' | 'name'>, text: string) => Promise<string>
  /** Deletes what was exported of a customer, or of the whole merchant. */
  readonly remove: (merchant: string, customerId: string | null) => Promise<void>
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)
const startOf = (customerId: string): string => `customer-${hash(customerId)}-`

const entries = async (folder: string): Promise<readonly string[]> => readdir(folder).catch(() => [])

/** Files for their owner only. Their names tell a customer's exports apart without telling who that is. */
export const exportFiles = (dataDir: string): ExportFiles => ({
  write: async (merchant, { customerId, name }, text) => {
    const file = join('exports', merchant, `${startOf(customerId)}${hash(name)}.json`)
    const path = join(dataDir, file)
    await mkdir(join(dataDir, 'exports', merchant), { recursive: true, mode: 0o700 })
    const handle = await open(`${path}.part`, 'w', 0o600)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(`${path}.part`, path)
    return file
  },
  remove: async (merchant, customerId) => {
    const folder = join(dataDir, 'exports', merchant)
    const theirs = (await entries(folder)).filter((name) => customerId === null || name.startsWith(startOf(customerId)))
    await Promise.all(theirs.map((name) => rm(join(folder, name), { force: true })))
  },
})
