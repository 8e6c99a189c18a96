import type { ServiceMount } from './application.ts';
import { isMap, textOf, type ComposeMap } from './merge-service.ts';
import { readPermissions } from './values.ts';

/** What mounts of a volume are that stands for an SMB share, as docker's driver `local` takes it. */
export interface ShareVolume {
  readonly mount: Pick<ServiceMount, 'source' | 'userName' | 'requirePrivacy' | 'userId' | 'groupId' | 'mode' | 'readOnly'>;
  /** The password, where the files give one. */
  readonly secret: string | undefined;
}

/** Options of mount.cifs(8) that say what is so anyway, or what only that program needs. */
const without: ReadonlySet<string> = new Set(['rw', 'addr', 'ip', 'nounix', 'noserverino', 'serverino', 'mfsymlinks', 'nosuid', 'nodev', '_netdev', 'iocharset']);
/** Versions of SMB that encrypt. */
const versions: ReadonlySet<string> = new Set(['3', '3.0', '3.02', '3.1.1', '3.11', 'default']);

/** Undefined where the volume is no share. `refuse` takes the path below the volume. @throws SiloError ComposeInvalid */
export const readShareVolume = (volume: ComposeMap, refuse: (path: readonly string[], reason: string) => Error): ShareVolume | undefined => {
  if (!isMap(volume.driver_opts)) return undefined;
  const { type, device, o } = volume.driver_opts;
  if (textOf(type ?? '') !== 'cifs' && textOf(type ?? '') !== 'smb3') throw refuse(['driver_opts', 'type'], 'a volume is a folder of the store, or an SMB share (cifs)');
  if (device === undefined) throw refuse(['driver_opts'], 'the device is missing: //server/share');
  const bad = (reason: string): Error => refuse(['driver_opts', 'o'], reason);
  const found: { userName?: string; domain?: string; secret?: string; readOnly?: boolean; requirePrivacy?: true; userId?: number; groupId?: number; file_mode?: number; dir_mode?: number } = {};
  const number = (name: string, value: string): number => {
    if (!/^\d{1,9}$/.test(value)) throw bad(`${name} is a number`);
    return Number(value);
  };
  for (const option of textOf(o ?? '').split(',').filter(Boolean)) {
    const [name = '', value = ''] = option.split(/=(.*)/s);
    switch (name) {
      case 'username': case 'user': found.userName = value; break;
      case 'password': case 'pass': found.secret = value; break;
      case 'domain': case 'dom': case 'workgroup': found.domain = value; break;
      case 'ro': found.readOnly = true; break;
      case 'seal': found.requirePrivacy = true; break;
      case 'uid': found.userId = number(name, value); break;
      case 'gid': found.groupId = number(name, value); break;
      case 'file_mode': case 'dir_mode': {
        const bits = readPermissions(value);
        if (bits === undefined) throw bad(`${name} is an octal number`);
        found[name] = bits;
        break;
      }
      case 'vers': if (!versions.has(value)) throw bad(`SMB ${value} is not spoken: at least 3.0 is`); break;
      default: if (!without.has(name)) throw bad(`the option '${name}' is not supported`);
    }
  }
  const mode = found.file_mode ?? found.dir_mode;
  if (mode !== (found.dir_mode ?? mode)) throw bad('file_mode and dir_mode are one number');
  if ((found.secret === undefined) !== (found.userName === undefined)) throw bad('username and password belong together; a variable may give the password');
  const userName = found.userName === undefined || found.domain === undefined || found.domain === '' ? found.userName : `${found.domain}\\${found.userName}`;
  return { mount: { source: textOf(device), userName, requirePrivacy: found.requirePrivacy, userId: found.userId, groupId: found.groupId, mode, readOnly: found.readOnly ?? false }, secret: found.secret };
};
