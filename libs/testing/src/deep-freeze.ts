/** Freezes a value and all that it holds, so that whoever changes it in place fails at once. Answers the value itself. */
export const deepFreeze = <Value>(value: Value): Value => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const part of Object.values(value)) deepFreeze(part)
  return Object.freeze(value)
}

/** The value as it comes back from the log: through JSON, and deep-frozen. @throws TypeError for what JSON cannot say */
export const throughJson = (value: unknown): unknown => {
  // Its type hides it, but for what JSON cannot say there is no text.
  const text: unknown = JSON.stringify(value)
  if (typeof text !== 'string') throw new TypeError(`${typeof value} is not JSON: an event's data is a plain object, array, text, number, boolean or null`)
  return deepFreeze(JSON.parse(text))
}
