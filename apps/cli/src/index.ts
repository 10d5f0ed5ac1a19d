export { EXIT, type ExitCode } from './base/failure.ts'
export { terminalOf, type Terminal } from './base/terminal.ts'
export { runZyra } from './cli.ts'
