import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts processor time in hundredths of a second (`getconf CLK_TCK`). */
const TICKS_PER_SECOND = 100
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

/** Seconds of processor time that a process has used so far, all threads together. */
export const cpuSeconds = (pid: number): number => {
  const fields = statOf(pid)
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

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
