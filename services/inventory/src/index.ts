export { inventory } from './service.ts'
export { stockRows, type StockRow } from './oversell-buffer/stock.projection.ts'
