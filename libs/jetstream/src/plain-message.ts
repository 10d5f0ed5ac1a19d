import { toHeaders, toStored, type StoredEvent } from './wire.ts'

/** A message of the log as it lies outside of it, in a file: its headers as they were sent, and its body as text. */
export interface PlainMessage {
  readonly subject: string
  readonly sequence: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The message that holds an event; what is encrypted stays so. */
export const toPlain = ({ subject, sequence, envelope, data }: StoredEvent): PlainMessage => {
  const headers = toHeaders(envelope, envelope.epoch)
  return { subject, sequence, headers: Object.fromEntries(headers.keys().map((name) => [name, headers.last(name)])), body: JSON.stringify(data) }
}

/** The event in a message. @throws Error naming subject and sequence for a message that is not Zyra's */
export const fromPlain = ({ subject, sequence, headers, body }: PlainMessage): StoredEvent =>
  toStored(subject, sequence, { code: 0, description: '', values: new Map(Object.entries(headers)) }, Buffer.from(body))
