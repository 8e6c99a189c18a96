import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fromFileError } from '../../base/index.ts';
import type { LinuxBoot } from './builders/linux-guest.ts';

const there = (path: string): Promise<boolean> => access(path).then(() => true, () => false);
const mustBeThere = (path: string): Promise<void> => access(path).catch((error: unknown) => { throw fromFileError(error, path); });

/** What a machine for Linux starts from, out of a folder with the files as LinuxKit names them: `vmlinux`, or `kernel` for firmware, and `rootfs.vhd` or `initrd.img`. @throws SiloError PathNotFound */
export const findLinuxBoot = async (folder: string, size: Pick<LinuxBoot, 'memoryMB' | 'processors' | 'consolePipe'>): Promise<LinuxBoot> => {
  const [direct, disk] = [join(folder, 'vmlinux'), join(folder, 'rootfs.vhd')];
  const isDirect = await there(direct);
  const kernelPath = isDirect ? direct : join(folder, 'kernel');
  await mustBeThere(kernelPath);
  const root = (await there(disk)) ? { kind: 'vhd' as const, path: disk } : { kind: 'initrd' as const, path: join(folder, 'initrd.img') };
  await mustBeThere(root.path);
  return { ...(isDirect ? {} : { uefiFolder: folder }), kernelPath, root, ...size };
};
