import { EXIT, Failure } from '../base/failure.ts'
import type { Reading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import { askGateway } from '../control/gateway.ts'
import { untilChain } from '../control/outcome.ts'
import { entryJson } from '../log/entry.ts'
import { namesFrom, type Item } from '../log/names.ts'
import { gist, shortType } from '../text/gist.ts'

/** Asks for another buffer, waits for what comes of it, and says so. */
export const changeBuffer = async (reading: Reading, item: Item, buffer: number, json: boolean, terminal: Terminal): Promise<void> => {
  const { merchant, key, row } = item
  if (row.buffer === buffer) {
    return terminal.out(json ? JSON.stringify({ changed: false, buffer }) : `The buffer of ${row.sku} is ${buffer} already.`)
  }
  const before = await reading.log.lastSequence()
  const { answers } = await askGateway(reading.installation, 'buffer', { merchant, inventoryItem: key, buffer })
  const [answer] = answers
  if (answer === undefined || answer.outcome.length === 0) {
    throw new Failure(
      `The gateway took the request, but nothing came of it within three seconds: see "npx zyra events --id ${row.sku}" and "npx zyra doctor".`,
      EXIT.problem,
    )
  }
  const isOver = (types: readonly string[]): boolean =>
    !types.includes('inventory.EtsyQuantityDecided') ||
    types.some((type) => type === 'inventory.EtsyQuantitySet' || type === 'inventory.EtsyQuantityRefused')
  const filters = ['stock', 'etsy-quantity'].map((aggregate) => `zyra.${merchant}.inventory.${aggregate}.${key}`)
  const entries = await untilChain(reading, { filters, after: before, correlationId: answer.event, isOver }, terminal)
  if (json) return terminal.out(JSON.stringify({ changed: true, buffer, event: answer.event, events: entries.map(entryJson) }))
  const nameOf = namesFrom([item])
  const told = entries.filter(({ stored }) => stored.envelope.type !== 'runtime.EffectAttempted')
  terminal.out(`The buffer of ${terminal.paint('bold', row.sku)} is ${buffer} now${row.buffer === null ? '' : `, it was ${row.buffer}`}.`)
  terminal.out(
    ...told
      .slice(1)
      .map(
        (entry) =>
          `  ${terminal.paint('dim', `#${entry.stored.sequence}`)}  ${shortType(entry.stored.envelope.type)}  ${gist(entry, nameOf)}`,
      ),
  )
  terminal.out(
    told.length === 1 ? 'That changes nothing on Etsy.' : terminal.paint('dim', `npx zyra why ${answer.event.slice(0, 8)} shows it all.`),
  )
}
