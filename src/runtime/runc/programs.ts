import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { SiloError } from '../../base/index.ts';

const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/libexec/podman'].filter((folder) => folder !== '');

export const findProgram = (name: string): string | undefined => {
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder: the next one may have it.
    }
  }
  return undefined;
};

/** @throws SiloError RuncMissing, ConmonMissing */
export const requireProgram = (name: 'runc' | 'conmon'): string => {
  const path = findProgram(name);
  if (path === undefined) throw new SiloError(name === 'runc' ? 'RuncMissing' : 'ConmonMissing', { target: { kind: 'host', id: name } });
  return path;
};
