import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileObjects } from './objects.ts'

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe('the object store', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'zyra-objects-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const body = Buffer.from([0, 255, 10, 13, ...Buffer.from('größer')])
  const hash = hashOf(body)
  const path = () => join(folder, 'objects', hash.slice(0, 2), hash)
  const store = () => fileObjects(join(folder, 'objects'))

  it('gives back the bytes that were put', async () => {
    await store().put(hash, body)
    expect(Buffer.from(await store().get(hash))).toEqual(body)
  })

  it('takes the same body from several at once, and leaves nothing else behind', async () => {
    await Promise.all(Array.from({ length: 8 }, () => store().put(hash, body)))
    expect(readdirSync(join(folder, 'objects', hash.slice(0, 2)))).toEqual([hash])
  })

  it('can be read by its owner only', async () => {
    await store().put(hash, body)
    expect(statSync(path()).mode & 0o077).toBe(0)
    expect(statSync(join(folder, 'objects', hash.slice(0, 2))).mode & 0o077).toBe(0)
  })

  it('replaces a body that was cut short', async () => {
    await store().put(hash, body)
    truncateSync(path(), 3)
    await store().put(hash, body)
    expect(Buffer.from(await store().get(hash))).toEqual(body)
  })

  it('says which body is missing, and where it is to be found', async () => {
    const why = `object ${hash} is missing from ${join(folder, 'objects')}: restore it from the backup that belongs to this log`
    await expect(store().get(hash)).rejects.toThrow(why)
  })

  it('says when a body is not what its hash says', async () => {
    await store().put(hash, body)
    writeFileSync(path(), 'something else')
    await expect(store().get(hash)).rejects.toThrow(`object ${hash} in ${join(folder, 'objects')} was changed: restore it from a backup`)
  })

  it('keeps no half of a body that could not be written', async () => {
    writeFileSync(join(folder, 'objects'), 'a file stands where the folder should')
    await expect(store().put(hash, body)).rejects.toThrow()
    expect(readdirSync(folder)).toEqual(['objects'])
  })
})
