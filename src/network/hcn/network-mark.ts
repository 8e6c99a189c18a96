import { createHash } from 'node:crypto';

/** Said in the field Owner of every object, for people. */
export const owner = 'Silo';

/**
 * Names of what belongs to one state root: `silo-`, eight hex digits of the root, Silo's id of the object. The name is the mark, since
 * nothing promises that HCN keeps the field Owner.
 */
export class NetworkMark {
  readonly #prefix: string;

  constructor(root: string) { this.#prefix = `silo-${createHash('sha256').update(root).digest('hex').slice(0, 8)}-`; }

  nameOf(id: string): string { return `${this.#prefix}${id}`; }

  /** Silo's id of the object of that name; undefined where it is somebody else's. */
  idOf(name: string | undefined): string | undefined {
    if (name?.startsWith(this.#prefix) !== true) return undefined;
    const id = name.slice(this.#prefix.length);
    return /^[0-9a-f]{64}$/.test(id) ? id : undefined;
  }
}
