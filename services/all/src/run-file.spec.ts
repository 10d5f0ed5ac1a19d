import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { alreadyRunning, writeRunFile } from './run-file.ts'

describe('a data folder', () => {
  let dataDir: string
  let server: Server
  let port: number
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'zyra-run-'))
    server = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    port = typeof address === 'object' && address !== null ? address.port : 0
  })
  afterEach(() => {
    server.close()
    rmSync(dataDir, { recursive: true, force: true })
  })

  const leave = () => {
    const gatewayUrl = `http://127.0.0.1:${port}`
    writeRunFile(dataDir, { pid: 4711, gatewayUrl, sandboxUrl: null, natsPort: null, postgresPort: null, startedAt: '2026-11-20T08:00:00.000Z' })
  }
  const look = (change: { readonly port?: number; readonly natsUrl?: string } = {}) => alreadyRunning({ dataDir, port: 8080, natsUrl: undefined, ...change })

  it('is free while nothing ran in it, and where what ran there does not answer or left nonsense', async () => {
    expect(await look()).toBeUndefined()
    leave()
    server.close()
    await once(server, 'close')
    expect(await look()).toBeUndefined()
    writeFileSync(join(dataDir, 'run.json'), '{"pid":')
    expect(await look()).toBeUndefined()
  })

  it('is taken while something answers: which process, where, and how to stop it', async () => {
    leave()
    expect(await look()).toMatch(new RegExp(`^Zyra is already running in .* \\(process 4711, http://127.0.0.1:${port}\\): stop it .*"kill 4711"`))
  })

  it('may be shared by processes that share servers of their own, on other ports', async () => {
    leave()
    expect(await look({ natsUrl: 'nats://10.0.0.1:4222' })).toBeUndefined()
    expect(await look({ natsUrl: 'nats://10.0.0.1:4222', port })).toMatch(/already running/)
  })
})
