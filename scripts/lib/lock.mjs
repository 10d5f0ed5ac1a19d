import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { findProgram } from './machine.mjs'
import { say } from './steps.mjs'

function flock(mode, fd) {
  return new Promise((resolve, reject) => {
    const tool = spawn('flock', [...mode, '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] })
    tool.once('error', reject)
    tool.once('exit', (code) => resolve(code === 0))
  })
}

/**
 * Does work that only one process at a time may do in a folder. The lock is flock(2) on the folder itself: no file is left, and the
 * kernel lets go of it when this process ends, however it ends.
 */
export async function withLock(folder, work) {
  if (!findProgram('flock')) return work()
  // The tool locks the open folder that it shares with us, so the lock outlives the tool and lasts until we close it.
  const fd = openSync(folder, 'r')
  try {
    if (!(await flock(['--exclusive', '--nonblock'], fd))) {
      say('Another Zyra command is installing or building in this folder; waiting for it.')
      await flock(['--exclusive'], fd)
    }
    return await work()
  } finally {
    closeSync(fd)
  }
}
