import { Controller, HttpCode, HttpException, Inject, Post, Req, Res } from '@nestjs/common'
import { entryCause, etsySecretFor, messageOf, shopifySecretFor, type ServiceContext } from '@zyra/runtime'
import { verifyEtsyWebhook } from '@zyra/vendor-etsy/webhook'
import { verifyShopifyHmac } from '@zyra/vendor-shopify/webhooks'
import { CONTEXT } from '../context.ts'
import { etsyIntake, etsyShopIn } from './etsy-intake.ts'
import { shopifyIntake, type Intake, type RawHeaders } from './shopify-intake.ts'

/** Shopify waits five seconds for an answer: what is not on disk by then is asked for again. */
const ANSWER_WITHIN_MS = 4_000
/** Somebody has to free space, or set the clock. */
const REFUSED_RETRY_AFTER_S = 60

interface Delivery {
  readonly headers: RawHeaders
  readonly body: unknown
}

interface Reply {
  readonly header: (name: string, value: string) => Reply
}

const bytesOf = ({ body }: Delivery): Uint8Array => (body instanceof Uint8Array ? body : new Uint8Array())

const first = (value: string | readonly string[] | undefined): string | undefined => (typeof value === 'string' ? value : value?.[0])

@Controller('webhooks')
export class WebhooksController {
  readonly #context: ServiceContext

  constructor(@Inject(CONTEXT) context: ServiceContext) {
    this.#context = context
    // What was never counted has no beginning from which a rule could see it rise.
    for (const vendor of ['shopify', 'etsy']) for (const answer of ['200', '401', '503']) context.metrics.webhooks.inc({ vendor, answer }, 0)
  }

  /** All topics of Shopify. 200 once the delivery is on disk, 401 for a wrong signature, 503 while nothing can be kept. */
  @Post('shopify')
  @HttpCode(200)
  async shopify(@Req() delivery: Delivery, @Res({ passthrough: true }) reply: Reply): Promise<void> {
    this.#requireAbleToKeep('shopify', reply)
    const raw = bytesOf(delivery)
    const { merchants, config } = this.#context
    // Each app signs with its own secret: a shop that is named without having signed fails by that.
    const merchant = merchants.byShopDomain(first(delivery.headers['x-shopify-shop-domain']) ?? '')
    const secret = this.#secret('shopify', () => shopifySecretFor(config, merchant))
    if (secret === undefined || !verifyShopifyHmac(raw, first(delivery.headers['x-shopify-hmac-sha256']), secret)) this.#refuse('shopify')
    await this.#keep('shopify', shopifyIntake(raw, delivery.headers, (shop) => merchants.byShopDomain(shop)))
  }

  /** All events of Etsy; the same answers. */
  @Post('etsy')
  @HttpCode(200)
  async etsy(@Req() delivery: Delivery, @Res({ passthrough: true }) reply: Reply): Promise<void> {
    this.#requireAbleToKeep('etsy', reply)
    const rawBody = bytesOf(delivery)
    const { merchants, config, now } = this.#context
    // Whose delivery it is stands in the body only, so the shop's secret is looked for before its signature is checked.
    const shop = etsyShopIn(rawBody)
    const merchant = shop === undefined ? undefined : merchants.byEtsyShop(shop)
    const secret = this.#secret('etsy', () => etsySecretFor(config, merchant))
    const verdict = secret === undefined ? undefined : verifyEtsyWebhook({ secret, headers: delivery.headers, rawBody, now: now() })
    if (verdict?.ok !== true) return this.#refuse('etsy')
    await this.#keep('etsy', etsyIntake(rawBody, verdict, (id) => merchants.byEtsyShop(id)))
  }

  /** The secret, or 503 while a live merchant has none of their own: their deliveries come again once it is set. */
  #secret(vendor: string, find: () => string | undefined): string | undefined {
    try {
      return find()
    } catch (error) {
      const { metrics, logger } = this.#context
      metrics.webhooks.inc({ vendor, answer: '503' })
      logger.error({ vendor, why: messageOf(error) }, 'a webhook could not be verified')
      throw new HttpException('Webhooks of this merchant cannot be verified yet; send it again.', 503)
    }
  }

  /** Refuses what could not be kept, or whose time could not be checked: early, and in a way that makes the vendor come again. */
  #requireAbleToKeep(vendor: string, reply: Reply): void {
    const { disk, clock, metrics } = this.#context
    const wrongTime = clock.problem()
    if (disk.state() === 'ample' && wrongTime === undefined) return
    metrics.webhooks.inc({ vendor, answer: '503' })
    reply.header('retry-after', String(REFUSED_RETRY_AFTER_S))
    throw new HttpException(`${wrongTime === undefined ? 'The disk is nearly full' : 'The clock is wrong'}; send it again later.`, 503)
  }

  #refuse(vendor: string): never {
    this.#context.metrics.webhooks.inc({ vendor, answer: '401' })
    throw new HttpException('The signature does not fit the body.', 401)
  }

  async #keep(vendor: string, { merchant, entry, aggregate, id, event }: Intake): Promise<void> {
    const { decisions, metrics, logger } = this.#context
    // AbortSignal.timeout would keep every delivery for four seconds and then make an error of it that nobody reads.
    const late = new AbortController()
    const clock = setTimeout(() => late.abort(), ANSWER_WITHIN_MS)
    try {
      const cause = entryCause(merchant, entry, `${vendor}-webhook`, `webhook:${vendor}`)
      await decisions.record({ merchant, aggregate, id }, [event], cause, late.signal)
      metrics.webhooks.inc({ vendor, answer: '200' })
    } catch (error) {
      metrics.webhooks.inc({ vendor, answer: '503' })
      logger.error({ vendor, why: messageOf(error) }, 'a webhook could not be kept')
      throw new HttpException('The delivery could not be kept; send it again.', 503)
    } finally {
      clearTimeout(clock)
    }
  }
}
