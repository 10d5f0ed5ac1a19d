import { RETRIES_COMPRESSED } from './fakes.ts'
import { demoProducts } from './demo/shop.ts'
import { totalStock, type DemoProduct } from './demo/product.ts'

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

const places = [
  ['/shopify/admin/api/2026-10/graphql.json', 'Shopify Admin GraphQL; tokens at /shopify/admin/oauth/access_token'],
  ['/etsy/v3/application/...', 'Etsy Open API v3; tokens at /etsy/v3/public/oauth/token'],
  ['/control/shopify', 'the Shopify shop as its merchant sees it (?sku= for one)'],
  ['/control/etsy', 'the Etsy shop as its merchant sees it (?sku= for one)'],
  ['/control/customers', 'who bought, and how many come per minute'],
  ['/control/webhooks', 'what was delivered to the gateway, and how it answered'],
  ['/control/shopify/faults', 'how Shopify misbehaves now; the same for /control/etsy/faults'],
  ['/healthz', 'whether the sandbox is alive'],
] as const

const isForBrowsers = (path: string): boolean => path.startsWith('/control') || path === '/healthz'

const place = ([path, what]: (typeof places)[number]): string =>
  `<li>${isForBrowsers(path) ? `<a href="${path}"><code>${path}</code></a>` : `<code>${path}</code>`}: ${escape(what)}</li>`

const channels = ({ onShopify, etsy }: DemoProduct): string =>
  [onShopify && 'Shopify', etsy && 'Etsy'].filter((name) => typeof name === 'string').join(', ')

const rows = (product: DemoProduct): string => product.variants.map((variant) => {
  const stock = variant.tracked === false ? 'not counted' : totalStock(variant)
  const { sku, values, price, grams } = variant
  const cells = [sku, product.title, values.join(' / '), `${price} €`, `${grams} g`, stock, channels(product)]
  return `<tr>${cells.map((cell) => `<td>${escape(String(cell))}</td>`).join('')}</tr>`
}).join('\n')

/** A page for people: what this is, where things are, and what the demo shop sold on its first day. */
export const indexPage = (): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Zyra's sandbox</title>
<style>body { font: 1rem/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse } td, th { text-align: left; padding: .1rem .8rem .1rem 0 }</style>
<h1>Zyra's sandbox</h1>
<p>This process plays Shopify and Etsy for a small pottery shop, <em>Kiln &amp; Linen</em>, with customers who buy. Nothing here is
real, and nothing here reaches a real shop. Webhooks go to Zyra's gateway, signed; while it is away they are tried again as the
vendors would, ${RETRIES_COMPRESSED} times faster.</p>
<h2>Where things are</h2>
<ul>
${places.map(place).join('\n')}
</ul>
<h2>The shop on its first day</h2>
<table>
<tr><th>SKU</th><th>Product</th><th>Variant</th><th>Price</th><th>Weight</th><th>Stock</th><th>Sold on</th></tr>
${demoProducts.map(rows).join('\n')}
</table>
</html>
`
