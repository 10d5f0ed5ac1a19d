import { z } from 'zod'

/** The samplers that OpenTelemetry's specification names (SDK environment variables, 1.x). */
export const SAMPLERS = [
  'always_on', 'always_off', 'traceidratio', 'parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio',
] as const

/** Where traces go, and how many. */
export interface TracesConfig {
  /** The OTLP/HTTP address that spans are posted to. */
  readonly url: string
  /** Sent with them; may hold secrets. */
  readonly headers: Readonly<Record<string, string>>
  readonly sampler: (typeof SAMPLERS)[number]
  /** From 0 to 1; only samplers by ratio read it. */
  readonly ratio: number
  /** How long sending may take, tries included, in ms; by default ten seconds. */
  readonly timeoutMs?: number
}

const isHttp = (text: string): boolean => URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol)

const toHeaders = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text.split(',').map((pair) => {
      const [name = '', ...value] = pair.split('=')
      return [name.trim().toLowerCase(), decodeURIComponent(value.join('=').trim())]
    }),
  )

/** OpenTelemetry's own names: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ */
export const tracesSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().refine(isHttp).optional()
    .meta({ expected: 'the base URL of an OTLP/HTTP collector, such as http://127.0.0.1:4318', secret: true }),
  OTEL_EXPORTER_OTLP_HEADERS: z.string().regex(/^\s*[\w-]+\s*=[^,=]+(=*)(,\s*[\w-]+\s*=[^,=]+(=*))*$/).optional()
    .meta({ expected: 'pairs such as name=value, separated by commas', secret: true }),
  OTEL_TRACES_SAMPLER: z.enum(SAMPLERS).default('parentbased_always_on').meta({ expected: `one of ${SAMPLERS.join(', ')}` }),
  OTEL_TRACES_SAMPLER_ARG: z.string().regex(/^\d*\.?\d+$/).transform(Number).pipe(z.number().max(1)).default(1)
    .meta({ expected: 'a number from 0 to 1' }),
}

/** Undefined where nothing is to be traced. */
export const tracesConfig = (values: z.infer<z.ZodObject<typeof tracesSettings>>): TracesConfig | undefined => {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers } = values
  if (endpoint === undefined) return undefined
  return {
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: headers === undefined ? {} : toHeaders(headers),
    sampler: values.OTEL_TRACES_SAMPLER,
    ratio: values.OTEL_TRACES_SAMPLER_ARG,
  }
}
