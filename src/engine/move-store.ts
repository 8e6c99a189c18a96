import { isAbsolute, resolve } from 'node:path';
import { SiloError } from '../base/index.ts';
import type { Lock } from '../core/index.ts';
import type { Ports } from './ports.ts';
import type { ImageProgress } from './publish-image.ts';
import { repairStore } from './repair.ts';
import { refuseRunning } from './running-containers.ts';
import { takeRootAlone } from './take-root-alone.ts';

export interface MoveRequest {
  readonly path: string;
  readonly dryRun?: boolean | undefined;
}

/**
 * Moves everything that Silo keeps to another folder. No container may run, and no other engine be open.
 * Without `dryRun` these ports are closed afterwards, whatever came of it: the caller opens the root anew.
 */
export const moveStore = async (ports: Ports, root: string, request: MoveRequest, progress: ((progress: ImageProgress) => void) | undefined, signal?: AbortSignal): Promise<{ readonly path: string; readonly movedBytes: number }> => {
  if (!isAbsolute(request.path) || request.path.includes('\0')) throw new SiloError('ParameterInvalid', { args: { parameter: 'path', reason: `'${request.path}' is not an absolute path` } });
  const path = resolve(request.path);
  const within = (inner: string, outer: string): boolean => inner === outer || inner.startsWith(outer === '/' ? outer : `${outer}/`);
  if (within(path, root) || within(root, path)) throw new SiloError('ParameterInvalid', { args: { parameter: 'path', reason: `'${path}' lies within the state root, or around it` } });
  if (ports.stateRoot.whyNoMove !== undefined) throw new SiloError('OptionUnsupported', { args: { option: 'Moving the store', reason: ports.stateRoot.whyNoMove } });
  if (request.dryRun === true) {
    refuseRunning(ports);
    return { path, movedBytes: await ports.stateRoot.measure() };
  }
  // What a reboot or a killed engine left is no running container.
  await repairStore(ports);
  // While one runs, its supervisor uses the root too.
  refuseRunning(ports);
  await ports.supervisor.close();
  // The service is a user of the root, and named after it.
  const served = (await ports.service?.uninstall(root, { end: true })) === true;
  let now = root;
  let alone: Lock | undefined;
  try {
    alone = await takeRootAlone(ports);
    refuseRunning(ports);
    // They bear the mark of the root where it was; the next container on one makes it again.
    for (const { id, hostId } of await ports.network.networks()) await ports.network.removeNetwork({ id, hostId });
    ports.metadata.close();
    const movedBytes = await ports.stateRoot.moveTo(path, {
      onProgress: (currentBytes, totalBytes) => progress?.({ activity: path, status: 'Moving', currentBytes, totalBytes }),
      ...(signal === undefined ? {} : { signal }),
    });
    now = path;
    progress?.({ activity: path, status: 'Moved', currentBytes: movedBytes, totalBytes: movedBytes, completed: true });
    ports.log.warn({ from: root, to: path }, 'the state root was moved');
    return { path, movedBytes };
  } finally {
    await alone?.release();
    if (served) await ports.service?.install(now);
  }
};
