import { SiloError } from '../../base/index.ts';
import type { ResourceLimits } from '../../core/index.ts';
import { megabytes } from './builders/windows-container.ts';

/** What a container has of a machine's devices: `disks` of its controller, the first at `lun`, and `memories` of its persistent memories from `firstMemory` on. */
export interface MachinePlace { readonly lun: number; readonly disks: number; readonly firstMemory: number; readonly memories: number }

export interface MachineSize { readonly memoryMB: number; readonly processors: number }

/** The running machine of another task, as one that joins it finds it. */
export interface JoinedMachine {
  readonly id: string;
  readonly size: MachineSize;
  /** Places of those that are in it. */
  readonly taken: readonly MachinePlace[];
  /** The container that it was made for, and its first process; undefined before that was started. */
  readonly owner: { readonly id: string; readonly processId: number | undefined };
}

interface Run { readonly first: number; readonly count: number }

/** The first of `count` numbers one after the other, of `from` up to `end`, that nobody has; undefined where there are no such. */
const freeRun = (taken: readonly Run[], from: number, end: number, count: number): number | undefined => {
  for (let first = from; first + count <= end; first += 1) {
    if (taken.every((run) => first + count <= run.first || run.first + run.count <= first)) return first;
  }
  return undefined;
};

export const freeDisks = (taken: readonly MachinePlace[], from: number, end: number, count: number): number | undefined =>
  freeRun(taken.map(({ lun, disks }) => ({ first: lun, count: disks })), from, end, count);

export const freeMemories = (taken: readonly MachinePlace[], from: number, end: number, count: number): number | undefined =>
  freeRun(taken.map(({ firstMemory, memories }) => ({ first: firstMemory, count: memories })), from, end, count);

/** A machine keeps its size as long as it runs: no limit of what is in it may be more. @throws SiloError OptionUnsupported */
export const checkMachineSize = ({ memoryBytes, cpuCount }: ResourceLimits, { memoryMB, processors }: MachineSize): void => {
  const refuse = (option: string, has: string): never => { throw new SiloError('OptionUnsupported', { args: { option, reason: `the utility VM runs with ${has}; stop the container that it was made for to give it more` } }); };
  if (memoryBytes !== undefined && megabytes(memoryBytes) > memoryMB) refuse('memoryBytes', `${memoryMB} MB of memory`);
  if (cpuCount !== undefined && Math.ceil(cpuCount) > processors) refuse('cpuCount', `${processors} processors`);
};
