import { resolve } from 'node:path'
import { textOf, treeFiles } from './files.mjs'
import { shortfalls } from './minimums.mjs'
import { quotesIn, rottenQuotes } from './quotes.mjs'

const root = resolve(import.meta.dirname, '../..')
const paths = treeFiles(root)
const pages = paths.filter((path) => /^docs\/guides\/.*\.md$/.test(path)).map((path) => ({ path, text: textOf(root, path) }))

const source = 'const one = 1\n\nconst two = 2\n  const three = 3\n'
const quoting = (quoted, file = 'a.ts') => rottenQuotes([{ path: 'docs/a.md', text: `Look:\n\n\`\`\`ts ${file}\n${quoted}\n\`\`\`\n` }], (path) =>
  (path === 'a.ts' ? source : undefined))

describe('what the guides quote', () => {
  it('still stands in the file that the quote names', () => {
    expect(rottenQuotes(pages, (path) => (paths.includes(path) ? textOf(root, path) : undefined))).toEqual([])
    expect(shortfalls('quotes', { guides: pages.length, quotes: pages.flatMap(quotesIn).length })).toEqual([])
    expect(shortfalls('quotes', {})).toHaveLength(2)
  })

  it.each(['const one = 1', 'const two = 2\n  const three = 3', 'const one = 1\n// ...\n  const three = 3'])('is fine where it is: %j', (quoted) => {
    expect(quoting(quoted)).toEqual([])
  })

  it.each([
    'const one = 2', 'const one', 'two = 2', 'const three = 3', 'const one = 1\nconst two = 2', 'const two = 2\n// ...\nconst one = 1',
    'const one = 1\n// ...\nconst one = 1',
  ])('is reported where it is not: %j', (quoted) => {
    expect(quoting(quoted)).toEqual([expect.stringMatching(/^docs\/a\.md:3: ".*" and what follows is not in a\.ts like that/)])
  })

  it('is reported where the file is gone, or is not named, or nothing is quoted', () => {
    expect(quoting('const one = 1', 'b.ts')).toEqual([expect.stringContaining('b.ts is quoted and does not exist')])
    expect(quoting('const one = 1', '')).toEqual([expect.stringContaining('name the file')])
    expect(quoting('// ...')).toEqual([expect.stringContaining('nothing of a.ts is quoted')])
  })
})
