import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno, SiloError } from '../../base/index.ts';
import type { NetworkMode, Sandboxes } from '../../core/index.ts';
import type { HcnService } from './hcn-service.ts';
import { owner, type NetworkMark } from './network-mark.ts';

/**
 * Namespaces of HCN. Their GUIDs are kept in a file for each sandbox, written before the namespace is made: what a kill leaves is a
 * file whose namespace is made later, never a namespace that nobody knows of.
 */
export class HcnSandboxes implements Sandboxes {
  readonly #folder: string;
  readonly #service: HcnService;
  readonly #mark: NetworkMark;

  constructor(folder: string, service: HcnService, mark: NetworkMark) {
    this.#folder = join(folder, 'namespaces');
    this.#service = service;
    this.#mark = mark;
  }

  /** The GUID of the namespace. */
  async prepare(sandboxId: string, mode: NetworkMode): Promise<string | undefined> {
    if (mode === 'host') return undefined;
    const id = await this.namespaceOf(sandboxId) ?? await this.#keep(sandboxId, randomUUID());
    if (await this.#service.get('Namespace', id) === undefined) await this.#make(id, sandboxId);
    return id;
  }

  /** Undefined where the sandbox was not prepared. */
  async namespaceOf(sandboxId: string): Promise<string | undefined> {
    try {
      const id = (await readFile(join(this.#folder, sandboxId), 'utf8')).trim();
      if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw new SiloError('RecordInvalid', { args: { kind: 'namespace', id: sandboxId }, target: { kind: 'network', id: sandboxId } });
      return id;
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** Endpoints of this state root go with the namespace; those of others are only detached, which HCN does itself. */
  async release(sandboxId: string): Promise<void> {
    const id = await this.namespaceOf(sandboxId);
    if (id === undefined) return;
    const { Resources = [] } = await this.#service.get('Namespace', id) ?? {};
    for (const { Type, Data } of Resources) {
      // The system of a container that is still named here has ended: the engine releases its sandbox last.
      if (Type === 'Container' && Data.Id !== undefined) await this.#service.modify('Namespace', id, { ResourceType: 'Container', RequestType: 'Remove', Settings: { ContainerId: Data.Id } });
      if (Type !== 'Endpoint' || Data.Id === undefined) continue;
      const endpoint = await this.#service.get('Endpoint', Data.Id);
      if (this.#mark.idOf(endpoint?.Name) !== undefined) await this.#service.remove('Endpoint', Data.Id);
    }
    await this.#service.remove('Namespace', id);
    await unlink(join(this.#folder, sandboxId)).catch((error: unknown) => { if (!hasErrno(error, 'ENOENT')) throw error; });
  }

  async list(): Promise<readonly string[]> {
    try {
      return await readdir(this.#folder);
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return [];
      throw error;
    }
  }

  /** Whoever wrote the file first has chosen the GUID. */
  async #keep(sandboxId: string, id: string): Promise<string> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    try {
      await writeFile(join(this.#folder, sandboxId), `${id}\n`, { flag: 'wx', mode: 0o600, flush: true });
      return id;
    } catch (error) {
      if (!hasErrno(error, 'EEXIST')) throw error;
      return await this.namespaceOf(sandboxId) ?? id;
    }
  }

  async #make(id: string, sandboxId: string): Promise<void> {
    try {
      await this.#service.create('Namespace', { Name: this.#mark.nameOf(sandboxId), Owner: owner }, { id });
    } catch (error) {
      // Another engine may have been quicker.
      if (await this.#service.get('Namespace', id) === undefined) throw error;
    }
  }
}
