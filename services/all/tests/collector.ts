import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

/** A span as it came over the wire. */
export interface CollectedSpan {
  readonly service: string
  readonly instance: string
  readonly traceId: string
  readonly spanId: string
  /** Empty where it begins a trace. */
  readonly parentId: string
  readonly name: string
  /** 2 server, 3 client, 4 producer, 5 consumer (opentelemetry/proto/trace/v1/trace.proto). */
  readonly kind: number
  readonly attributes: Readonly<Record<string, string | number | boolean>>
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]
  /** 2: failed. */
  readonly status: number
}

/** A field of a protobuf message: its number, and its value as the wire has it. */
type Field = readonly [number, bigint | Buffer]

const fieldsOf = (message: Buffer): Field[] => {
  const fields: Field[] = []
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at] ?? 0
      at += 1
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const take = (length: number): Buffer => message.subarray(at, (at += length))
  while (at < message.length) {
    const tag = Number(varint())
    const wire = tag & 7
    fields.push([tag >> 3, wire === 0 ? varint() : take(wire === 1 ? 8 : wire === 5 ? 4 : Number(varint()))])
  }
  return fields
}

const buffersOf = (fields: readonly Field[], number: number): Buffer[] =>
  fields.flatMap(([field, value]) => (field === number && typeof value !== 'bigint' ? [value] : []))
const hexOf = (fields: readonly Field[], number: number): string => buffersOf(fields, number)[0]?.toString('hex') ?? ''
const textOf = (fields: readonly Field[], number: number): string => buffersOf(fields, number)[0]?.toString('utf8') ?? ''
const numberOf = (fields: readonly Field[], wanted: number): number => Number(fields.find(([field]) => field === wanted)?.[1] ?? 0)

const anyValue = (message: Buffer): string | number | boolean => {
  const [field, value] = fieldsOf(message)[0] ?? [1, Buffer.alloc(0)]
  if (typeof value === 'bigint') return field === 2 ? value === 1n : Number(value)
  return field === 4 ? value.readDoubleLE() : value.toString('utf8')
}

const attributesOf = (fields: readonly Field[], number: number): Record<string, string | number | boolean> =>
  Object.fromEntries(
    buffersOf(fields, number).map((pair) => {
      const entry = fieldsOf(pair)
      return [textOf(entry, 1), anyValue(buffersOf(entry, 2)[0] ?? Buffer.alloc(0))]
    }),
  )

const spansOf = (request: Buffer): CollectedSpan[] =>
  buffersOf(fieldsOf(request), 1).map(fieldsOf).flatMap((resourceSpans) => {
    const resource = attributesOf(fieldsOf(buffersOf(resourceSpans, 1)[0] ?? Buffer.alloc(0)), 1)
    const spans = buffersOf(resourceSpans, 2).flatMap((scope) => buffersOf(fieldsOf(scope), 2)).map(fieldsOf)
    return spans.map((span) => ({
      service: String(resource['service.name']), instance: String(resource['service.instance.id']),
      traceId: hexOf(span, 1), spanId: hexOf(span, 2), parentId: hexOf(span, 4), name: textOf(span, 5), kind: numberOf(span, 6),
      attributes: attributesOf(span, 9),
      links: buffersOf(span, 13).map(fieldsOf).map((link) => ({ traceId: hexOf(link, 1), spanId: hexOf(link, 2) })),
      status: numberOf(fieldsOf(buffersOf(span, 15)[0] ?? Buffer.alloc(0)), 3),
    }))
  })

/** Something that takes OTLP over HTTP, and remembers. */
export interface Collector {
  readonly endpoint: string
  readonly spans: () => readonly CollectedSpan[]
  /** What was sent, byte by byte: for what must not be in it. */
  readonly raw: () => Buffer
  /** The headers of the last post. */
  readonly headers: () => IncomingMessage['headers']
  readonly close: () => Promise<void>
}

/** Starts one on a free port. */
export const startCollector = async (): Promise<Collector> => {
  const bodies: Buffer[] = []
  let headers: IncomingMessage['headers'] = {}
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const isTraces = request.method === 'POST' && request.url === '/v1/traces' && request.headers['content-type'] === 'application/x-protobuf'
      if (isTraces) {
        headers = request.headers
        const body = Buffer.concat(chunks)
        bodies.push(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body)
      }
      response.writeHead(isTraces ? 200 : 404, { 'content-type': 'application/x-protobuf' }).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    spans: () => bodies.flatMap(spansOf),
    raw: () => Buffer.concat(bodies),
    headers: () => headers,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
