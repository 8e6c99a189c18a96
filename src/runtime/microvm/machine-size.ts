import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SiloError } from '../../base/index.ts';
import type { ResourceLimits } from '../../core/index.ts';
import { machineMemory } from './machine-plan.ts';

/** What a machine was made with. */
export interface MachineSize { readonly memoryBytes: number; readonly processors: number }

const noteName = 'size.json';

export const writeMachineSize = (folder: string, size: MachineSize): Promise<void> => writeFile(join(folder, noteName), JSON.stringify(size));

export const readMachineSize = async (folder: string): Promise<MachineSize> => JSON.parse(await readFile(join(folder, noteName), 'utf8')) as MachineSize;

/** A machine keeps its size as long as it runs: limits of what is in it must be within that. @throws SiloError OptionUnsupported */
export const checkMachineSize = ({ memoryBytes, cpuCount }: ResourceLimits, size: MachineSize): void => {
  const refuse = (option: string, has: string): never => { throw new SiloError('OptionUnsupported', { args: { option, reason: `the utility VM runs with ${has}; stop the container that it was made for to give it more` } }); };
  if (memoryBytes !== undefined && machineMemory(memoryBytes) > size.memoryBytes) refuse('memoryBytes', `${Math.floor(size.memoryBytes / 1024 ** 2)} MB of memory, some of them for its kernel`);
  if (cpuCount !== undefined && Math.ceil(cpuCount) > size.processors) refuse('cpuCount', `${size.processors} processors`);
};
