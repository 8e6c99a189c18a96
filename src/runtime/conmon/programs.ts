import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { SiloError } from '../../base/index.ts';

const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/libexec/podman', '/usr/libexec/catatonit', '/usr/lib/qemu', '/usr/libexec'].filter((folder) => folder !== '');

type Program = 'runc' | 'conmon' | 'catatonit' | 'tini-static' | 'qemu-system-x86_64' | 'virtiofsd' | 'tc';

/** Path of a program: the one that a variable such as SILO_RUNC or SILO_CONMON names, or the first found. */
export const findProgram = (name: Program): string | undefined => {
  const chosen = process.env[`SILO_${name.toUpperCase().replaceAll('-', '_')}`];
  return (chosen ? [chosen] : folders.map((folder) => join(folder, name))).find(isExecutable);
};

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    // A folder may be entered, which is the same right.
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/** @throws SiloError RuncMissing, ConmonMissing */
export const requireProgram = (name: 'runc' | 'conmon'): string => {
  const path = findProgram(name);
  if (path === undefined) throw new SiloError(name === 'runc' ? 'RuncMissing' : 'ConmonMissing', { target: { kind: 'host', id: name } });
  return path;
};
