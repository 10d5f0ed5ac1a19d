export { memoryLog } from './memory-log.ts'
export type { AppendFault, MemoryLog, MemoryLogOptions } from './memory-log.ts'
