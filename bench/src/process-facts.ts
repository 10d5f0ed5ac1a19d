import { readdirSync, readFileSync } from 'node:fs'

const KIB_PER_MB = 1_000_000 / 1024

const statOf = (pid: number): readonly string[] => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

/** A process and all that it started. */
export const familyOf = (pid: number): readonly number[] => {
  const parents = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      return [{ pid: Number(name), parent: Number(statOf(Number(name))[1]) }]
    } catch {
      return []
    }
  })
  const family = [pid]
  for (const member of family) family.push(...parents.filter(({ parent }) => parent === member).map((child) => child.pid))
  return family
}

/** Seconds of processor time that the threads of a process have used so far; to the nanosecond, unlike `/proc/<pid>/stat`, which counts hundredths. */
export const cpuSeconds = (pid: number): number =>
  readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]), 0) / 1e9

/** The same of its main thread alone: without those that compile and collect garbage beside it, which take what a busy machine leaves them. */
export const mainThreadSeconds = (pid: number): number => Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e9

/** What one process holds in RAM, in MB, what it shares with others included. */
export const rssMb = (pid: number): number => Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / KIB_PER_MB

/** What processes hold in RAM, in MB; memory that they share counts once. */
export const memoryMb = (pids: readonly number[]): number => {
  const kib = pids.map((pid) => {
    const [, pss = '0'] = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? []
    return Number(pss)
  })
  return kib.reduce((sum, one) => sum + one, 0) / KIB_PER_MB
}

/**
 * Measures what some processes used while something ran: `cores: services 0.93, NATS 0.41; processor time each: services 97 us, NATS 43 us`.
 * Time per piece of work is the figure that neighbours on the machine disturb least.
 */
export const watchCores = (pids: Readonly<Record<string, number>>) => {
  const read = (): Record<string, number> => Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, cpuSeconds(pid)]))
  const [before, since] = [read(), performance.now()]
  return (pieces: number): string => {
    const seconds = (performance.now() - since) / 1_000
    const after = read()
    const used = Object.keys(pids).map((name) => ({ name, cpu: (after[name] ?? 0) - (before[name] ?? 0) }))
    const cores = used.map(({ name, cpu }) => `${name} ${(cpu / seconds).toFixed(2)}`).join(', ')
    return `cores: ${cores}; processor time each: ${used.map(({ name, cpu }) => `${name} ${((cpu / pieces) * 1e6).toFixed(0)} us`).join(', ')}`
  }
}
