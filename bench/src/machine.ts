import { mkdirSync } from 'node:fs'
import { arch, cpus, loadavg, totalmem } from 'node:os'
import { fdatasyncRate, isInMemory } from './floors/disk.ts'

/** What the figures were measured on, and in what state it was. */
export interface Machine {
  readonly processors: number
  readonly model: string
  readonly arch: string
  readonly memoryMb: number
  readonly node: string
  /** Of the last minute. */
  readonly load: number
  readonly fdatasyncPerSecond: number
}

/** Looks at the machine, and for a second at its disk. @throws Error where the folder is on no disk */
export const describeMachine = (dir: string): Machine => {
  mkdirSync(dir, { recursive: true })
  if (isInMemory(dir)) throw new Error(`${dir} lies in memory, where syncing costs nothing: name a folder on a disk with --dir.`)
  const [cpu] = cpus()
  return {
    processors: cpus().length, model: cpu?.model ?? 'unknown', arch: arch(), memoryMb: Math.round(totalmem() / 1e6), node: process.version,
    load: loadavg()[0] ?? NaN, fdatasyncPerSecond: Math.round(fdatasyncRate(dir, 1_000)),
  }
}

/** The machine in a line or two, for the head of a table. */
export const machineInWords = ({ processors, model, memoryMb, node, load, fdatasyncPerSecond }: Machine): string => {
  const disk = `fdatasync ${fdatasyncPerSecond.toLocaleString('en')}/s`
  const line = `${processors} cores (${model}), ${(memoryMb / 1_000).toFixed(0)} GB, Node ${node}; ${disk}; load ${load.toFixed(1)} before the run\n`
  return load > processors / 2 ? `${line}The machine is busy with something else: compare ratios, and believe no absolute figure.\n` : line
}

/** The end of a run: whether the disk is still what it was. */
export const afterwards = ({ load, fdatasyncPerSecond }: Machine): string =>
  `fdatasync after the run ${fdatasyncPerSecond.toLocaleString('en')}/s; load ${load.toFixed(1)}\n`
