import fc from 'fast-check'
import { addMoney, money, type Money } from './index.ts'

const amounts = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n })
const euros = amounts.map((minor): Money => ({ minor: String(minor), currency: 'EUR' }))
const seed = 20261120

const holds = <Values extends [unknown, ...unknown[]]>(property: fc.IPropertyWithHooks<Values>): void => fc.assert(property, { seed })

describe('money', () => {
  it('adds whole minor units exactly, however large they are', () => {
    holds(fc.property(amounts, amounts, (a, b) => {
      const sum = addMoney({ minor: String(a), currency: 'EUR' }, { minor: String(b), currency: 'EUR' })
      expect(sum).toEqual({ minor: String(a + b), currency: 'EUR' })
    }))
  })

  it('adds in any order and any grouping to the same amount', () => {
    holds(fc.property(euros, euros, euros, (a, b, c) => {
      expect(addMoney(a, b)).toEqual(addMoney(b, a))
      expect(addMoney(addMoney(a, b), c)).toEqual(addMoney(a, addMoney(b, c)))
    }))
  })

  it('stays money when it is added: the sum is what the schema accepts', () => {
    holds(fc.property(euros, euros, (a, b) => {
      expect(money.parse(addMoney(a, b))).toEqual(addMoney(a, b))
    }))
  })

  it('refuses to add what is in different currencies', () => {
    expect(() => addMoney({ minor: '100', currency: 'EUR' }, { minor: '100', currency: 'JPY' })).toThrow('cannot add JPY to EUR: convert one of them first')
  })

  it.each(['1.99', '1,99', '01', '-', '', '1e3', ' 1', '+1', 'NaN', '-0'])('refuses %j, which is no whole number of minor units', (minor) => {
    const { error } = money.safeParse({ minor, currency: 'EUR' })
    expect(error?.issues).toEqual([expect.objectContaining({ path: ['minor'], message: 'expected a whole number of minor units, such as "1999"' })])
  })

  it('refuses a number, which would lose what floats lose', () => {
    expect(money.safeParse({ minor: 1999, currency: 'EUR' }).success).toBe(false)
  })

  it.each(['eur', 'EURO', '€', ''])('refuses the currency %j', (currency) => {
    expect(money.safeParse({ minor: '1', currency }).error?.issues[0]?.message).toBe('expected an ISO 4217 code, such as "EUR"')
  })
})
