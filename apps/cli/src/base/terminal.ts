import { printable } from '@zyra/runtime/terminal-text'
import { createInterface } from 'node:readline'
import { painter, safeLine, type Paint } from '../text/paint.ts'

/** Where a command's words go, and what it may ask of whoever runs it. */
export interface Terminal {
  /** Writes lines to standard output, a line for each text: whatever a terminal would obey in it is shown instead. */
  readonly out: (...lines: readonly string[]) => void
  /** The same to standard error. */
  readonly err: (...lines: readonly string[]) => void
  /** Shows what is going on in a line that is written over; nothing where nobody looks. An empty text takes the line away. */
  readonly progress: (text: string) => void
  /** Asks whoever sits there, and answers what was typed. Undefined where nobody does. */
  readonly ask: (question: string) => Promise<string | undefined>
  readonly paint: Paint
  /** Columns of the screen; Infinity where output goes to a file or a program, so that nothing is cut. */
  readonly width: number
  /** Aborts on Ctrl-C. */
  readonly interrupted: AbortSignal
  readonly now: () => Date
}

const askOn = (process: NodeJS.Process, question: string): Promise<string | undefined> => {
  const { stdin: input, stderr: output } = process
  if (!input.isTTY || !output.isTTY) return Promise.resolve(undefined)
  const lines = createInterface({ input, output })
  return new Promise((resolve) => {
    // Ctrl-C and Ctrl-D mean no.
    lines.on('close', () => resolve(''))
    lines.question(question, (answer) => {
      resolve(answer)
      lines.close()
    })
  })
}

const CLEAR = '\r\u001B[K'
const USUAL_WIDTH = 100

/** The terminal of a process. A reader that went away (`| head`) ends it without a word. */
export const terminalOf = (process: NodeJS.Process): Terminal => {
  const { stdout, stderr, env } = process
  const interrupt = new AbortController()
  process.on('SIGINT', () => interrupt.abort())
  process.on('SIGTERM', () => interrupt.abort())
  stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  let showing = false
  const progress = (text: string): void => {
    if (!stderr.isTTY || (text === '' && !showing)) return
    showing = text !== ''
    stderr.write(`${CLEAR}${printable(text).slice(0, (stderr.columns || USUAL_WIDTH) - 1)}`)
  }
  const writeTo =
    (stream: NodeJS.WriteStream) =>
    (...lines: readonly string[]): void => {
      progress('')
      stream.write(lines.map((line) => `${safeLine(line)}\n`).join(''))
    }
  return {
    out: writeTo(stdout),
    err: writeTo(stderr),
    progress,
    ask: (question) => askOn(process, question),
    paint: painter(stdout.isTTY, env),
    width: stdout.isTTY ? stdout.columns || USUAL_WIDTH : Infinity,
    interrupted: interrupt.signal,
    now: () => new Date(),
  }
}
