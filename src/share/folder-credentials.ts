import type { ShareCredentials } from '../core/index.ts';
import { PrivateFiles } from './private-files.ts';

export interface FolderCredentialsOptions {
  readonly folder: string;
  /** What makes of a password the bytes of a file, and back; the bytes of its text where left out. */
  readonly seal?: (password: Uint8Array) => Uint8Array;
  readonly unseal?: (sealed: Uint8Array) => Uint8Array;
  readonly whyGone: string;
  readonly outliveHost: boolean;
}

const same = (bytes: Uint8Array): Uint8Array => bytes;

/** Passwords as files that only the engine's account may read: in memory, or sealed. */
export class FolderCredentials implements ShareCredentials {
  readonly whyGone: string;
  readonly outliveHost: boolean;
  readonly #files: PrivateFiles;
  readonly #seal: (password: Uint8Array) => Uint8Array;
  readonly #unseal: (sealed: Uint8Array) => Uint8Array;

  constructor({ folder, seal = same, unseal = same, whyGone, outliveHost }: FolderCredentialsOptions) {
    this.#files = new PrivateFiles(folder);
    this.#seal = seal;
    this.#unseal = unseal;
    this.whyGone = whyGone;
    this.outliveHost = outliveHost;
  }

  async keep(id: string, password: string): Promise<void> { await this.#files.write(id, this.#seal(Buffer.from(password))); }

  async find(id: string): Promise<string | undefined> {
    const sealed = await this.#files.read(id);
    return sealed === undefined ? undefined : Buffer.from(this.#unseal(sealed)).toString();
  }

  forget(id: string): Promise<void> { return this.#files.remove(id); }

  list(): Promise<readonly string[]> { return this.#files.list(); }
}
