const restricted = (selector, message) => ({ selector, message })

const topLevel = ':matches(Program, Program > ExportNamedDeclaration) > VariableDeclaration'
const topLevelValue = `${topLevel} > VariableDeclarator:not([id.typeAnnotation.typeAnnotation.typeName.name=/^Readonly/])`
const mutableState = 'All services share one process, so a module keeps no state: make it a value inside a function, '
  + 'or show that it never changes (ReadonlyMap, ReadonlySet, readonly array, `as const`, Object.freeze).'

/** Selectors for state that lives in a module: a best effort, since a type can hide what it holds. */
export const mutableModuleState = [
  restricted(`${topLevel}[kind!="const"]`, mutableState),
  restricted(`${topLevelValue} > NewExpression.init[callee.name=/^(Map|Set|WeakMap|WeakSet|Array)$/]`, mutableState),
  restricted(`${topLevelValue}:not([id.typeAnnotation.typeAnnotation.operator="readonly"]) > ArrayExpression.init`, mutableState),
  restricted(`${topLevelValue} > ObjectExpression.init[properties.length=0]`, mutableState),
]

const clock = 'No clock here: time arrives as data (in the command, or the time of the event).'
const random = 'No randomness here: ids and random numbers arrive as data.'
const waiting = 'Nothing waits here: a question to the outside is a reactor whose answer is an event.'
const mutation = 'Nothing is changed in place here: return a new value (spread, map, filter, toSorted, with).'
const classes = 'No classes here: a decision is a pure function over plain data.'

const gate = 'Nothing is called but through the gate, which keeps stops, permits and sandboxes: take `fetch` from the context\'s `gate`.'

const outside = 'Only data goes in and out here: no environment, no output, no reflection.'

const mutators = 'push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin|set|add|delete|clear|set[A-Z].*'
const pureUsesOfDate = 'MemberExpression[property.name=/^(parse|UTC)$/], NewExpression[arguments.length>0], TSTypeReference'
const banned = (message, ...names) => names.map((name) => ({ name, message }))

/** What a service may not call out with: it would pass by the gate. */
export const ungated = {
  globals: banned(gate, 'fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'globalThis', 'global'),
  imports: ['http', 'https', 'http2', 'net', 'tls', 'dgram', 'undici'].flatMap((name) => banned(gate, name, `node:${name}`)),
}

/** What deciders, policies, projections and reactors may not do: their answers must be the same in every replay. */
export const pure = {
  globals: [
    ...banned(clock, 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'Temporal', 'Intl'),
    ...banned(random, 'crypto'),
    ...banned(waiting, 'Promise', 'fetch'),
    ...banned(outside, 'process', 'console', 'globalThis', 'global', 'require', 'Function', 'Reflect', 'Proxy'),
  ],
  syntax: [
    restricted(`:not(${pureUsesOfDate}) > Identifier[name="Date"]`, clock),
    restricted(':not(MemberExpression) > Identifier[name="Math"], MemberExpression[object.name="Math"][computed=true]', random),
    restricted('MemberExpression[object.name="Math"][property.name="random"]', random),
    restricted('MemberExpression[property.name=/^toLocale/]', 'The result depends on the machine: format where it is shown.'),
    restricted('AwaitExpression, ForOfStatement[await=true], :function[async=true], ImportExpression', waiting),
    restricted('ClassDeclaration, ClassExpression, Decorator, ThisExpression', classes),
    restricted('AssignmentExpression > MemberExpression.left, UpdateExpression > MemberExpression', mutation),
    restricted('UnaryExpression[operator="delete"]', mutation),
    restricted(`CallExpression[callee.property.name=/^(${mutators})$/]`, mutation),
    restricted('CallExpression[callee.object.name="Object"][callee.property.name=/^(assign|define|setPrototypeOf)/]', mutation),
  ],
}
