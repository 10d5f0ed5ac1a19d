import type { Dispatch } from '@zyra/es'
import type { StoredEvent } from '@zyra/jetstream'
import type { Cause, Decision, Decisions } from '../src/decisions.ts'
import { parkedIdOf, type Verdict } from '../src/parking.ts'
import { createPolicyRunner } from '../src/policies.ts'
import { addToAll, bench, listening, ownerOf, type Bench } from './kit.ts'

type Hook = (target: string, cause: Cause) => void | Promise<void>

interface More {
  readonly startAfter?: number
  readonly policies?: readonly (typeof addToAll)[]
  readonly pauses?: readonly number[]
  readonly mayBeInWorkElsewhere?: boolean
}

/** Policies of a service whose decisions the spec can make fail. */
export const setUp = async (it: Bench = bench(), more: More = {}) => {
  const { told, observer } = listening()
  const owner = await ownerOf(it, 'policy', more.mayBeInWorkElsewhere)
  const hooks: { before: Hook } = { before: () => undefined }
  const decisions: Decisions = {
    ...it.decisions,
    decide: async (dispatch: Dispatch, cause: Cause, signal): Promise<Decision> => {
      await hooks.before(dispatch.id, cause)
      return it.decisions.decide(dispatch, cause, signal)
    },
  }
  const runner = createPolicyRunner({
    service: 'inventory', log: it.log, codec: it.codec, decisions, policies: more.policies ?? [addToAll], observer,
    startAfter: new Map([['add-to-all', more.startAfter ?? 0]]), pauses: more.pauses ?? [1, 2], pause: async () => undefined,
  })
  const parkedOf = (target: string, handler = 'add-to-all') => owner.owned.parking.content('demo', parkedIdOf({ handler, subject: target }))
  const redrive = (target: string, { envelope: { id }, sequence }: StoredEvent, discard?: Verdict) => {
    const parkedId = parkedIdOf({ handler: 'add-to-all', subject: target })
    return runner.redrive({ id, sequence, merchant: 'demo', parkedId, ...(discard === undefined ? {} : { discard }) }, owner.owned)
  }
  return { ...it, ...owner, runner, told, hooks, parkedOf, redrive, handle: (stored: StoredEvent) => runner.handle(stored, owner.owned) }
}

/** The subject of an aggregate of the counter. */
export const subjectOf = (id: string) => `zyra.demo.inventory.stock.${id}`
/** Makes every decision on one aggregate fail. */
export const failingOn = (id: string, error = new Error('it does not work')): Hook => (target) => {
  if (target === id) throw error
}
