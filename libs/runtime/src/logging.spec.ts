import { createLogger } from './logging.ts'

const lines = () => {
  const written: string[] = []
  const logger = createLogger('debug', { write: (line) => void written.push(line) })
  return { logger, text: () => written.join(''), one: () => JSON.parse(written.join('')) as Record<string, unknown> }
}

const SECRET = 'hunter2-hunter2-hunter2'

describe('a log line', () => {
  it('is JSON with its level and time in words', () => {
    const { logger, one } = lines()
    logger.info({ service: 'inventory', correlationId: 'c1', lag: 3 }, 'caught up')
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT/)
    expect(one()).toEqual({ level: 'info', time, service: 'inventory', correlationId: 'c1', lag: 3, msg: 'caught up' })
  })

  it.each([
    'password', 'passphrase', 'clientSecret', 'SHOPIFY_API_SECRET', 'accessToken', 'refresh_token', 'authorization', 'Authorization', 'set-cookie',
    'x-api-key', 'apiKey', 'privateKey', 'credentials', 'x-shopify-hmac-sha256', 'seed', 'email', 'e-mail', 'phone', 'body', 'shipping_address',
    'firstName', 'last_name', 'street', 'postcode', 'zip',
  ])('does not tell what a field called %s holds, however deep it stands', (name) => {
    const { logger, text } = lines()
    logger.info({ [name]: SECRET, a: { [name]: { value: SECRET }, b: [{ c: { [name]: [SECRET] } }] } }, 'planted')
    expect(text()).not.toContain(SECRET)
    expect(text()).toContain('[redacted]')
  })

  it('does not tell what is bound to a child either', () => {
    const { logger, text } = lines()
    logger.child({ token: SECRET, request: { email: SECRET } }).info('planted')
    expect(text()).not.toContain(SECRET)
  })

  it.each([
    ['an e-mail address', 'mail from anna.berg+shop@example.co.uk was refused', 'anna.berg'],
    ['the password of a URL', 'cannot connect to postgres://zyra:s3cr3t-pw@127.0.0.1:5432/zyra', 's3cr3t-pw'],
    ['a bearer token', 'sent Authorization: Bearer 123456789.abcdefghijklmnop', 'abcdefghijklmnop'],
    ['a token of Shopify', 'refused shpat_0123456789abcdef0123456789abcdef', '0123456789abcdef'],
    ['a webhook secret', 'signed with whsec_enlyYS1zYW5kYm94LWV0c3k=', 'enlyYS1zYW5k'],
    ['a seed of NATS', 'user SUAKYRHVIOREXV7EUZTBHUHL7NUMHPMAS7QMDU3GTIUWEI5LDNOXD43IZY', 'SUAKYRHV'],
  ])('does not tell %s in the words of an error', (_what, sentence, secret) => {
    const { logger, text } = lines()
    logger.error({ why: sentence, nested: { error: new Error('outer', { cause: new Error(sentence) }) }, list: [sentence] }, sentence)
    expect(text()).not.toContain(secret)
    expect(JSON.parse(text())).toMatchObject({ level: 'error' })
  })

  it('keeps ids, subjects, counts and times', () => {
    const { logger, one } = lines()
    const ids = ['6f9619ff-8b86-5011-b42d-00cf4fc964ff']
    const fields = { subject: 'zyra.demo.inventory.stock.808950810', at: new Date(0), ids, n: 1.5, ok: true, none: null }
    logger.info(fields, 'ok')
    expect(one()).toMatchObject({ ...fields, at: '1970-01-01T00:00:00.000Z' })
  })

  it('survives objects that contain themselves or are no data', () => {
    const { logger, text } = lines()
    const circle: Record<string, unknown> = { keys: new Map([[SECRET, SECRET]]), buffer: Buffer.from(SECRET) }
    circle['self'] = circle
    logger.info({ circle }, 'round')
    expect(text()).not.toContain(SECRET)
    expect(text()).toContain('[too deep]')
  })
})
