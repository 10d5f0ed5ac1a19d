import { statfsSync } from 'node:fs'
import { EXIT, exitCodeOf, sentenceOf, type ExitCode } from '../base/failure.ts'
import { findInstallation, type Installation } from '../base/installation.ts'
import { withReading, type Reading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import { levelsOf } from '../control/levels.ts'
import { itemsIfAny } from '../log/names.ts'
import { isOfReconcile, oversellable } from '../parked/about.ts'
import { readLots } from '../parked/read.ts'
import {
  clockCheck,
  diskCheck,
  nodeCheck,
  parkedCheck,
  projectionCheck,
  quarantineCheck,
  readinessChecks,
  serverCheck,
  switchCheck,
  type Check,
  type ParkedFacts,
} from './checks.ts'
import { natsVersion, postgresVersion, projectionFacts, quarantined, readinessOf, sandboxProblem, versionOr } from './facts.ts'
import { reconcileCheck, reconcileFacts } from './reconcile.ts'
import { sealCheck, sealFacts } from './seals.ts'
import { checkLines, verdictLine } from './view.ts'

const disk = ({ dataDir, diskReserve }: Installation['config']): Check => {
  const { bavail, blocks, bsize } = statfsSync(dataDir)
  return diskCheck(bavail * bsize, blocks * bsize, diskReserve)
}

const serverChecks = async (installation: Installation, parked: number): Promise<readonly Check[]> => {
  const nats = await versionOr(() => natsVersion(installation))
  const { sandboxUrl } = installation
  return [
    disk(installation.config),
    serverCheck('NATS', nats.version, nats.problem),
    ...(sandboxUrl === undefined ? [] : [serverCheck('Sandbox', sandboxUrl, await sandboxProblem(sandboxUrl))]),
    ...readinessChecks(await readinessOf(installation), installation.gatewayUrl, parked),
  ]
}

const parkedFacts = async (reading: Reading): Promise<ParkedFacts> => {
  const lots = await readLots(reading)
  return {
    lots: lots.length,
    events: lots.reduce((sum, { waiting }) => sum + waiting.length, 0),
    ofReconcile: lots.filter(isOfReconcile).map(({ id }) => id),
    oversellable: oversellable(lots.length === 0 ? [] : await itemsIfAny(reading), lots).map(({ row, key }) => row.sku || key),
  }
}

interface LogFindings {
  readonly checks: readonly Check[]
  /** Events that are parked. */
  readonly parked: number
}

const logChecks = async (reading: Reading, { now, interrupted }: Terminal): Promise<LogFindings> => {
  const { log } = reading
  const last = await log.lastSequence()
  const facts = await parkedFacts(reading)
  const levels = [...(await levelsOf(reading))].filter(([, level]) => level !== 'nothing')
  const postgres = await versionOr(() => postgresVersion(reading))
  const checks = [
    clockCheck(now(), (await log.at(last))?.envelope.time),
    serverCheck('Postgres', postgres.version, postgres.problem),
    ...(postgres.problem === undefined ? (await projectionFacts(reading, interrupted)).map(projectionCheck) : []),
    reconcileCheck(now(), await reconcileFacts(reading, now(), interrupted)),
    parkedCheck(facts),
    quarantineCheck(await quarantined(reading, now(), interrupted)),
    switchCheck(levels),
    sealCheck(await sealFacts(reading, now())),
  ]
  return { checks, parked: facts.events }
}

/** Everything that can be said, also where nothing runs or the log cannot be read. */
const examine = async (terminal: Terminal): Promise<{ readonly checks: readonly Check[]; readonly code: ExitCode }> => {
  const known = [nodeCheck(process.versions.node)]
  try {
    const installation = findInstallation()
    const { checks, parked } = await withReading((reading) => logChecks(reading, terminal)).catch((error: unknown) => ({
      checks: [serverCheck('Log', undefined, sentenceOf(error))],
      parked: 0,
    }))
    const all = [...known, ...(await serverChecks(installation, parked)), ...checks]
    return { checks: all, code: all.some(({ status }) => status === 'fail') ? EXIT.problem : EXIT.ok }
  } catch (error) {
    return { checks: [...known, { name: 'Running', status: 'fail', detail: 'no', advice: sentenceOf(error) }], code: exitCodeOf(error) }
  }
}

/** `zyra doctor` */
export const runDoctor = async ({ json }: { readonly json: boolean }, terminal: Terminal): Promise<ExitCode> => {
  terminal.progress('Examining ...')
  const { checks, code } = await examine(terminal)
  if (json) terminal.out(JSON.stringify({ ok: code === EXIT.ok, checks }))
  else terminal.out(...checkLines(checks, terminal), '', verdictLine(checks, terminal.paint))
  return code
}
