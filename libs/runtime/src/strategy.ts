import { Server, type CustomTransportStrategy } from '@nestjs/microservices'
import type { RunningService } from './running.ts'

/** Nest's view of a service at work: it starts and stops with the application. Which events go to which handler is the runtime's business. */
export class JetStreamStrategy extends Server implements CustomTransportStrategy {
  readonly #service: RunningService

  constructor(service: RunningService) {
    super()
    this.#service = service
  }

  listen(callback: (error?: unknown) => void): void {
    this.#service.listen().then(() => callback(), callback)
  }

  close(): Promise<void> {
    return this.#service.close()
  }

  on(): never {
    throw new Error('the JetStream transport emits no events: see /readyz for its state')
  }

  unwrap(): never {
    throw new Error('the JetStream transport has no native server to hand out')
  }
}
