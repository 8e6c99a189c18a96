import { statSync } from 'node:fs';
import { SiloError, fromFileError } from '../../base/index.ts';
import type { DeviceMapping } from '../../core/index.ts';

export interface DeviceNode {
  readonly type: 'b' | 'c';
  readonly major: number;
  readonly minor: number;
  readonly fileMode: number;
  readonly uid: number;
  readonly gid: number;
}

const blockDevice = 0o060_000;
const typeBits = 0o170_000;

/** The device at a path of the host. @throws SiloError PathNotFound, PathAccessDenied, ParameterInvalid */
export const deviceNode = (path: string, parameter: string): DeviceNode => {
  try {
    const stat = statSync(path, { bigint: true });
    if (!stat.isBlockDevice() && !stat.isCharacterDevice()) throw new SiloError('ParameterInvalid', { args: { parameter, reason: `'${path}' is not a device` } });
    // glibc's gnu_dev_major and gnu_dev_minor.
    const major = Number(((stat.rdev >> 8n) & 0xfffn) | ((stat.rdev >> 32n) & 0xfffff000n));
    const minor = Number((stat.rdev & 0xffn) | ((stat.rdev >> 12n) & 0xffffff00n));
    return { type: (Number(stat.mode) & typeBits) === blockDevice ? 'b' : 'c', major, minor, fileMode: Number(stat.mode) & 0o7777, uid: Number(stat.uid), gid: Number(stat.gid) };
  } catch (error) {
    throw error instanceof SiloError ? error : fromFileError(error, path);
  }
};

/** `linux.devices` and the rules of `linux.resources.devices` for devices of the host. */
export const ociDevices = (devices: readonly DeviceMapping[]): { readonly nodes: readonly object[]; readonly rules: readonly object[] } => {
  const found = devices.map((device) => ({ device, node: deviceNode(device.hostPath, 'devices') }));
  return {
    nodes: found.map(({ device, node }) => ({ path: device.containerPath, ...node })),
    rules: found.map(({ device, node: { type, major, minor } }) => ({ allow: true, type, major, minor, access: device.access })),
  };
};
