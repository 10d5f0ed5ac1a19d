import { gateway } from '@zyra/gateway'
import { inventory } from '@zyra/inventory'
import { orchestrator } from '@zyra/orchestrator'
import type { ServiceDefinition, ServiceName } from '@zyra/runtime'

/** Every service there is. */
export const allServices: Readonly<Record<ServiceName, ServiceDefinition>> = { gateway, orchestrator, inventory }
