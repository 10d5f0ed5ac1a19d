import { LogRefused } from './log.ts'

/** Far below the 4,096 bytes of a control line (nats-server's `max_control_line`), of which one that is longer makes the server hang up. */
const MAX_SUBJECT_BYTES = 500

/** @throws LogRefused for a subject that is too long to be sent: it would cost everybody on this connection what they own, again with every try */
export const checkLength = (subject: string): void => {
  const bytes = Buffer.byteLength(subject)
  if (bytes <= MAX_SUBJECT_BYTES) return
  throw new LogRefused(`the subject "${subject.slice(0, 60)}..." has ${bytes} bytes, expected ${MAX_SUBJECT_BYTES} at most: use shorter ids`)
}
