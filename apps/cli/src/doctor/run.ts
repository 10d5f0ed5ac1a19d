import { statfsSync } from 'node:fs'
import { EXIT, exitCodeOf, sentenceOf, type ExitCode } from '../base/failure.ts'
import { findInstallation, type Installation } from '../base/installation.ts'
import { withReading, type Reading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import { levelsOf } from '../control/switch.ts'
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
} from './checks.ts'
import { natsVersion, postgresVersion, projectionFacts, quarantined, readinessOf, sandboxProblem, versionOr } from './facts.ts'
import { checkLines, verdictLine } from './view.ts'

const disk = (folder: string): Check => {
  const { bavail, blocks, bsize } = statfsSync(folder)
  return diskCheck(bavail * bsize, blocks * bsize)
}

const serverChecks = async (installation: Installation): Promise<readonly Check[]> => {
  const nats = await versionOr(() => natsVersion(installation))
  const { sandboxUrl } = installation
  return [
    disk(installation.config.dataDir),
    serverCheck('NATS', nats.version, nats.problem),
    ...(sandboxUrl === undefined ? [] : [serverCheck('Sandbox', sandboxUrl, await sandboxProblem(sandboxUrl))]),
    ...readinessChecks(await readinessOf(installation), installation.gatewayUrl),
  ]
}

const logChecks = async (reading: Reading, { now, interrupted }: Terminal): Promise<readonly Check[]> => {
  const { log } = reading
  const last = await log.lastSequence()
  const lots = await readLots(reading)
  const levels = [...(await levelsOf(reading))].filter(([, level]) => level !== 'nothing')
  const postgres = await versionOr(() => postgresVersion(reading))
  return [
    clockCheck(now(), (await log.at(last))?.envelope.time),
    serverCheck('Postgres', postgres.version, postgres.problem),
    ...(postgres.problem === undefined ? (await projectionFacts(reading, interrupted)).map(projectionCheck) : []),
    parkedCheck(
      lots.length,
      lots.reduce((sum, { waiting }) => sum + waiting.length, 0),
    ),
    quarantineCheck(await quarantined(reading, now(), interrupted)),
    switchCheck(levels),
  ]
}

/** Everything that can be said, also where nothing runs or the log cannot be read. */
const examine = async (terminal: Terminal): Promise<{ readonly checks: readonly Check[]; readonly code: ExitCode }> => {
  const known = [nodeCheck(process.versions.node)]
  try {
    const installation = findInstallation()
    const servers = await serverChecks(installation)
    const checks = await withReading((reading) => logChecks(reading, terminal)).catch((error: unknown) => [
      serverCheck('Log', undefined, sentenceOf(error)),
    ])
    const all = [...known, ...servers, ...checks]
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
