import type { Delivery, RetrySchedule } from './delivery.ts'
import { createDetours } from './detours.ts'
import type { Faults } from './faults.ts'
import type { Poster, PostLimits } from './post.ts'
import { createPoster } from './post.ts'
import type { Cancel, Clock, Scheduler } from './time.ts'

/** One try to deliver, or the note that a fault swallowed the webhook (`number` 0). */
export type Attempt = {
  readonly deliveryId: string
  readonly topic: string
  readonly url: string
  /** 1 for the first try. */
  readonly number: number
  readonly at: string
  /** `delivered` is any 2xx; `abandoned` is a failure after which no retry follows. */
  readonly outcome: 'delivered' | 'failed' | 'abandoned' | 'dropped'
  readonly status?: number
  readonly error?: string
}

export type Deliverer = {
  /** Takes the webhook over and returns at once; the rest happens in the background. Ignored after `close`. */
  readonly deliver: (delivery: Delivery) => void
  /** The newest attempts, oldest first. */
  readonly attempts: () => readonly Attempt[]
  /** How many webhooks are on their way, held back, or waiting for a retry (a duplicate counts as one more). */
  readonly pending: () => number
  /** Resolves when nothing is pending any more. With a manual scheduler somebody else must move the time. */
  readonly idle: () => Promise<void>
  /** Stops everything that is under way and waits for it. What was not delivered is lost, as it is when a vendor gives up. */
  readonly close: () => Promise<void>
}

export type DelivererOptions = {
  readonly faults: Faults
  readonly schedule: RetrySchedule
  readonly clock: Clock
  readonly scheduler: Scheduler
  /** Told of every attempt, for example to delete a subscription after too many failures in a row. */
  readonly onAttempt?: (attempt: Attempt) => void
  /** How many attempts are remembered; 10,000 if not given. */
  readonly remember?: number
}

/** Delivers webhooks as a vendor does: again and again when the receiver is away, and as badly as the fault plan wants. */
export const createDeliverer = (options: DelivererOptions): Deliverer => {
  const { schedule, clock, scheduler } = options
  const poster: Poster = createPoster(scheduler)
  const closing = new AbortController()
  const attempts: Attempt[] = []
  const timers = new Set<Cancel>()
  const underWay = new Set<Promise<void>>()
  let waiters: (() => void)[] = []
  const detours = createDetours(options.faults, (ms, task) => later(ms, task))

  const pending = () => timers.size + underWay.size

  const settle = () => {
    if (pending() > 0) return
    waiters.forEach((wake) => wake())
    waiters = []
  }

  const later = (ms: number, task: () => void): Cancel => {
    const cancel = scheduler.after(ms, () => {
      timers.delete(cancelled)
      task()
      settle()
    })
    const cancelled = () => {
      timers.delete(cancelled)
      cancel()
    }
    timers.add(cancelled)
    return cancelled
  }

  const record = (attempt: Attempt) => {
    attempts.push(attempt)
    if (attempts.length > (options.remember ?? 10_000)) attempts.shift()
    options.onAttempt?.(attempt)
  }

  const attempt = async (delivery: Delivery, number: number): Promise<void> => {
    const at = clock()
    const base = { deliveryId: delivery.id, topic: delivery.topic, url: delivery.url, number, at: at.toISOString() }
    const result = await send(poster, delivery, { number, at }, schedule, closing.signal)
    if (isSuccess(result.status)) return record({ ...base, outcome: 'delivered', ...result })
    const pauseMs = closing.signal.aborted ? undefined : schedule.retryDelaysMs[number - 1]
    record({ ...base, outcome: pauseMs === undefined ? 'abandoned' : 'failed', ...result })
    if (pauseMs !== undefined) later(pauseMs, () => start(delivery, number + 1))
  }

  const start = (delivery: Delivery, number: number) => {
    const running = attempt(delivery, number).finally(() => {
      underWay.delete(running)
      settle()
    })
    underWay.add(running)
  }

  return {
    deliver: (delivery) => {
      if (closing.signal.aborted) return
      const dropped = detours.route(delivery, () => start(delivery, 1))
      if (!dropped) return
      const { id: deliveryId, topic, url } = delivery
      record({ deliveryId, topic, url, number: 0, at: clock().toISOString(), outcome: 'dropped' })
    },
    attempts: () => [...attempts],
    pending,
    idle: () => (pending() === 0 ? Promise.resolve() : new Promise((resolve) => void waiters.push(resolve))),
    close: async () => {
      closing.abort()
      detours.forget()
      timers.forEach((cancel) => cancel())
      await Promise.all(underWay)
      poster.close()
      settle()
    },
  }
}

const isSuccess = (status: number | undefined): boolean => status !== undefined && status >= 200 && status < 300

const send = async (
  poster: Poster, { url, headers, body }: Delivery, attempt: { number: number; at: Date }, limits: PostLimits, signal: AbortSignal,
): Promise<{ status?: number; error?: string }> => {
  const post = {
    url,
    headers: typeof headers === 'function' ? headers(attempt) : headers,
    body: typeof body === 'string' ? Buffer.from(body, 'utf8') : body,
  }
  try {
    return { status: await poster.post(post, limits, signal) }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}
