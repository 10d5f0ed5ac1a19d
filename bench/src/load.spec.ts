import { answerIn } from './load.ts'

describe('an answer on a raw socket', () => {
  it('is whole once its head and as much of its body as it says are there', () => {
    const text = 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nlate'
    for (let cut = 0; cut < text.length; cut += 1) expect(answerIn(text.slice(0, cut))).toBeUndefined()
    expect(answerIn(text)).toEqual({ status: 503, length: text.length })
  })

  it('ends where the next one begins', () => {
    const one = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'
    expect(answerIn(one + one)).toEqual({ status: 200, length: one.length })
  })
})
