/** A body as it stands in an event. */
export interface StoredBody {
  readonly body: string
  readonly bodyEncoding: 'utf8' | 'base64'
}

/** Text where the bytes are valid UTF-8, else base64: either way the very bytes come back. */
export const storedBody = (raw: Uint8Array): StoredBody => {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  const body = bytes.toString('utf8')
  return Buffer.from(body, 'utf8').equals(bytes) ? { body, bodyEncoding: 'utf8' } : { body: bytes.toString('base64'), bodyEncoding: 'base64' }
}
