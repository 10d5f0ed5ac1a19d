import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Problem } from './problem.mjs'

const OLDEST_NODE = 20
const ARCHITECTURES = ['x64', 'arm64']

/** Refuses machines that Zyra cannot run on, before anything is changed on them. */
export function requireMachine() {
  const major = Number(process.versions.node.split('.')[0])
  if (major < OLDEST_NODE) {
    throw new Problem(
      `This is Node ${process.version} and Zyra needs Node ${OLDEST_NODE} or newer to install itself: ` +
        'install a newer Node (https://nodejs.org) and start again.',
    )
  }
  if (process.platform !== 'linux' || !ARCHITECTURES.includes(process.arch)) {
    throw new Problem(
      `This is ${process.platform} on ${process.arch} and Zyra runs on 64 bit Linux (amd64 or arm64): ` +
        'use Debian, Ubuntu or 64 bit Raspberry Pi OS, or a container or virtual machine of those.',
    )
  }
}

/** Refuses systems whose programs could not be installed; slower than `requireMachine`, so only asked before an install. */
export function requireGlibc() {
  if (!process.report.getReport().header.glibcVersionRuntime) {
    throw new Problem(
      'This Linux has no GNU C library (is it Alpine?), which Zyra\'s Node and Postgres need: use Debian, Ubuntu or Raspberry Pi OS.',
    )
  }
}

/** The full path of a program on PATH outside of `except`, or undefined. */
export function findProgram(name, except) {
  const folders = (process.env.PATH || '').split(delimiter).filter((folder) => folder !== '' && !(except && folder.startsWith(except)))
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
