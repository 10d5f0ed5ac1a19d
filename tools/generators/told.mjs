/** Tells what to do next, once the files are written. */
export const told = (lines) => () => console.log(['', 'Next:', ...lines.map((line) => `  ${line}`)].join('\n'))
