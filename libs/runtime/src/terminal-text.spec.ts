import { printable, wrap } from './terminal-text.ts'

describe('text on a terminal', () => {
  it.each([
    ['\u001B[2J\u001B]0;owned\u0007', '\\u001b[2J\\u001b]0;owned\\u0007'],
    ['a\r\nb\tc', 'a\\u000d\\u000ab\\u0009c'],
    ['\u009B31m\u007F', '\\u009b31m\\u007f'],
    ['MUG-\u202EEULB', 'MUG-\\u202eEULB'],
    ['Käffchen ☕ 杯 -> 3', 'Käffchen ☕ 杯 -> 3'],
  ])('is never obeyed: %j', (text, shown) => {
    expect(printable(text)).toBe(shown)
    expect(printable(shown)).toBe(shown)
  })

  it('stays JSON of the same value', () => {
    const value = { title: 'a\u009Bb\u202Ec\u001Bd\n' }
    expect(JSON.parse(printable(JSON.stringify(value)))).toEqual(value)
  })

  it('is broken at spaces, keeps longer words whole and loses nothing', () => {
    expect(wrap('one two three four', 9, '  ')).toEqual(['one two', '  three', '  four'])
    expect(wrap('incomprehensibilities are long', 10)).toEqual(['incomprehensibilities', 'are long'])
    expect(wrap('', 10)).toEqual([''])
  })
})
