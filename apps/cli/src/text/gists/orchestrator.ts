import type { OrchestratorEvent } from '@zyra/contracts'
import { day } from '../time.ts'
import { count } from '../words.ts'
import { because, type Gists } from './gists.ts'

export const orchestratorGists: Gists<OrchestratorEvent> = {
  'orchestrator.MerchantRegistered': ({ data: { shopDomain, mode } }) => `${shopDomain}, ${mode}`,
  'orchestrator.MerchantUninstalled': ({ data: { shopDomain } }) => `${shopDomain} removed the app`,
  'orchestrator.CallsStopped': ({ data: { level, by, reason } }) =>
    `${level === 'everything' ? 'everything is stopped' : 'autopilot is paused'} by ${by}${because(reason)}`,
  'orchestrator.CallsResumed': ({ data: { by } }) => `calls go out again, says ${by}`,
  'orchestrator.ErasureOrdered': ({ data: { scope, orderIds } }) =>
    scope === 'merchant'
      ? 'all personal data of the shop is to go'
      : `a customer with ${count(orderIds.length, 'order')} is to be forgotten`,
  'orchestrator.KeysErased': ({ data: { keyIds } }) => `${count(keyIds.length, 'key')} deleted: what they encrypted is unreadable`,
  'orchestrator.LogRestored': ({ data: { epoch, takenAt, erasures, register } }) =>
    `the log is as it was on ${day(takenAt)} and goes on in epoch ${epoch}; ${
      register === 'found' ? `${count(erasures, 'key')} deleted since, deleted again` : 'erasures since then are not known'
    }`,
  'orchestrator.DataRequested': ({ data: { dueBy } }) => `a customer asks what is known of them, due by ${day(dueBy)}`,
  'orchestrator.DataExported': ({ data: { events, file } }) => `${count(events, 'event')} written to ${file}`,
  'orchestrator.LogSealed': ({ data: { first, last } }) => `#${first} to #${last} sealed`,
  'orchestrator.DataExportFailed': ({ data: { reason } }) => reason,
}
