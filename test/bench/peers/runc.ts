import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command, findProgram } from '../command.ts';
import type { MissingPeer, Peer } from './peer.ts';

const name = 'runc';

interface OciConfig {
  process: { args: string[]; terminal?: boolean };
  root: { path: string; readonly?: boolean };
  linux: { namespaces: { type: string; path?: string }[]; cgroupsPath?: string };
}

/**
 * runc by itself: the bundle that Silo made (`configPath`), with the same capabilities, seccomp profile and
 * limits, but over an unpacked folder instead of snapshots, and with a network namespace that runc makes.
 */
export const startRunc = async (folder: string, archive: string, configPath: string): Promise<Peer | MissingPeer> => {
  const runc = findProgram('runc');
  if (runc === undefined) return { name, missing: 'runc is not installed' };
  const own = ['--root', join(folder, 'state')];
  const rootFolder = join(folder, 'rootfs');
  mkdirSync(rootFolder, { recursive: true });
  await command('tar', ['--extract', '--file', archive, '--directory', rootFolder]);

  const makeBundle = (bundle: string, args: string[]): string => {
    const config = JSON.parse(readFileSync(configPath, 'utf8')) as OciConfig;
    config.process.args = args;
    config.root = { ...config.root, path: rootFolder };
    for (const namespace of config.linux.namespaces) if (namespace.type === 'network') delete namespace.path;
    config.linux.cgroupsPath = `/silo-bench-${process.pid}/${bundle}`;
    const path = join(folder, bundle);
    mkdirSync(path);
    writeFileSync(join(path, 'config.json'), JSON.stringify(config));
    return path;
  };
  const once = makeBundle('once', ['/bin/true']);
  const lasting = makeBundle('lasting', ['/bin/sleep', '1d']);
  let count = 0;
  try {
    await command(runc, [...own, 'run', '--detach', '--bundle', lasting, 'lasting'], process.env, { discardOutput: true });
  } catch (error) {
    return { name, missing: (error as Error).message };
  }
  return {
    name,
    run: async () => {
      count += 1;
      await command(runc, [...own, 'run', '--bundle', once, `once-${count}`]);
    },
    exec: async () => { await command(runc, [...own, 'exec', 'lasting', '/bin/true']); },
    close: async () => { await command(runc, [...own, 'delete', '--force', 'lasting']); },
  };
};
