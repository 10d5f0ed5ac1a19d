import { type Envelope } from '@zyra/contracts'
import { z } from 'zod'

/** An envelope as headers give it, before it is known to be one. */
export type EnvelopeCandidate = Omit<Envelope, 'backfill'> & { readonly backfill: boolean | undefined }

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const TYPE = /^[a-z]+\.[A-Z]\w*$/
const TIME = z.regexes.datetime({})

const isFrom = (least: number, value: number): boolean => value >= least && Number.isSafeInteger(value)

/**
 * True only for what the contract's schema takes as well, at a third of its time: every event that is read passes here.
 * What fails is put to the schema, which has the last word and the sentence.
 */
export const isEnvelope = (it: EnvelopeCandidate): it is Envelope =>
  UUID.test(it.id) && UUID.test(it.correlationId) && UUID.test(it.causationId) &&
  TYPE.test(it.type) && it.source.startsWith('zyra/') && TIME.test(it.time) &&
  it.actor !== '' && it.handler !== '' && it.backfill !== undefined &&
  isFrom(1, it.version) && isFrom(0, it.index) && isFrom(0, it.deciderVersion) && isFrom(1, it.attempt) && isFrom(1, it.epoch)
