const words = /^[a-z]+(-[a-z]+)*$/

/** What a template calls the thing: `low-stock-alert`, `LowStockAlert`, `lowStockAlert`, `low stock alert`, `low_stock_alert`, `LOW_STOCK_ALERT`. */
export const spellings = (name) => {
  const Name = name.split('-').map((word) => word[0].toUpperCase() + word.slice(1)).join('')
  const table = name.replaceAll('-', '_')
  return { name, Name, camel: Name[0].toLowerCase() + Name.slice(1), words: name.replaceAll('-', ' '), table, CONSTANT: table.toUpperCase() }
}

const isReserved = (word) => {
  try {
    new Function(`'use strict'; const ${word} = 1`)
    return false
  } catch {
    return true
  }
}

/** Names that generated files import or declare themselves. */
const taken = new Set([
  'decider', 'policy', 'reactor', 'projection', 'given', 'when', 'rows', 'recorded', 'at', 'start', 'started', 'end', 'ended', 'of', 'adapters', 'service',
])

const LONGEST = 30

/** @throws Error with one sentence where a feature or a vendor cannot be called so */
export const requireName = (kind, name) => {
  const example = kind === 'feature' ? 'low-stock-alert' : 'parcel-post'
  if (!words.test(name)) throw new Error(`The name of a ${kind} is expected to be lower-case words joined by "-", such as ${example}; "${name}" is not.`)
  if (name.length > LONGEST) {
    throw new Error(`The name "${name}" has ${name.length} characters: choose one of ${LONGEST} at most, since it is part of file names and subjects.`)
  }
  if (taken.has(name) || isReserved(spellings(name).camel)) {
    throw new Error(`"${name}" cannot be the name of a ${kind}, since code uses the word itself: choose another.`)
  }
}
