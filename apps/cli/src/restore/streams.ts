import { ADMIN } from '@zyra/all'
import { adminPermissions, type StreamCopier, type StreamFacts } from '@zyra/jetstream'
import { startNats } from '@zyra/servers'
import { join } from 'node:path'
import { openAdmin } from '../backup/admin.ts'
import { chunksOf } from '../backup/files.ts'
import { streamFile, type Manifest } from '../backup/manifest.ts'
import { Failure } from '../base/failure.ts'

/** A log server that nobody else reaches: the services' own users do not exist on it. */
export interface PrivateServer {
  readonly url: string
  readonly copier: StreamCopier
  readonly stop: () => Promise<void>
}

const olderThan = (version: string, other: string): boolean => {
  const [ours, theirs] = [version, other].map((text) => text.split('.').map((part) => Number.parseInt(part, 10) || 0))
  const different = [0, 1, 2].find((index) => ours?.[index] !== theirs?.[index])
  return different !== undefined && (ours?.[different] ?? 0) < (theirs?.[different] ?? 0)
}

/** Starts a log server of its own in a folder, or reaches the one that is configured. */
export const openServerFor = async (folder: string, natsUrl: string | undefined, onLine: (line: string) => void): Promise<PrivateServer> => {
  const server = natsUrl === undefined ? await startNats({ dir: folder, users: [{ name: ADMIN, permissions: adminPermissions() }], onLine }) : undefined
  const url = server?.url ?? natsUrl ?? ''
  try {
    const copier = await openAdmin(folder, url)
    return {
      url, copier,
      stop: async () => {
        await copier.close()
        await server?.stop()
      },
    }
  } catch (error) {
    await server?.stop()
    throw error
  }
}

/** How the streams of a backup are put into a server. */
export interface PutOptions {
  readonly copier: StreamCopier
  readonly folder: string
  readonly manifest: Manifest
  readonly epoch: number
  readonly onProgress: (what: string) => void
}

const put = async ({ copier, folder, epoch, onProgress }: PutOptions, stream: Manifest['streams'][number]): Promise<StreamFacts> => {
  onProgress(`stream ${stream.name}`)
  const stands = await copier.put(stream, chunksOf(join(folder, streamFile(stream.name))), stream.epoch === undefined ? undefined : epoch)
  if (stands.lastSequence >= stream.lastSequence) return stands
  throw new Failure(`Stream ${stream.name} ends at #${stands.lastSequence} once restored, but the backup was of #${stream.lastSequence}: it is damaged.`)
}

/**
 * Puts all streams of a backup into a server that has none of them. Durable consumers stand no further than the log does: what was
 * done with after the backup comes again, and is recognised or found out.
 * @throws Failure when a stream is there already, or when less of it comes back than the backup says
 */
export const putStreams = async (options: PutOptions): Promise<readonly StreamFacts[]> => {
  const { copier, manifest } = options
  if (olderThan(copier.version, manifest.natsServer)) {
    throw new Failure(`The backup was written by NATS ${manifest.natsServer} and here is ${copier.version}: install one that is not older.`)
  }
  const there = await copier.streams()
  if (there.length > 0) {
    const names = there.map(({ name }) => name).join(', ')
    throw new Failure(`The NATS server of NATS_URL holds ${names}: give the restore a server without them, since streams cannot be moved aside.`)
  }
  const restored: StreamFacts[] = []
  for (const stream of manifest.streams) restored.push(await put(options, stream))
  const ends = new Map(restored.map(({ name, lastSequence }) => [name, lastSequence]))
  for (const durable of manifest.durables) {
    await copier.putDurable({ ...durable, ackFloor: Math.min(durable.ackFloor, ends.get(durable.stream) ?? 0) })
  }
  return restored
}
