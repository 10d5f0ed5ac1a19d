import { entryId, INSTALLATION } from '@zyra/contracts'
import { inboxPrefixOf, openJetStream, subjectOf, type StoredEvent } from '@zyra/jetstream'
import {
  createSealer, entryCause, loadSealKey, messageOf, outsidePlace, runSealer, sealKeyIn, sealsIn, sealStore, type Running, type ServiceContext,
} from '@zyra/runtime'
import { sealHash, type Seal } from '@zyra/seals'
import { SEALER, type Servers } from './servers.ts'

const RECORD = { merchant: INSTALLATION, aggregate: 'seal', id: 'log' } as const
const RECORD_WITHIN_MS = 10_000

const isRecord = (event: StoredEvent | undefined): boolean => event?.envelope.type === 'orchestrator.LogSealed'

const recordIn = ({ log, decisions }: Pick<ServiceContext, 'log' | 'decisions'>) => async (seal: Seal): Promise<void> => {
  const hash = sealHash(seal)
  const [newest] = await log.lastOf([subjectOf({ ...RECORD, service: 'orchestrator' })])
  if (newest !== undefined && Reflect.get(Object(newest.data), 'seal') === hash) return
  const { epoch, first, last } = seal
  const event = { type: 'orchestrator.LogSealed', data: { epoch, first, last, seal: hash } } as const
  const cause = entryCause(INSTALLATION, entryId('log sealed', hash), 'sealer', 'runtime:sealer')
  await decisions.record(RECORD, [event], cause, AbortSignal.timeout(RECORD_WITHIN_MS))
}

/** Something that runs until it is stopped. */
export interface Sealing {
  readonly stop: () => Promise<void>
}

const NOTHING: Sealing = { stop: async () => undefined }

const startWith = async (context: ServiceContext, { natsUrl, seedOf }: Access): Promise<Sealing> => {
  const { config: { dataDir, seals }, metrics, now, clock, log, decisions } = context
  const observer = metrics.observerFor('sealer')
  const key = await loadSealKey(sealKeyIn(dataDir))
  const seed = seedOf(SEALER)
  const js = await openJetStream({ url: natsUrl, name: 'zyra-sealer', inboxPrefix: inboxPrefixOf(SEALER), ...(seed === undefined ? {} : { seed }) })
  const sealer = createSealer({
    js, key, now, clock,
    store: sealStore(sealsIn(dataDir)),
    everyMs: seals.everyMinutes * 60_000,
    outside: seals.outside === undefined ? undefined : outsidePlace(seals.outside, seals.token),
    isRecord: async (sequence) => isRecord(await js.log.at(sequence)),
    record: recordIn({ log, decisions }),
    onProblem: (what) => observer.problem('seals', what),
    onProgress: (sealedTo, unpublished) => {
      metrics.sealedTo.set(sealedTo)
      metrics.unpublishedSeals.set(unpublished)
    },
    monotonic: () => performance.now(),
  })
  const work = runSealer(sealer)
  return {
    stop: async () => {
      await work.stop()
      await js.close()
    },
  }
}

type Access = Pick<Servers, 'natsUrl' | 'seedOf'>

/**
 * Seals the log for as long as it runs, in the process that runs the orchestrator, on a connection that may read and nothing else.
 * Of several such processes each range is sealed by one. Never rejects: a shop whose log cannot be sealed goes on, and says so.
 */
export const startSealing = async ({ services }: Running, access: Access): Promise<Sealing> => {
  const orchestrator = services.find(({ name }) => name === 'orchestrator')
  if (orchestrator === undefined) return NOTHING
  return startWith(orchestrator.context, access).catch((error: unknown) => {
    orchestrator.context.metrics.observerFor('sealer').problem('seals', `the log is not sealed: ${messageOf(error)}`)
    return NOTHING
  })
}
