import ts from 'typescript'

const LONGEST_LINE = 140

const parse = (text) => ts.createSourceFile('file.ts', text, ts.ScriptTarget.ESNext, true)

const nodesIn = (node) => [node, ...node.getChildren().flatMap(nodesIn)]

/** Text with parts put in at positions of the original. */
const inserted = (text, parts) => parts.toSorted((a, b) => b.at - a.at).reduce((so, { at, to = at, put }) => so.slice(0, at) + put + so.slice(to), text)

const importsOf = (source) => source.statements.filter(ts.isImportDeclaration)

/** The source with names imported from a module, beside those that are imported from it already. Imports of files stand by path. */
export const withImport = (text, module, names) => {
  const source = parse(text)
  const imports = importsOf(source)
  const found = imports.find(({ moduleSpecifier }) => moduleSpecifier.text === module)
  if (found !== undefined) {
    const { elements } = found.importClause.namedBindings
    const all = [...new Set([...elements.map((element) => element.getText()), ...names])].toSorted()
    return inserted(text, [{ at: elements.pos, to: elements.end, put: ` ${all.join(', ')}` }])
  }
  const line = `import { ${names.join(', ')} } from '${module}'\n`
  const after = imports.find(({ moduleSpecifier }) => moduleSpecifier.text.startsWith('.') && moduleSpecifier.text > module)
  return inserted(text, [{ at: after?.getStart() ?? imports.at(-1).end + 1, put: line }])
}

/** An object literal: of a variable, or the argument of the call that it is given to. @throws Error where there is none */
const objectOf = (source, variable) => {
  const declaration = nodesIn(source).find((node) => ts.isVariableDeclaration(node) && node.name.getText() === variable)
  const object = declaration && nodesIn(declaration.initializer).find(ts.isObjectLiteralExpression)
  if (object === undefined) throw new Error(`No object is given to "${variable}" any more: the generator does not find its way. Add it by hand.`)
  return object
}

const indentOf = (text, at) => /^ */.exec(text.slice(text.lastIndexOf('\n', at - 1) + 1))[0]

/** The source with lines added at the end of an object that stands over several lines. */
export const withEntries = (text, variable, lines) => {
  const object = objectOf(parse(text), variable)
  const { properties } = object
  const comma = properties.hasTrailingComma ? '' : ','
  const end = properties.hasTrailingComma ? properties.end : properties.at(-1).end
  return inserted(text, [{ at: end, put: `${comma}\n${lines.join('\n')}`.replace(/,?\s*$/, ',') }])
}

/** A list on one line where it fits, else on as many as it needs. */
const listed = (before, elements, indent) => {
  const flat = `${before}[${elements.join(', ')}]`
  if (indent.length + flat.length < LONGEST_LINE) return `[${elements.join(', ')}]`
  const lines = elements.reduce((rows, element) => {
    const last = rows.at(-1)
    if (last === undefined || indent.length + last.length + element.length + 4 > LONGEST_LINE) return [...rows, element]
    return [...rows.slice(0, -1), `${last}, ${element}`]
  }, [])
  return `[\n${lines.map((line) => `${indent}  ${line},`).join('\n')}\n${indent}]`
}

/** The source with elements added to the list that a property of an object holds; the property is added, before the ports, where there is none. */
export const withElements = (text, variable, property, elements) => {
  const object = objectOf(parse(text), variable)
  const found = object.properties.find((one) => one.name?.getText() === property)
  if (found === undefined) {
    const line = `  ${property}: [${elements.join(', ')}],`
    const ports = object.properties.find((one) => one.name?.getText() === 'ports')
    return ports === undefined ? withEntries(text, variable, [line]) : inserted(text, [{ at: ports.getStart(), put: `${line.trim()}\n  ` }])
  }
  const list = found.initializer
  const all = [...list.elements.map((element) => element.getText()), ...elements]
  return inserted(text, [{ at: list.getStart(), to: list.end, put: listed(`${property}: `, all, indentOf(text, found.getStart())) }])
}

/** The service with a port added to what its `ports` answer. */
export const withPort = (text, variable, name, value) => {
  const object = objectOf(parse(text), variable)
  const ports = object.properties.find((one) => one.name?.getText() === 'ports')
  if (ports === undefined) return withEntries(text, variable, [`  ports: () => ({ ${name}: ${value} }),`])
  const answers = nodesIn(ports.initializer.body).filter(ts.isObjectLiteralExpression)
  const answered = ts.isBlock(ports.initializer.body)
    ? answers.find(({ parent }) => ts.isReturnStatement(parent))
    : answers[0]
  if (answered === undefined) throw new Error(`"ports" of ${variable} answers no object any more: the generator does not find its way. Add ${name} by hand.`)
  const { properties } = answered
  const isFlat = !answered.getText().includes('\n')
  const end = properties.hasTrailingComma ? properties.end : properties.at(-1)?.end ?? answered.end - 1
  const comma = properties.length === 0 || properties.hasTrailingComma ? '' : ','
  const indent = isFlat ? '' : indentOf(text, properties[0].getStart())
  return inserted(text, [{ at: end, put: isFlat ? `${comma} ${name}: ${value}` : `${comma}\n${indent}${name}: ${value},` }])
}

/** Whether some string literal in the source is this text. */
export const says = (text, wanted) => nodesIn(parse(text)).some((node) => ts.isStringLiteral(node) && node.text === wanted)
