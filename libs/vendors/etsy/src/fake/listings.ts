import { listingTotal, shownTotal } from './quantities.ts'
import { refusal } from './refusal.ts'
import type { FakeListing } from './state.ts'

const fourMonths = 120 * 24 * 60 * 60

export type ListingChange = {
  readonly state?: 'active' | 'inactive'
  readonly title?: string
  readonly description?: string
  /** Separated by commas. */
  readonly tags?: string
  readonly should_auto_renew?: 'true' | 'false'
}

/** updateListing. Throws what Etsy answers when a rule is broken; then nothing changes. */
export const changeListing = (listing: FakeListing, change: ListingChange, now: Date): void => {
  const at = Math.floor(now.getTime() / 1000)
  const tags = change.tags === undefined ? undefined : change.tags.split(',').map((tag) => tag.trim()).filter((tag) => tag !== '')
  if (change.title !== undefined) checkTitle(change.title)
  if (tags) checkTags(tags)
  if (listingTotal(listing) > 999) throw refusal(400, 'There was a problem with /quantity : cannot be greater than 999')

  if (change.state !== undefined) {
    listing.counts.stateWrites += 1
    if (change.state === 'active') activate(listing, at)
    else deactivate(listing, at)
  }
  if (change.title !== undefined) listing.title = change.title
  if (change.description !== undefined) listing.description = change.description
  if (change.should_auto_renew !== undefined) listing.autoRenew = change.should_auto_renew === 'true'
  if (tags) listing.tags = tags
  listing.updatedAt = at
}

/** Sold out: the quantity becomes 1 and the listing is renewed. Past its end: renewed. Deactivated and still running: free. */
const activate = (listing: FakeListing, at: number): void => {
  if (listing.state === 'active') return
  if (listing.state === 'draft') throw refusal(400, 'A draft cannot be published without an image')
  const renews = listing.state === 'sold_out' || listing.state === 'expired' || listing.endsAt <= at
  if (listing.state === 'sold_out' && shownTotal(listing) === 0) setToOne(listing)
  if (shownTotal(listing) === 0) throw refusal(400, 'There was a problem with /quantity : cannot be empty')
  if (renews) {
    listing.counts.renewals += 1
    listing.endsAt = at + fourMonths
  }
  listing.state = 'active'
  listing.stateAt = at
}

const deactivate = (listing: FakeListing, at: number): void => {
  if (listing.state === 'inactive') return
  if (listing.state !== 'active') throw refusal(400, `Cannot deactivate a listing in this state: state = ${listing.state}`)
  listing.state = 'inactive'
  listing.stateAt = at
}

const setToOne = (listing: FakeListing): void => {
  const first = listing.products.find(({ enabled }) => enabled)
  if (!first) return
  if (listing.quantityOn.length === 0) for (const product of listing.products) product.quantity = 1
  else first.quantity = 1
}

/** Letters, digits, punctuation, mathematical signs, spaces, ™ © ®; `%`, `:`, `&` and `+` once each; 140 characters. */
const checkTitle = (title: string): void => {
  if (title.length === 0 || title.length > 140) throw refusal(400, 'There was a problem with /title : must have 1 to 140 characters')
  if (/[^\p{L}\p{Nd}\p{P}\p{Sm}\p{Zs}™©®]/u.test(title)) throw refusal(400, 'There was a problem with /title : contains invalid characters')
  for (const sign of ['%', ':', '&', '+']) {
    if (title.split(sign).length > 2) throw refusal(400, `There was a problem with /title : ${sign} can be used only once`)
  }
}

/** Up to 13, 20 characters each, none twice; letters, digits, spaces, `-`, `'`, ™ © ®. */
const checkTags = (tags: readonly string[]): void => {
  const refuse = (why: string) => refusal(400, `There was a problem with /tags : ${why}`)
  if (tags.length > 13) throw refuse('no more than 13 tags')
  if (tags.some((tag) => tag.length > 20)) throw refuse('a tag has more than 20 characters')
  if (new Set(tags.map((tag) => tag.toLowerCase())).size < tags.length) throw refuse('a tag is repeated')
  if (tags.some((tag) => /[^\p{L}\p{Nd}\p{Zs}\-'™©®]/u.test(tag))) throw refuse('contains invalid characters')
}
