import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outsidePlace } from './outside.ts'

describe('an outside place that is a folder', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'zyra-outside-'))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('takes a file once, and again where it is the same', async () => {
    const place = outsidePlace(folder, undefined)
    await place.put('a.json', 'one')
    await place.put('a.json', 'one')
    expect(readFileSync(join(folder, 'a.json'), 'utf8')).toBe('one')
    expect([await place.has('a.json'), await place.has('b.json')]).toEqual([true, false])
  })

  it('never writes over another file', async () => {
    const place = outsidePlace(folder, undefined)
    await place.put('a.json', 'one')
    await expect(place.put('a.json', 'two')).rejects.toThrow('says something else than the seal of that name here')
    expect(readFileSync(join(folder, 'a.json'), 'utf8')).toBe('one')
  })

  it('is never made', async () => {
    await expect(outsidePlace(join(folder, 'gone'), undefined).put('a.json', 'one')).rejects.toThrow('is not a folder: mount it, or make it once')
  })
})

describe('an outside place that is a server', () => {
  const serve = async (status: number, stored = { status: 404, text: '' }) => {
    const seen: { method: string | undefined; url: string | undefined; headers: IncomingHttpHeaders; body: string }[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        seen.push({ method: request.method, url: request.url, headers: request.headers, body })
        const answer = request.method === 'GET' ? stored : { status, text: 'said' }
        response.writeHead(answer.status, { location: '/elsewhere' }).end(answer.text)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    return { seen, url: `http://127.0.0.1:${port}/shop/seals?sig=secret`, close: () => new Promise((resolve) => server.close(resolve)) }
  }

  it('is sent each file by PUT, with the token, and is asked not to write over one', async () => {
    const { seen, url, close } = await serve(201)
    const place = outsidePlace(url, 'token')
    await place.put('1-000000000001.json', '{}')
    const headers = { authorization: 'Bearer token', 'if-none-match': '*' }
    expect(seen).toMatchObject([{ method: 'PUT', url: '/shop/seals/1-000000000001.json?sig=secret', body: '{}', headers }])
    expect(place.name).not.toContain('secret')
    await close()
  })

  it('is sent the user and password of its URL as they are, and its name and errors hold none of them', async () => {
    const { seen, url, close } = await serve(201)
    const place = outsidePlace(url.replace('//', '//ann:hunter2%3A%C3%BC@'), undefined)
    await place.put('a.json', '{}')
    expect(seen).toMatchObject([{ method: 'PUT', headers: { authorization: `Basic ${Buffer.from('ann:hunter2:ü').toString('base64')}` } }])
    await close()
    const refused = place.put('b.json', '{}')
    await expect(refused).rejects.toThrow('does not answer')
    await expect(refused).rejects.not.toThrow(/ann|hunter2/)
    expect(place.name).not.toMatch(/ann|hunter2/)
  })

  it('has the file where it answers 412 and holds the same', async () => {
    const { seen, url, close } = await serve(412, { status: 200, text: '{"the":"same"}' })
    await outsidePlace(url, 'token').put('a.json', '{"the":"same"}')
    expect(seen.map(({ method, url: path, headers }) => [method, path, headers.authorization])).toEqual([
      ['PUT', '/shop/seals/a.json?sig=secret', 'Bearer token'], ['GET', '/shop/seals/a.json?sig=secret', 'Bearer token'],
    ])
    await close()
  })

  it.each([[200, 'says something else than the seal of that name here'], [403, 'answers 403 to GET: let it be read']])(
    'did not take it where it answers 412, and %i with something else to GET', async (status, why) => {
      const { url, close } = await serve(412, { status, text: 'another one' })
      await expect(outsidePlace(url, undefined).put('a.json', '{}')).rejects.toThrow(why)
      await close()
    })

  it.each([[500, 'answers 500'], [403, 'answers 403'], [302, 'does not answer']])('did not take it where it answers %i', async (status, why) => {
    const { url, close } = await serve(status)
    const refused = outsidePlace(url, undefined).put('a.json', '{}')
    await expect(refused).rejects.toThrow(why)
    await expect(refused).rejects.not.toThrow('secret')
    await close()
    await expect(outsidePlace(url, undefined).put('a.json', '{}')).rejects.toThrow('does not answer')
  })
})
