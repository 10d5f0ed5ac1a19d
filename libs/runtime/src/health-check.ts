/** One thing that must work for the whole to work. */
export interface HealthCheck {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
}

/** `/readyz` answers this. */
export interface HealthReport {
  readonly ready: boolean
  readonly checks: readonly HealthCheck[]
}
