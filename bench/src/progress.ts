/** Shows what is under way: one line that changes on a terminal, a line each elsewhere. */
export const progress = (out: NodeJS.WriteStream) => {
  const live = out.isTTY
  const since = performance.now()
  return {
    say: (what: string): void => {
      const at = `${Math.round((performance.now() - since) / 1_000)} s`
      out.write(live ? `\r\x1b[K${at}  ${what}` : `${at}  ${what}\n`)
    },
    done: (): void => {
      if (live) out.write('\r\x1b[K')
    },
  }
}
