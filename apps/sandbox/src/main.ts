import { readEnvironment } from './environment.ts'
import { startSandbox } from './sandbox.ts'
import { messageOf } from './saved-state.ts'

const fail = (error: unknown): never => {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exit(1)
}

const main = async (): Promise<void> => {
  const { exitWithParent, ...options } = readEnvironment(process.env)
  const sandbox = await startSandbox(options)
  const stop = () => void sandbox.close().then(() => process.exit(0), fail)
  process.on('SIGTERM', stop)
  // A Ctrl-C reaches parent and child; the parent decides in which order they end.
  process.on('SIGINT', exitWithParent ? () => undefined : stop)
  if (exitWithParent) process.stdin.on('close', stop).on('error', stop).resume()
  process.stdout.write(`ready ${sandbox.url}\n`)
}

main().catch(fail)
