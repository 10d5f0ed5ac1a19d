import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('./bare-fastify.js', import.meta.url))

/** Fastify by itself, in a process of its own. */
export interface BareFastify {
  readonly pid: number
  readonly port: number
  /** Until it had answered once, from its start on, in ms. */
  readonly firstAnswerAfterMs: number
  readonly stop: () => Promise<void>
}

/** Starts it and asks it once. */
export const startFastify = async (): Promise<BareFastify> => {
  const from = performance.now()
  const child = spawn(process.execPath, [PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const line = String((await once(createInterface({ input: child.stdout }), 'line'))[0])
  await (await fetch(`${line}/webhooks/shopify`, { method: 'POST', body: '{}' })).arrayBuffer()
  return {
    pid: child.pid ?? 0, port: Number(new URL(line).port), firstAnswerAfterMs: performance.now() - from,
    stop: async () => {
      child.kill('SIGTERM')
      await exited
    },
  }
}
