const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`

/**
 * Shows a slow step as one line: with a running clock on a terminal, as plain lines elsewhere. Everything goes to stderr, so that
 * the output of a command can be piped.
 */
export async function step(title, work) {
  const out = process.stderr
  const since = performance.now()
  const live = out.isTTY === true
  const show = () => out.write(`\r\x1b[K${title} ... ${Math.floor((performance.now() - since) / 1000)} s`)
  const clock = live ? setInterval(show, 1000) : undefined
  if (live) show()
  else out.write(`${title} ...\n`)
  const finish = (word) => {
    clearInterval(clock)
    out.write(`${live ? '\r\x1b[K' : ''}${title}: ${word} (${seconds(since)})\n`)
  }
  try {
    const result = await work()
    finish('done')
    return result
  } catch (error) {
    finish('failed')
    throw error
  }
}

/** One plain line. */
export const say = (line) => process.stderr.write(`${line}\n`)
