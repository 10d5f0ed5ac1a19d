import { AsyncLocalStorage } from 'node:async_hooks'
import type { Permit } from '@zyra/es'
import { Forbidden, messageOf, Stopped, Transient } from './errors.ts'

/** What somebody stopped. */
export type StopLevel = 'nothing' | 'autopilot' | 'everything'

/** A look at the stop switches and the merchants' modes. */
export interface GateView {
  /** By merchant, and under `_` for the whole installation. */
  readonly stops: ReadonlyMap<string, StopLevel>
  readonly modes: ReadonlyMap<string, 'sandbox' | 'live'>
  /** Merchants whose shop removed the app: nothing more is called for them. */
  readonly removed: ReadonlySet<string>
}

/** What the gate stands on. */
export interface GateOptions {
  /** Reads the switches from the log. */
  readonly look: () => Promise<GateView>
  /** Addresses (origins) that a sandbox merchant may reach, and a live one may not. */
  readonly sandboxOrigins: readonly string[]
  readonly fetch: typeof globalThis.fetch
  /** Milliseconds that never jump. */
  readonly monotonic: () => number
}

/** What one piece of work is let through with. */
interface Ticket {
  readonly merchant: string
  readonly permit: Permit
  readonly signal: AbortSignal
  readonly onlyLower: boolean
  /** Calls that were let through. */
  calls: number
  /** Why a call was refused. */
  refusal: Error | undefined
  /** False once the work is over: what it left running may not call out any more. */
  open: boolean
}

/** A view older than this closes the gate, in ms. */
export const MAX_VIEW_AGE_MS = 1_000
const LOOK_EVERY_MS = 300

/**
 * Exchanging a token ends the one that is exchanged. Who hangs up before the answer has none that works (Etsy's refresh token: none for ever),
 * so losing the work does not end such a call once it began; it changes nothing outside that another owner could collide with.
 */
const TOKEN_EXCHANGE = /\/oauth\/(?:access_)?token$/

/** The one door to the outside. */
export interface Gate {
  /**
   * Runs work that may call out under a permit. Where a call was refused and the work fails, it fails with the refusal.
   * @throws Stopped, Transient (the switches cannot be seen), Forbidden
   */
  readonly pass: <Result>(merchant: string, permit: Permit, signal: AbortSignal, work: (onlyLower: boolean) => Promise<Result>) => Promise<Result>
  /**
   * The only fetch there is for vendors: outside `pass` it throws, inside it looks at the switches again before every call.
   * A call ends with the work, and with the caller's own signal.
   */
  readonly fetch: typeof globalThis.fetch
  readonly close: () => void
  /** How many merchants were stopped at each level when it last looked. */
  readonly stops: () => Readonly<Record<Exclude<StopLevel, 'nothing'>, number>>
  /** Why nothing gets through, or undefined. Nobody looks before the first effect. */
  readonly problem: () => string | undefined
}

const strictest = (view: GateView, merchant: string): StopLevel => {
  const levels = [view.stops.get('_'), view.stops.get(merchant)]
  if (levels.includes('everything')) return 'everything'
  return levels.includes('autopilot') ? 'autopilot' : 'nothing'
}

const refusal = (permit: Permit, level: StopLevel): string | undefined => {
  switch (permit.class) {
    case 'internal':
      return undefined
    case 'discretionary':
      return level === 'nothing' ? undefined : level === 'autopilot' ? 'autopilot is paused' : 'everything is stopped'
    case 'operational':
      return level === 'everything' && permit.effect !== 'lowers-stock' ? 'everything is stopped' : undefined
  }
}

const checkAddress = ({ merchant, permit }: Ticket, url: URL, mode: 'sandbox' | 'live' | undefined, isSandbox: boolean): void => {
  if (permit.class === 'internal') throw new Forbidden(`${url.origin}: an internal effect calls no vendor`)
  if (mode === undefined) throw new Forbidden(`${url.origin}: merchant "${merchant}" is not registered, so nothing is called for it`)
  if (mode === 'sandbox' && !isSandbox) throw new Forbidden(`${url.origin}: merchant "${merchant}" is a sandbox merchant and never reaches a live address`)
  if (mode === 'live' && isSandbox) throw new Forbidden(`${url.origin}: merchant "${merchant}" is live and never reaches the sandbox`)
}

