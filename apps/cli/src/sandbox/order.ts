import type { z } from 'zod'
import { EXIT, type ExitCode } from '../base/failure.ts'
import { withReading, type Reading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import { known, openEntry, type Entry } from '../log/entry.ts'
import { gist } from '../text/gist.ts'
import { duration } from '../text/time.ts'
import { askSandbox, namingNear } from './http.ts'
import type { orderOptions } from './options.ts'
import { placedOrder } from './shapes.ts'

const WITHIN_MS = 5_000

/** Etsy's answer to the change of an item after a place in the log, if it comes within five seconds. */
const etsyAnswer = async ({ log, hidden }: Reading, item: string, after: number, { interrupted }: Terminal): Promise<Entry | undefined> => {
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(WITHIN_MS)])
  for await (const { events } of log.follow({ filters: [`zyra.*.inventory.etsy-quantity.${item}`], fromSequence: after + 1, signal })) {
    const answer = events.find(({ envelope }) => /^inventory\.EtsyQuantity(Set|Refused)$/.test(envelope.type))
    if (answer !== undefined) return openEntry(hidden, answer)
  }
  return undefined
}

const ON = { shopify: 'Shopify', etsy: 'Etsy' } as const

/** `zyra sandbox order`: orders, and on Shopify waits for what that does to Etsy. */
export const runOrder = (sku: string, { channel, quantity, json }: z.infer<typeof orderOptions>, terminal: Terminal): Promise<ExitCode> =>
  withReading(async (reading) => {
    const { out, paint } = terminal
    const after = await reading.log.lastSequence()
    const from = performance.now()
    const order = await namingNear(channel, sku, () =>
      askSandbox(placedOrder, { method: 'POST', path: '/orders', body: { channel, sku, quantity } }),
    )
    const left = order.now?.[channel === 'shopify' ? 'available' : 'sellable']
    const item = order.now?.['inventoryItemId']
    const rest = typeof left === 'number' ? ` ${ON[channel]} has ${left} left.` : ''
    if (!json) out(`Ordered ${quantity} x ${paint('bold', sku)} on ${ON[channel]} (order ${order.orderId}).${rest}`)
    const answer = typeof item === 'string' ? await etsyAnswer(reading, item, after, terminal) : undefined
    if (json) out(JSON.stringify({ ...order, etsy: answer === undefined ? null : (known(answer) ?? null) }))
    else if (answer !== undefined) {
      out(
        `${gist(answer, () => sku)}, ${duration(performance.now() - from)} after the order. ${paint('dim', `(npx zyra why ${answer.stored.sequence})`)}`,
      )
    } else if (channel === 'shopify') out(paint('dim', `Nothing changed on Etsy within 5 s: "npx zyra why ${sku}" shows how far it came.`))
    return EXIT.ok
  })
