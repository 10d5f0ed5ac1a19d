/** Where the script is that checks a proof without Zyra: one file, Node only. */
export const checkScript: URL = new URL('../check.mjs', import.meta.url)
