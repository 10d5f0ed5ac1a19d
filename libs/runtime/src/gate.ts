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

interface Ticket {
  readonly merchant: string
  readonly permit: Permit
  readonly signal: AbortSignal
}

/** A view older than this closes the gate, in ms. */
export const MAX_VIEW_AGE_MS = 1_000
const LOOK_EVERY_MS = 300

/** The one door to the outside. */
export interface Gate {
  /** Runs work that may call out under a permit. @throws Stopped, Transient (the switches cannot be seen), Forbidden */
  readonly pass: <Result>(merchant: string, permit: Permit, signal: AbortSignal, work: (onlyLower: boolean) => Promise<Result>) => Promise<Result>
  /** The only fetch there is for vendors: outside `pass` it throws, inside it looks at the switches again before every call. */
  readonly fetch: typeof globalThis.fetch
  readonly close: () => void
  /** How old the view is, in ms; undefined before the first look. */
  readonly viewAge: () => number | undefined
}

const strictest = (view: GateView, merchant: string): StopLevel => {
  const levels = [view.stops.get('_'), view.stops.get(merchant)]
  if (levels.includes('everything')) return 'everything'
  return levels.includes('autopilot') ? 'autopilot' : 'nothing'
}

const refusal = (permit: Permit, level: StopLevel): string | undefined => {
  if (permit.class === 'internal') return undefined
  if (permit.class === 'discretionary') return level === 'nothing' ? undefined : level === 'autopilot' ? 'autopilot is paused' : 'everything is stopped'
  return level === 'everything' && permit.effect !== 'lowers-stock' ? 'everything is stopped' : undefined
}

/** See {@link Gate}. Looks at the switches every 0.3 s; call `close` to end that. */
export const createGate = ({ look, sandboxOrigins, fetch, monotonic }: GateOptions): Gate => {
  const tickets = new AsyncLocalStorage<Ticket>()
  let view: GateView | undefined
  let seenAt: number | undefined
  let problem = 'the log was not read yet'
  let looking = false

  const lookNow = async (): Promise<void> => {
    if (looking) return
    looking = true
    const startedAt = monotonic()
    try {
      view = await look()
      seenAt = startedAt
    } catch (error) {
      problem = messageOf(error)
    } finally {
      looking = false
    }
  }

  const levelFor = (merchant: string): StopLevel => {
    const age = seenAt === undefined ? undefined : monotonic() - seenAt
    if (view === undefined || age === undefined || age > MAX_VIEW_AGE_MS) {
      throw new Transient(`the stop switch cannot be seen (${problem}): no call is made`, { mayHaveHappened: false })
    }
    return strictest(view, merchant)
  }

  const check = ({ merchant, permit, signal }: Ticket): StopLevel => {
    if (signal.aborted) throw new Transient('this process does not own the work any more', { mayHaveHappened: false })
    if (permit.class === 'internal') return 'nothing'
    const level = levelFor(merchant)
    const refused = refusal(permit, level)
    if (refused !== undefined) throw new Stopped(refused)
    return level
  }

  const checkAddress = ({ merchant, permit }: Ticket, url: string): void => {
    if (permit.class === 'internal') throw new Forbidden(`${url}: an internal effect calls no vendor`)
    const mode = view?.modes.get(merchant)
    const isSandbox = sandboxOrigins.includes(new URL(url).origin)
    if (mode === undefined) throw new Forbidden(`${url}: merchant "${merchant}" is not registered, so nothing is called for it`)
    if (mode === 'sandbox' && !isSandbox) throw new Forbidden(`${new URL(url).origin}: merchant "${merchant}" is a sandbox merchant and never reaches a live address`)
    if (mode === 'live' && isSandbox) throw new Forbidden(`${new URL(url).origin}: merchant "${merchant}" is live and never reaches the sandbox`)
  }

  void lookNow()
  const timer = setInterval(() => void lookNow(), LOOK_EVERY_MS)

  return {
    pass: async (merchant, permit, signal, work) => {
      if (permit.class !== 'internal' && seenAt === undefined) await lookNow()
      const ticket = { merchant, permit, signal }
      const level = check(ticket)
      return tickets.run(ticket, () => work(level === 'everything'))
    },
    fetch: async (input, init) => {
      const ticket = tickets.getStore()
      const url = input instanceof Request ? input.url : String(input)
      if (ticket === undefined) throw new Forbidden(`${new URL(url).origin}: no outward call without a permit`)
      check(ticket)
      checkAddress(ticket, url)
      const signals = [ticket.signal, ...(init?.signal === undefined || init.signal === null ? [] : [init.signal])]
      return fetch(input, { ...init, redirect: 'error', signal: AbortSignal.any(signals) })
    },
    close: () => clearInterval(timer),
    viewAge: () => (seenAt === undefined ? undefined : monotonic() - seenAt),
  }
}
