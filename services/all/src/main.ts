import { createLogger, loadConfig, logFile, messageOf, openTracing, type Config, type Logger, type Tracing } from '@zyra/runtime'
import { accessSync, constants, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { followLines, type Say } from './follow-lines.ts'
import { painter, readyScreen, spoken, widthOf } from './screen.ts'
import { start, type Installation } from './start.ts'
import { stepsOn } from './steps.ts'

const openLog = (config: Config, tracing: Tracing): Logger => {
  try {
    mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
    accessSync(config.dataDir, constants.W_OK)
    return createLogger(config.logLevel, logFile(join(config.dataDir, 'zyra.log')), tracing.ids)
  } catch (error) {
    const why = `The data folder ${config.dataDir} cannot be written (${messageOf(error)})`
    throw new Error(`${why}: make it a folder of yours, or set ZYRA_DATA to another.`, { cause: error })
  }
}

const untilAsked = (): Promise<undefined> =>
  new Promise((resolve) => {
    // A second signal while everything stops changes nothing: one press of Ctrl-C may arrive twice.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve(undefined))
  })

const show = async (installation: Installation, config: Config, ended: AbortSignal): Promise<void> => {
  const { running, sandboxUrl } = installation
  const paint = painter(process.stdout.isTTY, process.env)
  const folder = process.env['ZYRA_DATA'] ?? ''
  const prefix = folder === '' ? '' : `ZYRA_DATA=${folder} `
  const diskProblem = (await running.health()).checks.find(({ name, ok }) => name === 'disk' && !ok)?.detail
  process.stdout.write(`${readyScreen({ gatewayUrl: running.url, sandboxUrl, config, prefix, width: widthOf(process.stdout), diskProblem }, paint)}\n`)
  const say: Say = (time, sequence, line) => {
    process.stdout.write(`${spoken({ time, sequence, line, width: widthOf(process.stdout) }, paint)}\n`)
  }
  // Any service can read the whole log; the one that owns stock tells of it.
  const teller = running.services.find(({ name }) => name === 'inventory') ?? running.services[0]
  if (teller !== undefined) void followLines(teller, ended, say)
}

const main = async (): Promise<number> => {
  const config = loadConfig()
  const tracing = await openTracing(config.traces)
  const logger = openLog(config, tracing)
  const asked = untilAsked()
  const installation = await start(config, { logger, tracing }, stepsOn(process.stderr))
  const ended = new AbortController()
  await show(installation, config, ended.signal)
  const problem = await Promise.race([asked, installation.failed])
  ended.abort()
  process.stderr.write(problem === undefined ? '\nStopping ...\n' : `\n${problem}\n`)
  await installation.stop()
  await tracing.close()
  return problem === undefined ? 0 : 1
}

try {
  process.exit(await main())
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exit(1)
}
