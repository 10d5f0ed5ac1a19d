import type { GatewayEvent } from '@zyra/contracts'
import { policy } from '@zyra/es'
import type { StopCommand } from './stop-switch.decider.ts'

/** A person stops or resumes. */
export const turnStopSwitch = policy<GatewayEvent, StopCommand>({
  name: 'turn-stop-switch',
  on: {
    'gateway.StopRequested': ({ data: { level, by, reason } }) => [
      { aggregate: 'stop-switch', id: 'all', command: { type: 'Stop', level, by, reason } },
    ],
    'gateway.ResumeRequested': ({ data: { by } }) => [{ aggregate: 'stop-switch', id: 'all', command: { type: 'Resume', by } }],
  },
})
