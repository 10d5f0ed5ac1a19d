export { stockRows, type StockRow } from '@zyra/inventory'
export { allServices } from './services.ts'
export { ADMIN, natsUsers } from './servers.ts'
