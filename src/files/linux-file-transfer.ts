import { constants } from 'node:fs';
import { fromFileError, hasErrno, SiloError } from '../base/index.ts';
import type { ContainerView, FileTransfer, Transferred, TransferOrder } from '../core/index.ts';
import type { ByteString } from '../layer/index.ts';
import { FileTree, runScoped, type Scope } from './file-tree.ts';
import { HeldPath } from './held-path.ts';
import { TreeCopy } from './tree-copy.ts';

const toBytes = (path: string): ByteString => Buffer.from(path).toString('latin1');

/** Copies through held descriptors (openat(2) by way of /proc/self/fd), one name at a time. */
export class LinuxFileTransfer implements FileTransfer {
  transfer(view: ContainerView, order: TransferOrder): Promise<Transferred> {
    return runScoped(async (scope) => {
      const container = { tree: await openView(scope, view), path: toBytes(order.containerPath) };
      const host = { tree: new FileTree(scope.keep(await HeldPath.open('/', constants.O_DIRECTORY))), path: toBytes(order.hostPath) };
      const [source, target] = order.direction === 'fromContainer' ? [container, host] : [host, container];
      return new TreeCopy(order, source.tree, target.tree).run(source.path, target.path);
    });
  }
}

const openView = async (scope: Scope, { root, mounts }: ContainerView): Promise<FileTree> => {
  const path = 'pid' in root ? `/proc/${root.pid}/root` : root.folder;
  let held: HeldPath;
  try {
    // This link of the kernel leads to the process's own root, in its mount namespace.
    held = scope.keep(await HeldPath.open(path, constants.O_DIRECTORY));
  } catch (error) {
    if ('pid' in root && hasErrno(error, 'ENOENT', 'ESRCH')) throw gone(root.pid, error);
    throw fromFileError(error, path);
  }
  if ('pid' in root && !(await root.stillRuns())) throw gone(root.pid);
  const tree = new FileTree(held);
  // Those nearer to the root first: others lie in them.
  for (const { source, target, readOnly } of [...mounts].sort((a, b) => a.target.length - b.target.length)) await tree.addMount(toBytes(target), { source, readOnly });
  return tree;
};

const gone = (pid: number, cause?: unknown): SiloError => new SiloError('ContainerNotRunning', { args: { id: pid, state: 'ending' }, cause });
