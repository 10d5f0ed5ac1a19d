import {
  type DocumentNode, type FieldNode, getNamedType, getNullableType, type GraphQLCompositeType, type GraphQLSchema, isAbstractType,
  isCompositeType,
  isListType, Kind, type NamedTypeNode, type OperationDefinitionNode, OperationTypeNode, type SelectionSetNode, valueFromASTUntyped,
} from 'graphql'

interface Walk {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly variables: Readonly<Record<string, unknown>>
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value of an argument, from the text or the variables. */
export function argumentValue(field: FieldNode, name: string, variables: Readonly<Record<string, unknown>>): unknown {
  const node = field.arguments?.find((argument) => argument.name.value === name)
  return node === undefined ? undefined : valueFromASTUntyped(node.value, { ...variables })
}

/**
 * The cost of an operation in points. Without `data` it is what is asked for at most (the requested cost); with the answer's `data` it is
 * what was found. A scalar costs 0, an object 1, a mutation 10, a connection 2 and its nodes times `first` or `last`. Source:
 * https://shopify.dev/docs/api/usage/limits. Shopify's own figures are never higher for documents like ours; their exact formula is not
 * public.
 */
export function costOf(walk: Walk, operation: OperationDefinitionNode, data?: unknown): number {
  const root = walk.schema.getRootType(operation.operation)
  return root == null ? 0 : selectionCost(walk, operation.selectionSet, root, data, operation.operation === OperationTypeNode.MUTATION ? 10 : undefined)
}

function selectionCost(walk: Walk, set: SelectionSetNode, type: GraphQLCompositeType, data: unknown, fieldCost?: number, size = 1): number {
  let cost = 0
  const branches = [0]
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) cost += fieldTotal(walk, selection, type, data, fieldCost, size)
    else {
      const branch = fragmentCost(walk, selection, type, data, size)
      if (isAbstractType(type)) branches.push(branch)
      else cost += branch
    }
  }
  return cost + Math.max(...branches)
}

/** The parser writes the key of a missing condition too, with undefined, which its types do not tell. */
const conditionOf = (definition: object): string | undefined =>
  (definition as { readonly typeCondition?: NamedTypeNode | undefined }).typeCondition?.name.value

type Fragment = Exclude<SelectionSetNode['selections'][number], FieldNode>

function fragmentCost(walk: Walk, fragment: Fragment, type: GraphQLCompositeType, data: unknown, size: number): number {
  const definition = fragment.kind === Kind.INLINE_FRAGMENT
    ? fragment
    : walk.document.definitions.find((node) => node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === fragment.name.value)
  if (definition === undefined || !('selectionSet' in definition)) return 0
  const condition = conditionOf(definition)
  const inner = condition === undefined ? type : walk.schema.getType(condition)
  return isCompositeType(inner) ? selectionCost(walk, definition.selectionSet, inner, data, undefined, size) : 0
}

function fieldTotal(
  walk: Walk, node: FieldNode, parent: GraphQLCompositeType, data: unknown, fieldCost: number | undefined, size: number,
): number {
  const field = 'getFields' in parent ? parent.getFields()[node.name.value] : undefined
  if (field === undefined) return 0
  const type = getNamedType(field.type)
  const set = node.selectionSet
  if (!isCompositeType(type) || set === undefined) return 0
  const value = isRecord(data) ? data[node.alias?.value ?? node.name.value] : undefined
  if (data !== undefined && value == null) return fieldCost ?? 0
  const children = (inner: unknown, length = 1) => selectionCost(walk, set, type, inner, undefined, length)
  if (type.name.endsWith('Connection')) return 2 + children(value, pageSize(walk, node))
  const each = isEdge(type.name) ? 0 : 1
  if (isListType(getNullableType(field.type))) {
    if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + each + children(item), 0)
    // Only the lists of a connection have a length that is known beforehand.
    return (parent.name.endsWith('Connection') ? size : 1) * (each + children(undefined))
  }
  return (fieldCost ?? each) + children(value)
}

const isEdge = (name: string) => name.endsWith('Edge')

function pageSize({ variables }: Walk, node: FieldNode): number {
  const size = argumentValue(node, 'first', variables) ?? argumentValue(node, 'last', variables)
  return typeof size === 'number' ? size : 0
}
