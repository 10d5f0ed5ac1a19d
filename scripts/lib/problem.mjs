/** Something a person has to put right; its message says what was found and what to do, and is printed without a stack. */
export class Problem extends Error {}

/** Runs a command's main function; prints a problem as one clear sentence and sets the exit code. */
export async function main(run) {
  try {
    process.exitCode = await run()
  } catch (error) {
    process.stderr.write(`\n${error instanceof Problem ? error.message : error.stack}\n`)
    process.exitCode = 1
  }
}
