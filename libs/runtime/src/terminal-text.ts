/** Control characters, and those that turn the direction of text around: what a terminal obeys instead of showing. */
const COMMANDS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/**
 * Text that may be shown on a terminal, whoever wrote it: what would be obeyed stands there as JSON writes it, such as `\u001b`, also a line
 * break. Text that is JSON already stays so.
 */
export const printable = (text: string): string => text.replace(COMMANDS, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** Breaks text at spaces into lines of at most so many characters; lines after the first begin with `indent`. A longer word stays whole. */
export const wrap = (text: string, width: number, indent = ''): readonly string[] => {
  const lines: string[] = []
  let rest = text
  for (;;) {
    const start = lines.length === 0 ? '' : indent
    const room = width - start.length
    const end = rest.length <= room ? rest.length : rest.lastIndexOf(' ', room)
    const stop = end <= 0 ? rest.indexOf(' ') : end
    const at = stop <= 0 ? rest.length : stop
    lines.push(`${start}${rest.slice(0, at).trimEnd()}`)
    rest = rest.slice(at).trimStart()
    if (rest === '') return lines
  }
}
