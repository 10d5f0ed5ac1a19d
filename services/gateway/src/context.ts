/** The injection token of the gateway's own context. */
export const CONTEXT = Symbol('gateway context')
