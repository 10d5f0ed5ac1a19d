import { readPublished, sealsIn, sealStore, unpublished, type StoredSeals } from '@zyra/runtime'
import { chainOf, compareSeals, inOrder, sealHash, type Finding, type Seal } from '@zyra/seals'
import { statSync } from 'node:fs'
import { z } from 'zod'
import { EXIT, wrongUsage, type ExitCode } from '../base/failure.ts'
import { withReading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import type { verifyOptions } from './options.ts'
import { readLog, type Source, type Watcher } from './read-log.ts'
import { reportLines, type Report } from './view.ts'

type VerifyOptions = z.infer<typeof verifyOptions>

const record = z.object({ seal: z.string(), first: z.number(), last: z.number() })

/** The log itself tells which seals there were. */
const withoutSeal = async ({ log }: Source, seals: readonly Seal[]): Promise<readonly Finding[]> => {
  const known = new Set(seals.map(sealHash))
  const events = await log.load('zyra._.orchestrator.seal.log')
  return events.flatMap(({ data, sequence }): readonly Finding[] => {
    const { data: told } = record.safeParse(data)
    if (told !== undefined && known.has(told.seal)) return []
    return [{ kind: 'seal missing', sequence: told?.first ?? sequence, what: `the log tells, in #${sequence}, of a seal that is not here` }]
  })
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

const readOutside = async (folder: string): Promise<StoredSeals & { readonly folder: string }> => {
  if (!isFolder(folder)) throw wrongUsage(`--against: expected a folder with seals, found nothing at ${folder}.`)
  const { seals, broken } = await sealStore(folder).all()
  if (seals.length + broken.length === 0) throw wrongUsage(`--against: there is no seal in ${folder}: name the folder that the seals are published to.`)
  return { folder, seals, broken }
}

const notASeal = (folder: string) => ({ file, sequence }: StoredSeals['broken'][number]): Finding =>
  ({ kind: 'seal changed', sequence, what: `${file} in ${folder} is not a seal as it was written` })

/**
 * Checks a whole log against its seals.
 * @throws Failure (exit code 2) where there is nothing to compare with; what reading the log throws
 */
export const verifyLog = async (source: Source, { against, key }: Pick<VerifyOptions, 'against' | 'key'>, watcher: Watcher): Promise<Report> => {
  const began = performance.now()
  const store = sealStore(sealsIn(source.dataDir))
  const outside = against === undefined ? undefined : await readOutside(against)
  const { seals, broken } = await store.all()
  const chain = chainOf(seals, key ?? outside?.seals.slice(0, 1).map((seal) => seal.key))
  const read = await readLog(source, { line: chain.line, leavesOf: store.leavesOf }, watcher)
  watcher.progress('')
  const compared = outside === undefined ? undefined : compareSeals(seals, outside.seals)
  const findings = inOrder([
    ...broken.map(notASeal(store.folder)), ...chain.findings, ...(await withoutSeal(source, seals)),
    ...(outside?.broken.map(notASeal(outside.folder)) ?? []), ...(compared?.findings ?? []), ...read.findings,
  ])
  const published = await readPublished(store.folder)
  const place = outside?.folder ?? published?.place
  const sealedTo = chain.line.at(-1)?.last ?? 0
  return {
    ok: findings.length === 0 && seals.length > 0,
    epoch: source.log.epoch,
    last: read.last,
    events: read.events,
    objects: read.objects,
    seals: chain.line.length,
    sealedTo,
    unsealed: Math.max(0, read.last - sealedTo),
    abandoned: chain.abandoned.map(({ epoch, first, last }) => ({ epoch, first, last })),
    keys: [...new Set(chain.line.map((seal) => seal.key))],
    comparedWith: outside?.folder ?? null,
    published: place === undefined ? null : { place, waiting: compared?.unpublished ?? unpublished(seals, published).length },
    firstBad: findings[0]?.sequence ?? null,
    findings,
    seconds: (performance.now() - began) / 1000,
  }
}

/** `zyra audit verify` */
export const runVerify = (options: VerifyOptions, terminal: Terminal): Promise<ExitCode> =>
  withReading(async ({ log, readRaw, installation }) => {
    const report = await verifyLog({ log, readRaw, dataDir: installation.config.dataDir }, options, terminal)
    if (terminal.interrupted.aborted) return EXIT.interrupted
    terminal.out(...(options.json ? [JSON.stringify(report)] : reportLines(report, terminal.paint)))
    return report.ok ? EXIT.ok : EXIT.problem
  })
