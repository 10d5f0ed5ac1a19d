import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { ConfigError, loadConfig, SANDBOX_ETSY_SECRET, SANDBOX_SECRET, settings } from './config.ts'

const example = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8')
const exampleKeys = () => [...example.matchAll(/^# ([A-Z][A-Z0-9_]+)=/gm)].map(([, key]) => key)

describe('the configuration', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'zyra-config-'))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  const load = (env: Record<string, string> = {}) => loadConfig({ env, root })

  it('is the documented one when nothing is set', () => {
    expect(load()).toEqual({
      host: '127.0.0.1',
      port: 8080,
      sandboxPort: 8090,
      dataDir: join(root, '.zyra'),
      services: ['gateway', 'orchestrator', 'inventory'],
      logLevel: 'info',
      sandboxOrdersPerMinute: 6,
      diskReserve: 300 * 1024 * 1024,
      cacheDir: undefined,
      natsUrl: undefined,
      natsPort: 0, replicas: 1,
      databaseUrl: undefined,
      postgresPort: 0,
      shopifyApiSecret: SANDBOX_SECRET,
      etsyWebhookSecret: SANDBOX_ETSY_SECRET,
      liveAccess: { shopifyClientId: undefined, etsyKeystring: undefined, etsySharedSecret: undefined, etsyRefreshToken: undefined },
      seals: { everyMinutes: 60, outside: undefined, token: undefined },
      sandbox: true,
      trustClock: false,
      traces: undefined,
    })
  })

  it('comes from .env, where the environment wins', () => {
    writeFileSync(join(root, '.env'), 'ZYRA_PORT=9001\nZYRA_DATA="/srv/zyra" # quoted\nZYRA_LOG_LEVEL=warn\n')
    expect(load({ ZYRA_LOG_LEVEL: 'debug' })).toMatchObject({ port: 9001, dataDir: '/srv/zyra', logLevel: 'debug' })
  })

  it('takes an empty value for none', () => {
    expect(load({ ZYRA_PORT: '', NATS_URL: '' })).toMatchObject({ port: 8080, natsUrl: undefined })
  })

  it('runs the chosen services in their own order', () => {
    expect(load({ ZYRA_SERVICES: 'inventory, gateway' }).services).toEqual(['gateway', 'inventory'])
    expect(load({ ZYRA_SERVICES: 'all' }).services).toEqual(['gateway', 'orchestrator', 'inventory'])
  })

  it.each([
    ['ZYRA_PORT', 'eighty', 'a whole number from 0 to 65535'],
    ['ZYRA_PORT', '70000', 'a whole number from 0 to 65535'],
    ['ZYRA_REPLICAS', '2', '1, or 3 or 5 where NATS_URL names a cluster of as many nodes'],
    ['ZYRA_SANDBOX_PORT', '-1', 'a whole number from 0 to 65535'],
    ['ZYRA_NATS_PORT', '4222.5', 'a whole number from 0 to 65535'],
    ['ZYRA_HOST', 'http://me', 'an IP address or host name'],
    ['ZYRA_SERVICES', 'gateway,finances', 'separated by commas'],
    ['ZYRA_SERVICES', 'all,gateway', 'separated by commas'],
    ['ZYRA_LOG_LEVEL', 'loud', 'one of trace, debug, info'],
    ['ZYRA_SANDBOX_ORDERS_PER_MINUTE', 'many', 'a number from 0 to 6000'],
    ['ZYRA_SANDBOX_ORDERS_PER_MINUTE', '6001', 'a number from 0 to 6000'],
    ['ZYRA_SANDBOX', 'yes', 'true or false'],
    ['ZYRA_SEALS_MINUTES', '0', 'a whole number of minutes from 1 to 1440'],
    ['ZYRA_DISK_RESERVE', '5', '16 or more'],
    ['ZYRA_DISK_RESERVE', '1GB', 'a whole number of MiB'],
    ['OTEL_TRACES_SAMPLER', 'sometimes', 'one of always_on'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5', 'a number from 0 to 1'],
  ])('is refused with a sentence when %s is %j', (key, value, expected) => {
    const attempt = () => load({ [key]: value })
    expect(attempt).toThrow(ConfigError)
    expect(attempt).toThrow(new RegExp(`^${key} should be .*${expected}.*, but "${value}" was found: correct it`))
  })

  it.each([
    ['NATS_URL', 'http://ann:hunter2@host'],
    ['NATS_URL', 'nats://host:4222,hunter2'],
    ['DATABASE_URL', 'mysql://ann:hunter2@host/db'],
    ['ETSY_WEBHOOK_SECRET', 'hunter2'],
    ['ZYRA_SEALS_OUTSIDE', 'ftp://ann:hunter2@host/seals'],
    ['ZYRA_SEALS_OUTSIDE', 'hunter2/seals'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'grpc://hunter2@host'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'hunter2'],
  ])('never repeats what might be a secret: %s', (key, value) => {
    expect(() => load({ [key]: value })).toThrow(new RegExp(`^${key} should be .*not shown`))
    expect(() => load({ [key]: value })).not.toThrow(/hunter2/)
  })

  it('names every wrong key at once', () => {
    expect(() => load({ ZYRA_PORT: 'x', ZYRA_LOG_LEVEL: 'y' })).toThrow(/^ZYRA_PORT .*\nZYRA_LOG_LEVEL .*$/)
  })

  it('refuses one port for both listeners, unless any free one will do', () => {
    expect(() => load({ ZYRA_PORT: '8090' })).toThrow('ZYRA_PORT and ZYRA_SANDBOX_PORT should be different ports, but both are 8090')
    expect(load({ ZYRA_PORT: '0', ZYRA_SANDBOX_PORT: '0' })).toMatchObject({ port: 0, sandboxPort: 0 })
  })

  it('wants a cluster where the log is to be kept on several nodes', () => {
    expect(() => load({ ZYRA_REPLICAS: '3' })).toThrow('ZYRA_REPLICAS should be 1 where NATS_URL is not set, but it is 3')
    expect(load({ ZYRA_REPLICAS: '3', NATS_URL: 'nats://a:4222,nats://b:4222,nats://c:4222' })).toMatchObject({ replicas: 3 })
    expect(load({})).toMatchObject({ replicas: 1 })
  })

  it('refuses a misspelt key in .env, and ignores what others put into the environment', () => {
    expect(load({ ZYRA_SERVICE_HOST: '10.0.0.1' }).port).toBe(8080)
    writeFileSync(join(root, '.env'), 'ZYRA_PROT=9001\n')
    expect(() => load()).toThrow(/^ZYRA_PROT in .*\.env is not a setting/)
  })

  it('traces where an endpoint is named, with OpenTelemetry\'s own names', () => {
    expect(load({ OTEL_TRACES_SAMPLER: 'always_off' }).traces).toBeUndefined()
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otel.example/', OTEL_EXPORTER_OTLP_HEADERS: 'X-Token=a%3Db==, team=shop' }
    expect(load({ ...env, OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '.25' }).traces).toEqual({
      url: 'https://otel.example/v1/traces', headers: { 'x-token': 'a=b==', team: 'shop' }, sampler: 'parentbased_traceidratio', ratio: 0.25,
    })
  })
})

