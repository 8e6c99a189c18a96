import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SiloError, hasErrno } from '../../base/index.ts';
import { readNumber } from '../conmon/index.ts';
import { isPaused } from './paused-machine.ts';

/** Where a task is: in a machine of its own, or in that of another task. */
export interface MachinePlace {
  /** Task that the machine was made for. */
  readonly owner: string;
  /** That one's folder, where the machine's keeper is. */
  readonly folder: string;
  /** What the machine calls the container; undefined for its own, and for one that is not there yet. */
  readonly number: number | undefined;
}

const noteName = 'machine-of';

/** Notes in a task's folder whose machine it is to join. */
export const writePlace = (folder: string, owner: string): Promise<void> => writeFile(join(folder, noteName), owner);

/** `machines`: folder of the folders of tasks. */
export const readPlace = async (machines: string, id: string): Promise<MachinePlace> => {
  const folder = join(machines, id);
  const owner = await readFile(join(folder, noteName), 'utf8').catch((error: unknown) => { if (hasErrno(error, 'ENOENT')) return undefined; throw error; });
  return owner === undefined ? { owner: id, folder, number: undefined } : { owner, folder: join(machines, owner), number: await readNumber(join(folder, 'number')) };
};

/** A number, which is QEMU's as long as the machine's keeper lives. */
export const qemuOf = ({ folder }: MachinePlace): Promise<number | undefined> => readNumber(join(folder, 'qemu-pid'));

/** A machine that somebody has paused answers nothing. @throws SiloError ContainerPaused */
export const refusePaused = async (place: MachinePlace): Promise<void> => {
  const qemu = await qemuOf(place);
  if (qemu !== undefined && isPaused(qemu)) throw new SiloError('ContainerPaused', { args: { id: place.owner.slice(0, 12) }, target: { kind: 'container', id: place.owner } });
};
