import { mkdir, readdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fromFileError, hasErrno, SiloError, type ErrorCode } from '../base/index.ts';
import type { Shares, ShareSource } from '../core/index.ts';
import { mountAttributes, mountFileSystem, unmount } from '../../native/libc.ts';
import { lookUpAddresses, reachableAddress, trySmbPort, type AddressLookup, type PortTry } from './server-address.ts';
import { placeName } from './share-place.ts';

/** As `mountFileSystem` of libc. */
export type FileSystemMount = typeof mountFileSystem;

export interface CifsSharesOptions {
  /** Folder of the mount points: of this boot, and not a container's, whose folder goes with all that is in it. */
  readonly folder: string;
  readonly mount?: FileSystemMount;
  readonly addressesOf?: AddressLookup;
  readonly tryPort?: PortTry;
}

/** Who may do what is the server's to say: these bits would only part the accounts of a container from each other. */
const defaultMode = 0o777;

/** What the kernel's errors mean at a mount (fs/smb/client, NT_STATUS as errno). */
const meanings: Readonly<Record<string, ErrorCode>> = {
  ENODEV: 'ShareSupportMissing', ENOENT: 'ShareNotFound', ENXIO: 'ShareNotFound', ENOTDIR: 'ShareNotFound',
  EACCES: 'ShareAccessDenied', EPERM: 'ShareAccessDenied', EKEYREJECTED: 'ShareAccessDenied', EKEYEXPIRED: 'ShareAccessDenied', EKEYREVOKED: 'ShareAccessDenied', ENOKEY: 'ShareAccessDenied',
  EHOSTDOWN: 'ShareUnreachable', EHOSTUNREACH: 'ShareUnreachable', ENETUNREACH: 'ShareUnreachable', ECONNREFUSED: 'ShareUnreachable', ECONNRESET: 'ShareUnreachable', ETIMEDOUT: 'ShareUnreachable', ECONNABORTED: 'ShareUnreachable',
};

/** Name and domain apart, as the kernel wants them; `name@domain` stays as it is. */
const accountOptions = (userName: string): readonly (readonly [string, string])[] => {
  const [, domain = '', name = ''] = /^(?:([^\\]*)\\)?(.*)$/s.exec(userName) ?? [];
  return [['username', name], ...(domain === '' || domain === '.' ? [] : [['domain', domain] as const])];
};

/** Options of mount.cifs(8). The source has the folder too: the mount then is the folder, and nothing that the server calls a link is followed on the way to it. */
const cifsOptions = (source: ShareSource, address: string, password: string | undefined): readonly (readonly [string, string | null])[] => {
  const mode = `0${(source.mode ?? defaultMode).toString(8)}`;
  return [
    ['source', uncOf(source)],
    ['ip', address],
    // At least 3.0: what came before encrypts nothing.
    ['vers', '3'],
    ...(source.userName === undefined || password === undefined ? [['sec', 'none'] as const] : [...accountOptions(source.userName), ['password', password] as const]),
    ...(source.encrypted ? [['seal', null] as const] : []),
    ['uid', String(source.userId ?? 0)], ['gid', String(source.groupId ?? 0)], ['file_mode', mode], ['dir_mode', mode],
    // Symbolic links as files that other Linux machines understand: without it containers could make none.
    ['mfsymlinks', null],
  ];
};

const uncOf = ({ server, share, folder }: ShareSource): string => `//${server}/${share}${folder === '' ? '' : `/${folder}`}`;

/** As the kernel writes a path in its table of mounts (proc_pid_mountinfo(5)). */
const escaped = (path: string): string => path.replaceAll(/[ \t\n\\]/g, (letter) => `\\${letter.charCodeAt(0).toString(8).padStart(3, '0')}`);

/** Shares as mounts of the kernel's SMB client, one for each folder, account and way of showing files. */
export class CifsShares implements Shares {
  readonly #folder: string;
  readonly #mount: FileSystemMount;
  readonly #addressesOf: AddressLookup;
  readonly #tryPort: PortTry;

  constructor({ folder, mount = mountFileSystem, addressesOf = lookUpAddresses, tryPort = trySmbPort }: CifsSharesOptions) {
    this.#folder = folder;
    this.#mount = mount;
    this.#addressesOf = addressesOf;
    this.#tryPort = tryPort;
  }

  placeOf(source: ShareSource): string {
    return placeName(source.server, source.share, source.folder, source.userName, source.encrypted, source.mode ?? defaultMode, source.userId ?? 0, source.groupId ?? 0);
  }

  check(): void { return; }

  async attach(place: string, source: ShareSource, password: string | undefined, signal?: AbortSignal): Promise<string> {
    const target = join(this.#folder, place);
    if (await this.#isMounted(target)) return target;
    const share = uncOf(source);
    const address = await reachableAddress(source.server, share, { addressesOf: this.#addressesOf, tryPort: this.#tryPort, signal });
    try {
      await mkdir(target, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw fromFileError(error, target);
    }
    try {
      await this.#mount('cifs', cifsOptions(source, address, password), target, mountAttributes.noSuid | mountAttributes.noDev);
    } catch (cause) {
      await rmdir(target).catch(() => undefined);
      throw asShareError(cause, source, share);
    }
    return target;
  }

  async detach(place: string): Promise<void> {
    const target = join(this.#folder, place);
    try {
      // At once, whatever the server does: one that is gone would keep an ordinary unmount waiting.
      while (unmount(target, true)) { /* Another one may lie below it. */ }
      await rmdir(target);
    } catch (error) {
      if (!hasErrno(error, 'ENOENT')) throw fromFileError(error, target);
    }
  }

  async list(): Promise<readonly string[]> {
    try {
      return await readdir(this.#folder);
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return [];
      throw fromFileError(error, this.#folder);
    }
  }

  /** Asked of the table: a look at the folder itself would wait for the server. */
  async #isMounted(target: string): Promise<boolean> {
    const point = escaped(target);
    return (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').some((line) => line.split(' ')[4] === point);
  }
}

const asShareError = (cause: unknown, { userName }: ShareSource, share: string): SiloError => {
  const { code = '', syscall, message } = cause as { code?: string; syscall?: string; message: string };
  // A file has been mounted by then, and does not fit on a folder.
  const isFile = code === 'EINVAL' && syscall === 'move_mount';
  const meaning = isFile ? 'ShareNotFound' : code === 'ENODEV' && syscall !== 'fsopen' ? 'ShareFailed' : meanings[code] ?? 'ShareFailed';
  const told = message.split('; ').slice(1).join('; ');
  const reason = isFile ? 'it is a file, and a folder is wanted' : meaning === 'ShareSupportMissing' ? 'its kernel has no cifs' : meaning === 'ShareFailed' ? message : told === '' ? code : `${told} (${code})`;
  return new SiloError(meaning, { args: { share, reason, user: userName ?? 'anonymous' }, target: { kind: 'path', id: share }, native: { errno: code }, retryable: meaning === 'ShareUnreachable', cause });
};
