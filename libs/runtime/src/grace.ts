import { pauseFor, type Pause } from './retry.ts'

/** True if the work settles before so many ms are over. */
export const within = async (ms: number, work: Promise<unknown>, pause: Pause = pauseFor): Promise<boolean> => {
  const over = new AbortController()
  const settled = work.then(
    () => true,
    () => true,
  )
  const finished = await Promise.race([settled, pause(ms, over.signal).then(() => false)])
  over.abort()
  return finished
}
