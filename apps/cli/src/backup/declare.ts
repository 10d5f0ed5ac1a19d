import type { Command } from 'commander'
import { withExamples, withJson, type Tools } from '../base/declare.ts'
import { readOptions } from '../base/options.ts'

/** Declares `zyra backup` and `zyra restore`. */
export const declareBackup = (program: Command, { terminal, ends }: Tools): void => {
  const backup = program
    .command('backup')
    .enablePositionalOptions()
    .summary('copy everything that must not be lost, while it runs')
    .description(
      [
        'Copies the log, the timers, the keys, large bodies and the secrets of what runs into a new folder below the one that you name.',
        'Rows are left out: they are made again from the log. What the copy is of can be read by whoever has its secrets.',
      ].join(' '),
    )
    .argument('<folder>', 'where backups are kept; each gets a folder of its own in it')
    .option('--secrets-to <folder>', 'keep the secrets in another folder, apart from what they open')
    .option('--without-secrets', 'leave the secrets out')
  withJson(backup).action((folder: string, given: Record<string, unknown>) =>
    ends(async () => {
      const { backupOptions, runBackup } = await import('./run.ts')
      const { withoutSecrets, ...rest } = given
      return runBackup(folder, readOptions(backupOptions, { ...rest, secrets: withoutSecrets !== true }), terminal)
    }),
  )
  withExamples(backup, [
    ['backup /mnt/usb', 'a backup in a new folder of /mnt/usb'],
    ['backup /mnt/usb --secrets-to /mnt/safe', 'the keys to it elsewhere'],
    ['backup verify /mnt/usb/zyra-2026-11-20-020000Z', 'whether it is whole'],
  ])

  const verify = backup
    .command('verify')
    .description('Checks that every file of a backup is there and as it was written.')
    .argument('<folder>', 'the folder of one backup')
    .option('--try', 'restore it into a temporary folder as well, and read every event')
  withJson(verify).action((folder: string, given: unknown) =>
    ends(async () => {
      const { runVerify, verifyOptions } = await import('./verify.ts')
      return runVerify(folder, readOptions(verifyOptions, given), terminal)
    }),
  )

  const restore = program
    .command('restore')
    .summary('put a backup back where nothing runs')
    .description(
      [
        'Puts a backup into the data folder that ZYRA_DATA names. The log goes on in a new epoch, what was erased since the backup is',
        'erased again, and with the next start both channels are read. Nothing that is there is overwritten or deleted.',
      ].join(' '),
    )
    .argument('<folder>', 'the folder of one backup')
    .option('--replace', 'move what is in the data folder aside, into a folder in it')
    .option('--secrets <folder>', 'where the secrets are, if they were kept apart')
    .option('--erasures <file>', 'another copy of erasures.jsonl, the register of erasures')
  withExamples(withJson(restore), [
    ['restore /mnt/usb/zyra-2026-11-20-020000Z', 'into an empty data folder'],
    ['restore /mnt/usb/zyra-2026-11-20-020000Z --replace', 'in place of what is there'],
  ]).action((folder: string, given: unknown) =>
    ends(async () => {
      const { restoreOptions, runRestore } = await import('../restore/run.ts')
      return runRestore(folder, readOptions(restoreOptions, given), terminal)
    }),
  )
}
