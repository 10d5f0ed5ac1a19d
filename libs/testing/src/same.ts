import { deepStrictEqual } from 'node:assert/strict'

/**
 * Compares two values, strictly and deeply.
 * @param expectation the function that the spec called: the error points at the line of that call
 * @throws AssertionError with the difference
 */
export const same = (actual: unknown, expected: unknown, message: string, expectation: (...args: never) => unknown): void => {
  try {
    deepStrictEqual(actual, expected, message)
  } catch (error) {
    if (typeof error === 'object' && error !== null) Error.captureStackTrace(error, expectation)
    throw error
  }
}
