import type { HealthCheck, HealthReport } from './health-check.ts'
import { messageOf } from './errors.ts'

/** What the health of a process is made from. */
export interface HealthOptions {
  readonly services: () => readonly { readonly name: string; readonly checks: () => Promise<readonly HealthCheck[]> }[]
  /** Resolves if the database takes writes. */
  readonly database: () => Promise<void>
  /** Of the process and its machine. */
  readonly own?: () => readonly HealthCheck[]
  readonly isDraining: () => boolean
  /** Milliseconds that never jump. */
  readonly monotonic: () => number
}

const HOLDS_MS = 1_000

/** Looks at everything that must work; a report is good for a second, however many ask. Never rejects. */
export const createHealth = ({ services, database, own = () => [], isDraining, monotonic }: HealthOptions): (() => Promise<HealthReport>) => {
  let last: { readonly at: number; readonly checks: Promise<readonly HealthCheck[]> } | undefined
  const failed = (name: string) => (error: unknown): HealthCheck => ({ name, ok: false, detail: messageOf(error) })

  const look = async (): Promise<readonly HealthCheck[]> => {
    const rows = database().then((): HealthCheck => ({ name: 'postgres', ok: true, detail: 'takes writes' }), failed('postgres'))
    const perService = services().map(({ name, checks }) => checks().catch((error: unknown) => [failed(name)(error)]))
    return (await Promise.all([rows.then((one) => [one]), ...perService])).flat()
  }

  return async () => {
    const now = monotonic()
    if (last === undefined || now - last.at > HOLDS_MS) last = { at: now, checks: look() }
    const checks = [...(await last.checks), ...own(), ...(isDraining() ? [{ name: 'draining', ok: false, detail: 'takes no new work' }] : [])]
    return { ready: checks.every(({ ok }) => ok), checks }
  }
}
