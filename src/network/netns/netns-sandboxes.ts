import { closeSync, lstatSync, openSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bringLoopbackUp, mount, mountFlags, setNetworkNamespace, unmount, unshareNetwork } from '../../../native/libc.ts';
import { hasErrno } from '../../base/index.ts';
import type { NetworkMode, Sandboxes } from '../../core/index.ts';

/** Network namespaces as files: made before the container and alive without any process, as `ip netns` makes them. */
export class NetnsSandboxes implements Sandboxes {
  readonly #folder: string;

  constructor(runFolder: string) { this.#folder = join(runFolder, 'netns'); }

  async prepare(sandboxId: string, mode: NetworkMode): Promise<string | undefined> {
    if (mode === 'host') return undefined;
    const path = join(this.#folder, sandboxId);
    if (isMounted(path)) return path;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    writeFileSync(path, '', { mode: 0o400 });
    makeNamespace(path);
    return path;
  }

  /** Where the namespace of a sandbox is pinned. */
  pathOf(sandboxId: string): string { return join(this.#folder, sandboxId); }

  /** Whether a namespace is pinned at a path that `pathOf` gave. */
  isPinned(path: string): boolean { return isMounted(path); }

  async release(sandboxId: string): Promise<void> {
    const path = join(this.#folder, sandboxId);
    unmount(path, true);
    await unlink(path).catch((error: unknown) => { if (!hasErrno(error, 'ENOENT')) throw error; });
  }

  async list(): Promise<readonly string[]> {
    try {
      return await readdir(this.#folder);
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return [];
      throw error;
    }
  }
}

/**
 * Moves this thread into a new namespace, pins that to `path`, and comes back: about 4 ms. All of it is
 * synchronous, so nothing else of the engine runs in between; other threads stay where they are.
 */
const makeNamespace = (path: string): void => {
  const own = openSync('/proc/thread-self/ns/net', 'r');
  try {
    unshareNetwork();
    try {
      bringLoopbackUp();
      // As every other container tool has it: a service of a user other than root may have port 80.
      writeFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', '0');
      mount('/proc/thread-self/ns/net', path, null, mountFlags.bind, null);
    } finally {
      setNetworkNamespace(own);
    }
  } finally {
    closeSync(own);
  }
};

/** A namespace has a device number of its own: the table of all mounts, which has a line for each sandbox, need not be read. */
const isMounted = (path: string): boolean => {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.dev !== lstatSync(dirname(path)).dev;
};
