import { readdirSync, readFileSync } from 'node:fs'

function readOr(file, otherwise) {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return otherwise
  }
}

function belongs(pid, folder) {
  const environment = readOr(`/proc/${pid}/environ`, '').split('\0')
  return environment.includes(`TMPDIR=${folder}`) || readOr(`/proc/${pid}/cmdline`, '').includes(folder)
}

/** Processes, other than this one, that were started with `folder` as their temporary folder or name it in their command. */
export function processesOf(folder) {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
  return pids.filter((pid) => belongs(pid, folder)).map((pid) => {
    const command = readOr(`/proc/${pid}/cmdline`, '').replaceAll('\0', ' ').trim()
    return { pid: Number(pid), command }
  }).filter(({ command }) => command !== '')
}

/** Ends processes at once; those that have gone by themselves meanwhile are fine. */
export function end(processes) {
  for (const { pid } of processes) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch (error) {
      if (error.code !== 'ESRCH') throw error
    }
  }
}
