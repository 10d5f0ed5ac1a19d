import { service } from '@zyra/runtime'
import { CONTEXT } from './context.ts'
import { ControlController } from './control/control.controller.ts'
import { CONTROL_TOKEN, controlToken } from './control/control-token.ts'
import { WebhooksController } from './webhooks/webhooks.controller.ts'

/** Lets facts in and shows what is known. Decides nothing. */
export const gateway = service({
  name: 'gateway',
  controllers: [WebhooksController, ControlController],
  providers: (context) => [
    { provide: CONTEXT, useValue: context },
    { provide: CONTROL_TOKEN, useValue: controlToken(context.config.dataDir) },
  ],
})
