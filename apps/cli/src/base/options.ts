import { z } from 'zod'
import { wrongUsage } from './failure.ts'

/** A whole number of at least `least`, as typed. */
export const wholeNumber = (least: number) =>
  z
    .string()
    .regex(/^\d{1,12}$/)
    .transform(Number)
    .pipe(z.number().min(least))
    .meta({ expected: `a whole number of at least ${least}` })

/** Text that is not empty. */
export const someText = z.string().min(1).meta({ expected: 'some text' })

/** One of these words. */
export const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words).meta({ expected: `one of ${words.join(', ')}` })

/** Options that every command takes. */
export const commonOptions = { json: z.boolean().default(false) }

const option = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

const expectedBy = (schema: z.ZodType | undefined): string => {
  const { success, data } = z.object({ expected: z.string() }).safeParse(schema?.meta())
  if (success) return data.expected
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? expectedBy(schema.unwrap() as z.ZodType) : 'another value'
}

/**
 * Checks a command's options.
 * @throws Failure (exit code 2) that names the option, what was expected and what was found
 */
export const readOptions = <Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>, given: unknown): z.infer<z.ZodObject<Shape>> => {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const name = String(issue?.path[0] ?? '')
  const found = z.record(z.string(), z.unknown()).catch({}).parse(given)[name]
  const expected = expectedBy(schema.shape[name] as z.ZodType | undefined)
  throw wrongUsage(`${option(name)}: expected ${expected}, found "${String(found)}".`)
}
