import { hash } from 'node:crypto'
import { message } from '../test/messages.ts'
import { leafBytes, leafHash, sealedHeaders } from './leaf.ts'

describe('a leaf', () => {
  it('is made of sequence, subject, headers and body, each after its length', () => {
    const bytes = leafBytes({ sequence: 258, subject: 'zyra.ü', headers: Buffer.from('NATS/1.0\r\na: b\r\n\r\n'), body: Buffer.from('{}') })
    expect(bytes.toString('hex')).toBe([
      Buffer.from('zyra-leaf-1\n').toString('hex'), '0000000000000102',
      '00000007', Buffer.from('zyra.ü').toString('hex'), '00000006', Buffer.from('a: b\r\n').toString('hex'), '00000002', '7b7d',
    ].join(''))
    expect(leafHash(message(1))).toEqual(hash('sha256', Buffer.concat([Buffer.of(0), leafBytes(message(1))]), 'buffer'))
  })

  it('leaves out the conditions of one publish, and nothing else', () => {
    const lines = sealedHeaders(message(3)).map(String)
    expect(lines).toEqual(String(message(3).headers).split('\r\n').filter((line) => line !== '' && !/^(NATS\/1\.0$|Nats-(Expected|Batch)-)/.test(line)))
    expect(lines).toContain('Nats-Msg-Id: 4e07408562bedb8b60ce05c1decfe3ad')
    expect(lines.some((line) => line.startsWith('Nats-Expected-'))).toBe(false)
  })

  it('keeps headers in their order, and twice where they stand twice', () => {
    const of = (text: string) => leafHash({ ...message(1), headers: Buffer.from(text) }).toString('hex')
    const variants = ['NATS/1.0\r\na: 1\r\nb: 2\r\n\r\n', 'NATS/1.0\r\nb: 2\r\na: 1\r\n\r\n', 'NATS/1.0\r\na: 1\r\na: 1\r\nb: 2\r\n\r\n']
    expect(new Set(variants.map(of)).size).toBe(3)
  })

  it('is whole where the header block is none', () => {
    expect(sealedHeaders({ headers: new Uint8Array() })).toEqual([])
    expect(sealedHeaders({ headers: Buffer.from('NATS/1.0') }).map(String)).toEqual(['NATS/1.0'])
    expect(sealedHeaders({ headers: Buffer.from('NATS/1.1\r\na: b\r\n\r\n') }).map(String)).toEqual(['NATS/1.1\r\na: b\r\n\r\n'])
    expect(sealedHeaders({ headers: Buffer.from('NATS/1.0\r\na: b\r\n') }).map(String)).toEqual(['NATS/1.0\r\na: b\r\n'])
  })
})