describe('.env.example', () => {
  it('explains every setting and no other', () => {
    expect(exampleKeys().toSorted()).toEqual(Object.keys(settings).toSorted())
    // A paragraph is prose and, below it, the keys that it explains.
    const paragraphs = example.split('\n\n').filter((paragraph) => /^# [A-Z][A-Z0-9_]+=/m.test(paragraph))
    expect(paragraphs.filter((paragraph) => !/^# [A-Z][^=\n]{20,}\n/.test(paragraph))).toEqual([])
  })

  it('is valid when every line is uncommented, and shows the defaults', () => {
    const lines = [...example.matchAll(/^# ([A-Z][A-Z0-9_]+=.*)$/gm)].map(([, line]) => line).join('\n')
    const env = parseEnv(lines)
    const { natsUrl, databaseUrl, traces, ...rest } = loadConfig({ env, root: '/' })
    const { natsUrl: ownNats, databaseUrl: ownDatabase, traces: ownTraces, ...defaults } = loadConfig({ env: {}, root: '/' })
    expect(rest).toEqual(defaults)
    expect([natsUrl, databaseUrl, traces].every((one) => one !== undefined)).toBe(true)
    expect([ownNats, ownDatabase, ownTraces]).toEqual([undefined, undefined, undefined])
  })
})
