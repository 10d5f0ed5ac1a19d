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

  const leave = (pid = process.pid) => {
    const gatewayUrl = `http://127.0.0.1:${port}`
    writeRunFile(dataDir, { pid, gatewayUrl, sandboxUrl: null, natsPort: null, postgresPort: null, startedAt: '2026-11-20T08:00:00.000Z' })
  }
  const look = (change: { readonly port?: number; readonly natsUrl?: string } = {}) => alreadyRunning({ dataDir, port: 8080, natsUrl: undefined, ...change })

  it('is free while nothing ran in it, where what ran there is gone, and where it left nonsense', async () => {
    expect(look()).toBeUndefined()
    leave(1)
    expect(look()).toBeUndefined()
    leave()
    server.close()
    await once(server, 'close')
    expect(look()).toBeUndefined()
    writeFileSync(join(dataDir, 'run.json'), '{"pid":')
    expect(look()).toBeUndefined()
  })

  it('is taken while something answers: which process, where, and how to stop it', () => {
    leave()
    expect(look()).toMatch(new RegExp(`^Zyra is already running in .* \\(process ${process.pid}, http://127.0.0.1:${port}\\): stop it .*"kill ${process.pid}"`))
  })

  it('may be shared by processes that share servers of their own, on other ports', () => {
    leave()
    expect(look({ natsUrl: 'nats://10.0.0.1:4222' })).toBeUndefined()
    expect(look({ natsUrl: 'nats://10.0.0.1:4222', port })).toMatch(/already running/)
  })
})
