import { createHash } from 'node:crypto';
import type { Digest } from '../../../src/base/index.ts';
import type { ContainerRecord, ImageRecord } from '../../../src/core/index.ts';

export const digestOf = (text: string): Digest => `sha256:${createHash('sha256').update(text).digest('hex')}`;

export const idOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A container made from the image `manifest`, with nothing unusual about it. */
export const containerRecord = (name: string, changes: Partial<ContainerRecord> = {}): ContainerRecord => ({
  id: idOf(name), name, state: 'created', isolation: 'Auto', runtime: 'runc', sandboxId: idOf(name), manifestDigest: digestOf('manifest'), snapshotKey: undefined,
  spec: {
    imageReference: 'docker.io/library/a:latest', args: ['/bin/true'], environment: [{ name: 'A', value: 'ä\n' }], workingDirectory: '/', user: '', hostName: 'h', labels: [{ name: '', value: '' }],
    terminal: false, openStdin: false, stopSignal: 'SIGTERM', stopTimeoutSeconds: 10, readOnlyRoot: false, privileged: false, network: 'none', resources: {}, mounts: [], autoRemove: false,
  },
  createdAt: new Date('2026-11-22T04:00:00.123Z'), startedAt: undefined, finishedAt: undefined, exitCode: null, exitReason: undefined, oomKilled: false, startError: undefined, pid: undefined, bootId: undefined,
  life: { wanted: 'stopped', restartCount: 0, restartAt: undefined, health: undefined },
  ...changes,
});

export const imageRecord = (reference: string, changes: Partial<ImageRecord> = {}): ImageRecord => ({
  reference, manifestDigest: digestOf('manifest'), sourceDigest: changes.manifestDigest ?? digestOf('manifest'), configDigest: digestOf('config'), chainId: undefined, createdAt: undefined, importedAt: new Date('2026-11-22T04:00:00Z'),
  platform: { os: 'linux', architecture: 'amd64' }, storedBytes: 1, unpackedBytes: 2, layerCount: 0, ...changes,
});
