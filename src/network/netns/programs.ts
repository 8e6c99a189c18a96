import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { SiloError } from '../../base/index.ts';

const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/bin', '/sbin', '/bin'].filter((folder) => folder !== '');

export const networkPrograms = { ip: 'iproute2', nft: 'nftables' } as const;
export type NetworkProgram = keyof typeof networkPrograms;

export const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

export const findNetworkProgram = (name: NetworkProgram): string | undefined => folders.map((folder) => join(folder, name)).find(isExecutable);

/** @throws SiloError NetworkToolMissing */
export const requireNetworkProgram = (name: NetworkProgram): string => {
  const path = findNetworkProgram(name);
  if (path === undefined) throw new SiloError('NetworkToolMissing', { args: { tool: name, package: networkPrograms[name] }, target: { kind: 'host', id: name } });
  return path;
};
