export { stockRows, type StockRow } from '@zyra/inventory'
export { allServices } from './services.ts'
export { natsUsers } from './servers.ts'
