import type { OrchestratorEvent } from '@zyra/contracts'
import { decider } from '@zyra/es'

type StopEvent = Extract<OrchestratorEvent, { type: `orchestrator.Calls${string}` }>
type Level = Extract<StopEvent, { type: 'orchestrator.CallsStopped' }>['data']['level']

export type StopCommand =
  | { readonly type: 'Stop'; readonly level: Level; readonly by: string; readonly reason: string }
  | { readonly type: 'Resume'; readonly by: string }

/** What is stopped. */
export interface StopState {
  readonly level: Level | null
}

/** Two levels: pause what is discretionary, or stop every call but those that lower stock. */
export const stopSwitch = decider<StopCommand, StopEvent, StopState>({
  aggregate: 'stop-switch',
  version: 1,
  initialState: { level: null },
  evolve: (_state, event) => ({ level: event.type === 'orchestrator.CallsStopped' ? event.data.level : null }),
  decide: (command, { level }) => {
    switch (command.type) {
      case 'Stop': {
        const { type: _, ...asked } = command
        return level === asked.level ? [] : [{ type: 'orchestrator.CallsStopped', data: asked }]
      }
      case 'Resume':
        return level === null ? [] : [{ type: 'orchestrator.CallsResumed', data: { by: command.by } }]
    }
  },
})
