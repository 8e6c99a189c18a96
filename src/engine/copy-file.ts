import { isAbsolute } from 'node:path';
import { SiloError } from '../base/index.ts';
import type { ContainerRecord, ContainerView, FileTransfer, Transferred, TransferOrder } from '../core/index.ts';
import { withContainer } from './container-lock.ts';
import { withMountedRoot } from './mounted-root.ts';
import type { Ports } from './ports.ts';
import type { ImageProgress } from './publish-image.ts';
import { withSharesApart } from './shares.ts';
import { volumeMounts } from './start-container.ts';
import { technologyOf } from './technology.ts';

export interface CopyFileRequest {
  readonly container: string;
  readonly direction: TransferOrder['direction'];
  readonly containerPath: string;
  readonly hostPath: string;
  readonly recurse?: boolean | undefined;
  readonly force?: boolean | undefined;
  readonly followLinks?: boolean | undefined;
  readonly keepOwners?: boolean | undefined;
}

/**
 * Copies files between a container and this host. Of a container that runs these are the files that its
 * processes see, volumes and binds too; of one that does not they are put together in the same way. It is this
 * engine's own meanwhile.
 */
export const copyContainerFile = async (ports: Ports, request: CopyFileRequest, progress: ((progress: ImageProgress) => void) | undefined, signal?: AbortSignal): Promise<Transferred> => {
  const { fileTransfer } = ports;
  if (fileTransfer === undefined) throw unsupported('this host cannot reach the files of its containers');
  // A path in a Linux container begins with a slash, as one of the only host whose containers' files can be reached.
  for (const parameter of ['containerPath', 'hostPath'] as const) {
    const path = request[parameter];
    if (!isAbsolute(path) || path.includes('\0')) throw new SiloError('ParameterInvalid', { args: { parameter, reason: `'${path}' is not an absolute path` } });
  }
  const activity = request.direction === 'fromContainer' ? request.hostPath : request.containerPath;
  const order: TransferOrder = {
    direction: request.direction, containerPath: request.containerPath, hostPath: request.hostPath, signal,
    recurse: request.recurse ?? false, replace: request.force ?? false, followLinks: request.followLinks ?? false, keepOwners: request.keepOwners ?? false,
    onProgress: (currentBytes) => progress?.({ activity, status: 'Copying', currentBytes }),
  };
  try {
    const done = await withContainer(ports, request.container, signal, (record) => transfer(ports, fileTransfer, record, order));
    progress?.({ activity, status: 'Copied', currentBytes: done.sizeBytes, completed: true });
    return done;
  } catch (error) {
    progress?.({ activity, status: 'Failed', currentBytes: 0, completed: true });
    throw error;
  }
};

const transfer = async (ports: Ports, files: FileTransfer, record: ContainerRecord, order: TransferOrder): Promise<Transferred> => {
  if (record.state === 'removing') throw new SiloError('ContainerNotFound', { args: { id: record.name }, target: { kind: 'container', id: record.id } });
  const { runtime } = technologyOf(ports.isolations, record);
  if ((record.state === 'running' || record.state === 'paused') && runtime.ownKernel !== true) {
    const pidOf = async (): Promise<number | undefined> => (await runtime.status(record.id)).pid;
    const pid = await pidOf();
    if (pid === undefined) throw new SiloError('ContainerNotRunning', { args: { id: record.name, state: 'ending' }, target: { kind: 'container', id: record.id } });
    return files.transfer({ root: { pid, stillRuns: async () => (await pidOf()) === pid }, mounts: [] }, order);
  }
  return withMountedRoot(ports, record, async (rootPath) => {
    // What is mounted from memory is empty before the start, and what is held for the container's processes is theirs alone.
    const spec = { ...record.spec, mounts: record.spec.mounts.filter(({ kind }) => kind !== 'file') };
    return withSharesApart(ports, record, async (folderOf) => {
      try {
        const mounts: ContainerView['mounts'] = (await volumeMounts(ports, { ...record, spec }, rootPath, order.signal, (mount) => Promise.resolve(folderOf(mount)))).filter(({ memory }) => memory === undefined);
        return await files.transfer({ root: { folder: rootPath }, mounts }, order);
      } finally {
        // Those of a container that runs in a machine of its own are its task's.
        if (record.state !== 'running' && record.state !== 'paused') await ports.volumes.parts?.detach(record.id);
      }
    });
  });
};

const unsupported = (reason: string): SiloError => new SiloError('OptionUnsupported', { args: { option: 'Copying files', reason } });
