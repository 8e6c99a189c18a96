import { appendFile, chmod, chown, copyFile, mkdir, readFile, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fromFileError, hasErrno } from '../base/index.ts';
import type { ContainerFiles, ContainerPaths, FileAccess, HeldFile, HostFileContent, NameService } from '../core/index.ts';

/** `containers/<id>` of the state root, `rootfs/<id>` and `placed/<id>` of the run folder (decision 4). */
export class ContainerFolders implements ContainerFiles {
  readonly #containers: string;
  readonly #roots: string;
  readonly #placed: string;

  constructor(stateRoot: string, runFolder: string) {
    this.#containers = join(stateRoot, 'containers');
    this.#roots = join(runFolder, 'rootfs');
    this.#placed = join(runFolder, 'placed');
  }

  paths(id: string): ContainerPaths {
    const folder = join(this.#containers, id);
    return {
      bundlePath: join(folder, 'bundle'),
      logPath: join(folder, 'log'),
      rootPath: join(this.#roots, id),
      hostsPath: join(folder, 'hosts'),
      hostNamePath: join(folder, 'hostname'),
      resolvConfPath: join(folder, 'resolv.conf'),
    };
  }

  async prepare(id: string, content: HostFileContent): Promise<ContainerPaths> {
    const paths = this.paths(id);
    try {
      await Promise.all([mkdir(paths.bundlePath, { recursive: true, mode: 0o700 }), mkdir(paths.rootPath, { recursive: true, mode: 0o700 })]);
      await Promise.all([
        writeFile(paths.hostsPath, hostsText(content)),
        writeFile(paths.hostNamePath, `${content.hostName}\n`),
        writeResolvConf(paths.resolvConfPath, content.nameService),
      ]);
    } catch (error) {
      throw fromFileError(error, join(this.#containers, id), 'container');
    }
    return paths;
  }

  async prepareRoot(id: string): Promise<string> {
    const { rootPath } = this.paths(id);
    try {
      await mkdir(rootPath, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw fromFileError(error, rootPath, 'container');
    }
    return rootPath;
  }

  async process(id: string, processId: string): Promise<{ readonly folder: string; readonly logPath: string }> {
    const paths = this.processPaths(id, processId);
    try {
      await mkdir(paths.folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw fromFileError(error, paths.folder, 'container');
    }
    return paths;
  }

  processPaths(id: string, processId: string): { readonly folder: string; readonly logPath: string } {
    const folder = join(this.#containers, id, 'processes', processId);
    return { folder, logPath: join(folder, 'log') };
  }

  async removeProcess(id: string, processId: string): Promise<void> {
    await rm(this.processPaths(id, processId).folder, { recursive: true, force: true });
  }

  async logBytes(id: string, processId?: string): Promise<number | undefined> {
    const { logPath } = processId === undefined ? this.paths(id) : this.processPaths(id, processId);
    try {
      return (await stat(logPath)).size;
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return undefined;
      throw fromFileError(error, logPath, 'container');
    }
  }

  async place(id: string, name: string, content: Uint8Array, access: FileAccess): Promise<string> {
    const path = join(this.#placed, id, name);
    await writeWhole(path, content, access);
    return path;
  }

  async hold(id: string, file: HeldFile, content: Uint8Array, access: FileAccess): Promise<void> {
    await writeWhole(this.#heldPath(id, file), content, access);
  }

  async held(id: string, file: HeldFile): Promise<{ readonly path: string; readonly content: Uint8Array } | undefined> {
    const path = this.#heldPath(id, file);
    try {
      return { path, content: await readFile(path) };
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return undefined;
      throw fromFileError(error, path, 'container');
    }
  }

  #heldPath(id: string, { name, inMemory }: HeldFile): string {
    return inMemory ? join(this.#placed, id, `held-${name}`) : join(this.#containers, id, 'held', name);
  }

  async releaseRoot(id: string): Promise<void> {
    await rmdir(join(this.#roots, id)).catch((error: unknown) => { if (!hasErrno(error, 'ENOENT')) throw error; });
  }

  async remove(id: string): Promise<void> {
    await this.releaseRoot(id);
    await rm(join(this.#placed, id), { recursive: true, force: true });
    await rm(join(this.#containers, id), { recursive: true, force: true });
  }

  async list(): Promise<readonly string[]> {
    const names = await Promise.all([this.#containers, this.#roots, this.#placed].map(async (folder) => {
      try {
        return await readdir(folder);
      } catch (error) {
        if (hasErrno(error, 'ENOENT')) return [];
        throw error;
      }
    }));
    return [...new Set(names.flat())];
  }
}

/** A file has its name only when it is whole: a kill leaves none that is half written. */
const writeWhole = async (path: string, content: Uint8Array, access: FileAccess): Promise<void> => {
  const unfinished = `${path}.new`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(unfinished, content, { mode: 0o600 });
    await chown(unfinished, access.uid, access.gid);
    await chmod(unfinished, access.mode);
    await rename(unfinished, path);
  } catch (error) {
    throw fromFileError(error, path, 'container');
  }
};

/** A container with an address of its own is found under that; one without by loopback. */
const hostsText = ({ hostName, domainName, hostLines }: HostFileContent): string => {
  const addressed = hostLines.some(({ names }) => names.includes(hostName));
  // The first name of an address is what others take for the full one: localhost would be it.
  const named = addressed || domainName === undefined ? [] : [`127.0.1.1\t${hostName}.${domainName} ${hostName}`];
  return [`127.0.0.1\tlocalhost${addressed || named.length > 0 ? '' : ` ${hostName}`}`, ...named, '::1\tlocalhost ip6-localhost ip6-loopback', ...hostLines.map(({ address, names }) => `${address}\t${names.join(' ')}`), ''].join('\n');
};

/** What systemd-resolved itself asks; /etc/resolv.conf names only its own address on loopback. */
const resolvedServers = '/run/systemd/resolve/resolv.conf';

const isLoopback = (line: string): boolean => /^\s*nameserver\s+(127\.|::1\b)/.test(line);

/** The host's settings without servers on its loopback. */
const reachableSettings = async (): Promise<string> => {
  const read = (path: string): Promise<string> => readFile(path, 'utf8').catch((error: unknown) => { if (hasErrno(error, 'ENOENT')) return ''; throw error; });
  const lines = (await read('/etc/resolv.conf')).split('\n');
  const own = lines.some((line) => /^\s*nameserver\s/.test(line) && !isLoopback(line)) ? lines : (await read(resolvedServers)).split('\n');
  return own.filter((line) => !isLoopback(line)).join('\n');
};

const writeResolvConf = async (target: string, { servers, search, options = [], fromHost, withoutLoopback }: NameService): Promise<void> => {
  const asked = [...(search.length === 0 ? [] : [`search ${search.join(' ')}`]), ...(options.length === 0 ? [] : [`options ${options.join(' ')}`])];
  const own = [...asked, ...servers.map((server) => `nameserver ${server}`)];
  if (!fromHost) return writeFile(target, own.length === 0 ? '' : `${own.join('\n')}\n`);
  try {
    if (withoutLoopback === true) await writeFile(target, await reachableSettings());
    else await copyFile('/etc/resolv.conf', target);
    // What stands last counts.
    if (asked.length > 0) await appendFile(target, `${asked.join('\n')}\n`);
  } catch (error) {
    if (!hasErrno(error, 'ENOENT')) throw error;
    await writeFile(target, '');
  }
};
