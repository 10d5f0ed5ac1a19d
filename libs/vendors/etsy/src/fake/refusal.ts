/** An answer with Etsy's error shape. */
export type Refusal = Error & { readonly statusCode: number; readonly description?: string }

/** To be thrown by a route: answered as `{ error, error_description? }`. */
export const refusal = (statusCode: number, error: string, description?: string): Refusal =>
  Object.assign(new Error(error), { statusCode, ...(description !== undefined && { description }) })
