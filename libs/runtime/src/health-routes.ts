import { Controller, Get, Inject, Res } from '@nestjs/common'
import type { HealthReport } from './health-check.ts'
import type { Metrics } from './metrics.ts'

/** The injection token of what this controller tells. */
export const PROCESS_STATE = Symbol('process state')

/** What `/healthz`, `/readyz` and `/metrics` are made from. */
export interface ProcessState {
  readonly health: () => Promise<HealthReport>
  readonly metrics: Metrics
}

interface Reply {
  readonly status: (code: number) => Reply
  readonly header: (name: string, value: string) => Reply
}

@Controller()
export class HealthController {
  readonly #state: ProcessState

  constructor(@Inject(PROCESS_STATE) state: ProcessState) {
    this.#state = state
  }

  /** Alive: this process answers. */
  @Get('healthz')
  alive(): { readonly alive: true } {
    return { alive: true }
  }

  /** Really working: it can append, its handlers move or wait for a vendor, its rows follow. 503 and the reasons otherwise. */
  @Get('readyz')
  async ready(@Res({ passthrough: true }) reply: Reply): Promise<HealthReport> {
    const report = await this.#state.health()
    if (!report.ready) reply.status(503)
    return report
  }

  @Get('metrics')
  async metrics(@Res({ passthrough: true }) reply: Reply): Promise<string> {
    // How far readers are behind is known to whoever looks.
    this.#state.metrics.health(await this.#state.health())
    reply.header('content-type', this.#state.metrics.contentType)
    return this.#state.metrics.text()
  }
}
