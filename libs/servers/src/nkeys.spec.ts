import { keyOfSeed, makeSeed, publicKeyOf } from './nkeys.ts'

describe('NATS keys', () => {
  it('have the public key that NATS itself derives from a seed', () => {
    // The example pair of the NATS documentation on nkeys.
    const seed = 'SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY'
    expect(publicKeyOf(seed)).toBe('UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4')
  })

  it('are different each time, in the form of a user\'s seed', () => {
    const seeds = Array.from({ length: 50 }, makeSeed)
    expect(new Set(seeds).size).toBe(50)
    expect(seeds.every((seed) => /^SU[A-Z2-7]{56}$/.test(seed))).toBe(true)
  })

  it('are refused when a letter is wrong, without repeating the secret', () => {
    const seed = makeSeed()
    const wrong = seed.slice(0, 20) + (seed[20] === 'A' ? 'B' : 'A') + seed.slice(21)
    expect(() => keyOfSeed(wrong)).toThrow(/not the seed of a NATS user/)
    expect(() => keyOfSeed(wrong)).not.toThrow(new RegExp(wrong))
  })
})
