import type { Port } from '@zyra/es'

/** Of whom everything is to be written down. `name` tells several requests apart. */
export interface ExportRequest {
  readonly customerId: string
  readonly orderIds: readonly string[]
  readonly name: string
}

/** Writes everything that is known of a customer to a file for the merchant; writing it again gives the same file. */
export type ExportPort = Port<ExportRequest, { readonly file: string; readonly sha256: string; readonly events: number }>
