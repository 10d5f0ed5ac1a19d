/** A line of a quote that stands for what was left out. */
const LEFT_OUT = '// ...'

/** The fenced blocks of a page: the line they begin on, the file that they name (```ts path/of/file.ts), and their text. */
export const quotesIn = ({ path, text }) =>
  [...text.matchAll(/^```(\w*) ?(\S*)\n([\s\S]*?)^```$/gm)].map(({ index, 2: file, 3: quoted }) => ({
    page: path, line: text.slice(0, index).split('\n').length, file, quoted,
  }))

/** The parts of a quote between what was left out, each as it must stand in the file, line by line. */
const partsOf = (quoted) => quoted.split('\n').reduce(
  (parts, line) => (line.trim() === LEFT_OUT ? [...parts, ''] : [...parts.slice(0, -1), `${parts.at(-1)}${line}\n`]), [''],
).map((part) => part.replace(/^\n+|\n+$/g, '')).filter((part) => part !== '')

/**
 * Quotes of code that is no longer what it was, as sentences. `sourceOf` answers the text of a file, or undefined.
 * Whole lines are compared, in their order.
 */
export const rottenQuotes = (pages, sourceOf) => pages.flatMap(quotesIn).flatMap(({ page, line, file, quoted }) => {
  const where = `${page}:${line}`
  if (file === '') return [`${where}: name the file that this block quotes, after its language; what is no quote is indented instead.`]
  const source = sourceOf(file)
  if (source === undefined) return [`${where}: ${file} is quoted and does not exist.`]
  const parts = partsOf(quoted)
  if (parts.length === 0) return [`${where}: nothing of ${file} is quoted.`]
  let rest = `\n${source}\n`
  for (const part of parts) {
    const at = rest.indexOf(`\n${part}\n`)
    if (at < 0) return [`${where}: "${part.split('\n')[0].trim()}" and what follows is not in ${file} like that: quote it as it is now.`]
    rest = rest.slice(at + part.length + 1)
  }
  return []
})
