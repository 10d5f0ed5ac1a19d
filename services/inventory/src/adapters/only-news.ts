import type { InventoryEvent } from '@zyra/contracts'
import type { Dispatch } from '@zyra/es'
import type { ChannelsPort, ItemOnChannels } from '../reconcile/channels.port.ts'

/** An item as it would be recorded. */
type Recorded = Extract<InventoryEvent, { type: 'inventory.ChannelsRead' }>['data']['items'][number]

/** What the rules would decide on now, without deciding it. */
export type WouldDecide = (merchant: string, dispatch: Dispatch) => Promise<boolean>

const AT_ONCE = 16

/**
 * Leaves out the items on which nothing would be decided: to record them each time would tell the whole catalogue again, and nothing more.
 * The rules themselves are asked, since what a channel shows can be news without having changed: it differs from what is known.
 * @param meaningOf the commands that follow from reading an item
 */
export const onlyNews = (
  { do: read }: ChannelsPort, wouldDecide: WouldDecide, meaningOf: (asOf: string, item: Recorded) => readonly Dispatch[],
): ChannelsPort => {
  const readNews: ChannelsPort['do'] = async (input, context) => {
    const reading = await read(input, context)
    if ('failed' in reading) return reading
    const { asOf, items, unchanged } = reading
    const isNews = async (item: ItemOnChannels): Promise<boolean> => {
      const commands = meaningOf(asOf, { ...item, levels: [...item.levels] })
      return (await Promise.all(commands.map((dispatch) => wouldDecide(context.merchant, dispatch)))).includes(true)
    }
    const news: ItemOnChannels[] = []
    for (let from = 0; from < items.length; from += AT_ONCE) {
      const some = items.slice(from, from + AT_ONCE)
      const judged = await Promise.all(some.map(isNews))
      news.push(...some.filter((_, index) => judged[index]))
    }
    return { asOf, items: news, unchanged: unchanged + items.length - news.length }
  }
  return { do: readNews, find: readNews }
}
