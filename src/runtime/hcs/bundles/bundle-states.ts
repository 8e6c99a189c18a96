import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fromFileError, hasErrno, SiloError } from '../../../base/index.ts';
import type { ModifySettingRequest } from '../documents/requests.ts';
import { writeWhole } from '../task-note.ts';
import type { BundleKind } from './bundle-config.ts';

/** What is remembered of a container: all that `delete` needs, whenever its maker was killed. */
export interface BundleState {
  readonly id: string;
  /** Owner of its compute systems. */
  readonly owner: string;
  readonly kind: BundleKind;
  readonly ociVersion: string;
  readonly bundle: string;
  readonly rootfs: string;
  /** ISO 8601. */
  readonly created: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** The OCI process, from which those of `exec` inherit. */
  readonly process: Readonly<Record<string, unknown>>;
  readonly networkNamespace: string | undefined;
  /** The pod that it is the sandbox of, or belongs to. */
  readonly sandboxId: string | undefined;
  /** The container whose utility VM it is in: its own id where the VM was made for it. */
  readonly hostId: string | undefined;
  /** Its disk in that VM, and its share of the VM's persistent memories. */
  readonly place: { readonly lun: number; readonly firstMemory: number; readonly memories: number } | undefined;
  /** Requests that take back, in this order, what another container's VM was given. */
  readonly takeBack: readonly ModifySettingRequest[];
  /** Compute systems that are its own. Written before they are made. */
  readonly systems: readonly string[];
  readonly credentialId: string | undefined;
  /** The scratch disk, where it is mounted for this container. Written before it is. */
  readonly scratchDisk?: string | undefined;
  /** Process that holds its streams, and where it waits for the start. */
  readonly shimPid: number;
  readonly shimAddress: string;
  /** Id of its first process in its system; undefined before the start. */
  readonly processId: number | undefined;
}

const deviceNames = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** Names a folder of the host, and a compute system. @throws SiloError ParameterInvalid */
export const checkBundleId = (id: string, parameter = 'id'): void => {
  const reason = !/^[A-Za-z0-9][A-Za-z0-9_.+-]{0,127}$/.test(id) ? 'use 1 to 128 letters, digits, dots, underscores, hyphens and plus signs, beginning with a letter or digit'
    : id.endsWith('.') || deviceNames.test(id) ? 'Windows has no folder of that name' : undefined;
  if (reason !== undefined) throw new SiloError('ParameterInvalid', { args: { parameter, reason } });
};

const notFound = (id: string): SiloError => new SiloError('ContainerNotFound', { args: { id }, target: { kind: 'container', id } });

/** The containers under one root: a folder for each, with `state.json` in it. */
export class BundleStates {
  readonly root: string;

  constructor(root: string) { this.root = root; }

  folderOf(id: string): string { return join(this.root, id); }

  /** Takes the id. @throws SiloError ComputeSystemExists where it is taken */
  async claim(id: string): Promise<void> {
    try {
      await mkdir(this.folderOf(id), { mode: 0o700 });
    } catch (error) {
      if (hasErrno(error, 'EEXIST')) throw new SiloError('ComputeSystemExists', { args: { id }, target: { kind: 'container', id }, cause: error });
      throw fromFileError(error, this.folderOf(id));
    }
  }

  async write(state: BundleState): Promise<void> {
    const file = this.#file(state.id);
    await writeWhole(file, JSON.stringify(state)).catch((error: unknown) => { throw fromFileError(error, file); });
  }

  /** @throws SiloError ContainerNotFound */
  async read(id: string): Promise<BundleState> {
    checkBundleId(id);
    const file = this.#file(id);
    try {
      return JSON.parse(await readFile(file, 'utf8')) as BundleState;
    } catch (error) {
      if (hasErrno(error, 'ENOENT', 'ENOTDIR')) throw notFound(id);
      throw fromFileError(error, file);
    }
  }

  async remove(id: string): Promise<void> { await rm(this.folderOf(id), { recursive: true, force: true, maxRetries: 10 }); }

  /** Ids, also of those that were half made. */
  async list(): Promise<readonly string[]> {
    try {
      return (await readdir(this.root, { withFileTypes: true })).filter((entry) => entry.isDirectory() && entry.name !== 'locks').map(({ name }) => name).sort();
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return [];
      throw fromFileError(error, this.root);
    }
  }

  #file(id: string): string { return join(this.folderOf(id), 'state.json'); }
}
