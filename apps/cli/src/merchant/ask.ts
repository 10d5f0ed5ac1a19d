import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { EXIT, Failure } from '../base/failure.ts'

/** Asks one question; what is typed is not shown. */
export type Ask = (question: string) => Promise<string>

/** Where answers come from and questions go to. */
export interface Conversation {
  readonly input: NodeJS.ReadableStream
  readonly output: Pick<NodeJS.WritableStream, 'write'>
}

/**
 * Asks on a terminal, for as long as `work` goes on. Answers may come before their questions: several lines are pasted at once.
 * @throws Failure (exit code 130) where Ctrl-C or the end of input ends it
 */
export const asking = async <Result>({ input, output }: Conversation, work: (ask: Ask) => Promise<Result>): Promise<Result> => {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input, output: nowhere, terminal: true })
  const answers: string[] = []
  let isOver = false
  let wake = (): void => undefined
  const end = (): void => {
    isOver = true
    wake()
  }
  lines.on('line', (line) => {
    answers.push(line.trim())
    wake()
  })
  lines.on('close', end)
  lines.on('SIGINT', end)
  const ask: Ask = async (question) => {
    output.write(question)
    while (answers.length === 0 && !isOver) await new Promise<void>((resolve) => (wake = resolve))
    output.write('\n')
    const answer = answers.shift()
    if (answer === undefined) throw new Failure('Nothing was changed.', EXIT.interrupted)
    return answer
  }
  try {
    return await work(ask)
  } finally {
    lines.close()
  }
}
