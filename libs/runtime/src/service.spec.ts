import type { AnyProjection } from '@zyra/es'
import { addToAll, counter, valueReactor } from '../test/kit.ts'
import { checkPorts, service, type ServiceDefinition } from './service.ts'

const rows: AnyProjection = { name: 'inventory_rows', version: 1, on: { 'inventory.BufferSet': () => undefined } }
const whole: ServiceDefinition = { name: 'inventory', deciders: [counter], policies: [addToAll], reactors: [valueReactor()], projections: [rows] }

describe('a service', () => {
  it('is the list of its features', () => {
    expect(service(whole)).toEqual(whole)
    expect(Object.isFrozen(service(whole))).toBe(true)
  })

  it.each<[string, Partial<ServiceDefinition>, string]>([
    ['a name that is no subject token', { name: 'Inventory 2' }, 'one lower-case word'],
    ['two handlers of one name', { reactors: [valueReactor({ name: 'add-to-all' })] }, 'two handlers are called "add-to-all"'],
    ['the former name of another handler', { reactors: [valueReactor({ previously: ['add-to-all'] })] }, 'two handlers are called "add-to-all"'],
    ['a name like those that the runtime derives', { policies: [{ ...addToAll, name: 'add/1' }] }, 'handler "add/1" is expected to have lower-case words'],
    ['two deciders of one aggregate', { deciders: [counter, counter] }, 'two deciders have the aggregate "stock"'],
    ['an aggregate of the runtime', { deciders: [{ ...counter, aggregate: 'parked' }] }, 'the aggregate "parked" belongs to the runtime'],
    ['attempts among decisions', { reactors: [{ ...valueReactor(), effect: 'stock' }] }, 'give it its own aggregate'],
    ['a table of another service', { projections: [{ ...rows, name: 'finance_rows' }] }, 'projection "finance_rows" is a table of this service'],
    ['a handler of nothing', { policies: [{ ...addToAll, on: {} }] }, '"add-to-all" handles no event'],
    ['an event that nobody declares', { projections: [{ ...rows, on: { 'inventory.Unheard': () => undefined } }] }, 'inventory.Unheard is not declared'],
  ])('is refused with %s', (_what, part, why) => {
    expect(() => service({ ...whole, ...part })).toThrow(why)
  })

  it('does not start without the ports that its reactors need', () => {
    expect(() => checkPorts(whole, { timers: { do: async () => undefined } })).toThrow('reactor set-value needs the port "value"')
    expect(() => checkPorts(whole, { value: { do: async () => undefined } })).not.toThrow()
    expect(() => checkPorts({ ...whole, reactors: [{ ...valueReactor(), port: 'constructor' }] }, {})).toThrow('needs the port "constructor"')
  })
})
