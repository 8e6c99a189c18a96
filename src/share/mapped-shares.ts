import { access } from 'node:fs/promises';
import { SiloError } from '../base/index.ts';
import type { Shares, ShareSource } from '../core/index.ts';
import { PrivateFiles } from './private-files.ts';
import { placeName } from './share-place.ts';

/** Global mappings of a Windows host: a share that every account of it reaches with one credential. */
export interface GlobalMappings {
  /** Whether the host has one for `\\server\share`, and whether it works. */
  find(remotePath: string): Promise<'connected' | 'disconnected' | undefined>;
  /** Makes one that ends with the boot. Errors: ShareNotFound, ShareUnreachable, ShareAccessDenied, ShareSupportMissing, ShareFailed. */
  create(remotePath: string, account: { readonly userName: string; readonly password: string }, encrypted: boolean): Promise<void>;
  /** One that is not there is no error. Errors: ShareFailed. */
  remove(remotePath: string): Promise<void>;
}

export interface MappedSharesOptions {
  /** Folder of this boot for the marks of those that Silo made. */
  readonly folder: string;
  readonly mappings: GlobalMappings;
  /** Whether a folder of a share can be read; rejects with an errno where it cannot. */
  readonly readable?: (path: string) => Promise<void>;
}

interface Mark { readonly remotePath: string; readonly userName: string }

const rootOf = ({ server, share }: ShareSource): string => `\\\\${server}\\${share}`;

const unsupported = (option: string): SiloError => new SiloError('OptionUnsupported', { args: { option, reason: 'on Windows the server says who may do what with its files' } });

/**
 * Shares as global mappings, one for each share, as Windows has them. One that others made is used, whatever its
 * account, and stays; what Silo makes is marked first, so that a kill leaves none that nobody takes away. Without an
 * account nothing is mapped: the host's own reaches the share, or does not.
 */
export class MappedShares implements Shares {
  readonly #marks: PrivateFiles;
  readonly #mappings: GlobalMappings;
  readonly #readable: (path: string) => Promise<void>;

  constructor({ folder, mappings, readable = (path) => access(path) }: MappedSharesOptions) {
    this.#marks = new PrivateFiles(folder);
    this.#mappings = mappings;
    this.#readable = readable;
  }

  placeOf(source: ShareSource): string { return placeName(rootOf(source)); }

  check({ mode, userId, groupId }: ShareSource): void {
    if (mode !== undefined) throw unsupported('The permission bits of a share');
    if (userId !== undefined || groupId !== undefined) throw unsupported('The owner of a share');
  }

  async attach(place: string, source: ShareSource, password: string | undefined): Promise<string> {
    const remotePath = rootOf(source);
    if (source.userName !== undefined && password !== undefined) await this.#map(place, remotePath, source.userName, password, source.encrypted);
    const path = source.folder === '' ? remotePath : `${remotePath}\\${source.folder.replaceAll('/', '\\')}`;
    try {
      await this.#readable(path);
    } catch (cause) {
      const { code = '', message } = cause as { code?: string; message: string };
      const meaning = code === 'ENOENT' || code === 'ENOTDIR' ? 'ShareNotFound' : code === 'EACCES' || code === 'EPERM' ? 'ShareAccessDenied' : 'ShareFailed';
      throw new SiloError(meaning, { args: { share: path, reason: message, user: source.userName ?? "the host's own account" }, target: { kind: 'path', id: path }, native: { errno: code }, cause });
    }
    return path;
  }

  async #map(place: string, remotePath: string, userName: string, password: string, encrypted: boolean): Promise<void> {
    const [mark, state] = [await this.#mark(place), await this.#mappings.find(remotePath)];
    if (mark === undefined && state !== undefined) return;
    if (mark !== undefined && state !== undefined && mark.userName.toLowerCase() !== userName.toLowerCase()) throw new SiloError('ShareAccountConflict', { args: { share: remotePath, user: mark.userName }, target: { kind: 'path', id: remotePath } });
    if (state === 'connected') return;
    // One of ours that has lost its server, or its password.
    if (state === 'disconnected') await this.#mappings.remove(remotePath);
    await this.#marks.write(place, JSON.stringify({ remotePath, userName } satisfies Mark));
    try {
      await this.#mappings.create(remotePath, { userName, password }, encrypted);
    } catch (error) {
      await this.#marks.remove(place);
      throw error;
    }
  }

  async detach(place: string): Promise<void> {
    const mark = await this.#mark(place);
    if (mark !== undefined) await this.#mappings.remove(mark.remotePath);
    await this.#marks.remove(place);
  }

  list(): Promise<readonly string[]> { return this.#marks.list(); }

  async #mark(place: string): Promise<Mark | undefined> {
    const mark = await this.#marks.read(place);
    return mark === undefined ? undefined : JSON.parse(mark.toString()) as Mark;
  }
}