/** See {@link Gate}. From the first effect on it looks at the switches every 0.3 s; call `close` to end that. */
export const createGate = ({ look, sandboxOrigins, fetch, monotonic }: GateOptions): Gate => {
  const tickets = new AsyncLocalStorage<Ticket>()
  let view: GateView | undefined
  let seenAt = -Infinity
  let failure = 'the log was not read yet'
  let looking: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  const isBlind = (): boolean => monotonic() - seenAt > MAX_VIEW_AGE_MS

  const takeALook = async (): Promise<void> => {
    // What was switched while it was being read may not be in it.
    const startedAt = monotonic()
    try {
      view = await look()
      seenAt = startedAt
    } catch (error) {
      failure = messageOf(error)
    } finally {
      looking = undefined
    }
  }
  const lookNow = (): Promise<void> => (looking ??= takeALook())

  const currentView = async (): Promise<GateView> => {
    timer ??= setInterval(() => void lookNow(), LOOK_EVERY_MS)
    if (isBlind()) await lookNow()
    if (view === undefined || isBlind()) throw new Transient(`the stop switch cannot be seen (${failure}): no call is made`, { mayHaveHappened: false })
    return view
  }

  const levelFor = async ({ merchant, permit, signal }: Pick<Ticket, 'merchant' | 'permit' | 'signal'>): Promise<StopLevel> => {
    if (permit.class === 'discretionary' && permit.verdictId === '') throw new Forbidden('a discretionary call needs the id of the verdict that allowed it')
    const seen = permit.class === 'internal' ? undefined : await currentView()
    const level = seen === undefined ? 'nothing' : strictest(seen, merchant)
    if (signal.aborted) throw new Transient('this process does not own the work any more', { mayHaveHappened: false })
    const refused = seen?.removed.has(merchant) === true ? 'the shop removed the app' : refusal(permit, level)
    if (refused !== undefined) throw new Stopped(refused)
    return level
  }

  /** A refusal is final, so it rests on a look that began after it was asked: what was resumed a moment ago is let through. */
  const levelUnlessResumed = async (asked: Pick<Ticket, 'merchant' | 'permit' | 'signal'>): Promise<StopLevel> => {
    try {
      return await levelFor(asked)
    } catch (error) {
      if (!(error instanceof Stopped)) throw error
      await looking
      await lookNow()
      return levelFor(asked)
    }
  }

  const admit = async (ticket: Ticket, url: URL): Promise<void> => {
    if (!ticket.open) throw new Forbidden(`${url.origin}: the work that had the permit is over`)
    const level = await levelFor(ticket)
    if (level === 'everything' && !ticket.onlyLower) {
      throw new Transient('everything was stopped meanwhile: it begins again and may only lower stock', { mayHaveHappened: false })
    }
    checkAddress(ticket, url, view?.modes.get(ticket.merchant), sandboxOrigins.includes(url.origin))
  }

  /** What one call was refused for says nothing of those before it. */
  const inViewOf = (error: unknown, { calls }: Ticket): unknown => {
    if (calls === 0) return error
    if (error instanceof Stopped) return new Stopped(error.message, { mayHaveHappened: true })
    return error instanceof Transient ? new Transient(error.message, { cause: error }) : error
  }

  return {
    pass: async (merchant, permit, signal, work) => {
      const level = await levelUnlessResumed({ merchant, permit, signal })
      const ticket: Ticket = { merchant, permit, signal, onlyLower: level === 'everything', calls: 0, refusal: undefined, open: true }
      try {
        return await tickets.run(ticket, () => work(ticket.onlyLower))
      } catch (error) {
        // A client may have made something else of the refusal.
        throw ticket.refusal ?? error
      } finally {
        ticket.open = false
      }
    },
    fetch: async (input, init) => {
      const ticket = tickets.getStore()
      const url = new URL(input instanceof Request ? input.url : input)
      if (ticket === undefined) throw new Forbidden(`${url.origin}: no outward call without a permit`)
      try {
        await admit(ticket, url)
      } catch (error) {
        const refused = inViewOf(error, ticket)
        ticket.refusal = refused instanceof Error ? refused : new Error(String(refused))
        throw refused
      }
      ticket.calls += 1
      const own = TOKEN_EXCHANGE.test(url.pathname) ? undefined : ticket.signal
      const signals = [own, init?.signal, input instanceof Request ? input.signal : undefined].filter((one) => one != null)
      return fetch(input, { ...init, redirect: 'error', signal: AbortSignal.any(signals) })
    },
    close: () => clearInterval(timer),
    stops: () => {
      const levels = [...(view?.stops.values() ?? [])]
      const count = (level: StopLevel): number => levels.filter((one) => one === level).length
      return { autopilot: count('autopilot'), everything: count('everything') }
    },
    problem: () => (timer !== undefined && isBlind() ? `the stop switch cannot be seen: ${failure}` : undefined),
  }
}
