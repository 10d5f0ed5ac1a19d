import type { EventDefinition } from './define.ts'
import { gatewayEvents } from './gateway.ts'
import { inventoryEvents } from './inventory.ts'
import { orchestratorEvents } from './orchestrator.ts'
import { runtimeEvents } from './runtime.ts'

const byService: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  gateway: gatewayEvents,
  inventory: inventoryEvents,
  orchestrator: orchestratorEvents,
  runtime: runtimeEvents,
}

/** Every event there is, by full name: `inventory.StockObserved`. */
export const eventRegistry: ReadonlyMap<string, EventDefinition> = new Map(
  Object.entries(byService).flatMap(([service, events]) =>
    Object.entries(events).map(([name, definition]): [string, EventDefinition] => [`${service}.${name}`, definition as EventDefinition]),
  ),
)

/**
 * The definition of an event.
 * @throws Error for a name that no contract declares
 */
export const definitionOf = (type: string): EventDefinition => {
  const definition = eventRegistry.get(type)
  if (definition === undefined) throw new Error(`${type} is not declared in libs/contracts: declare it there, with a fixture.`)
  return definition
}
