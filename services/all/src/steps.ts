/** Runs a slow part of the start with a line that tells how long it takes: a running clock on a terminal, plain lines elsewhere. */
export type Step = <Result>(title: string, work: () => Promise<Result>) => Promise<Result>

/** See {@link Step}. Writes to standard error, so that the live lines can be piped. */
export const stepsOn = (out: NodeJS.WriteStream): Step => async (title, work) => {
  const since = performance.now()
  const seconds = (): string => `${((performance.now() - since) / 1_000).toFixed(1)} s`
  const show = (): boolean => out.write(out.isTTY ? `\r\u001B[K${title} ... ${seconds()}` : '')
  const clock = setInterval(show, 500)
  try {
    const result = await work()
    out.write(`${out.isTTY ? '\r\u001B[K' : ''}${title}: done (${seconds()})\n`)
    return result
  } catch (error) {
    out.write(`${out.isTTY ? '\r\u001B[K' : ''}${title}: failed (${seconds()})\n`)
    throw error
  } finally {
    clearInterval(clock)
  }
}
