import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';

const root = join(import.meta.dirname, '../..');
const exec = promisify(execFile);

interface LockEntry { readonly version: string; readonly integrity?: string }

const locked = (name: string): LockEntry => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, LockEntry | undefined> };
  const entry = packages[`node_modules/${name}`];
  if (entry === undefined) throw new Error(`package-lock.json has no ${name}`);
  return entry;
};

const integrityOf = (content: Buffer): string => `sha512-${createHash('sha512').update(content).digest('base64')}`;

/** npm's own archive of a package, from a cache or the registry, with the digest that package-lock.json says. */
const archiveOf = async (name: string): Promise<Buffer> => {
  const { version, integrity } = locked(name);
  const cache = join(root, 'node_modules/.cache/silo-package');
  const file = join(cache, `${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`);
  if (existsSync(file)) {
    const kept = await readFile(file);
    if (integrityOf(kept) === integrity) return kept;
    await rm(file);
  }
  console.log(`package: npm pack ${name}@${version}`);
  const making = join(cache, `.${process.pid}`);
  await mkdir(making, { recursive: true });
  try {
    const npm = process.env['npm_execpath'];
    const args = ['pack', `${name}@${version}`, '--pack-destination', making, '--loglevel=error'];
    if (npm?.endsWith('.js') === true) await exec(process.execPath, [npm, ...args], { cwd: root });
    else await exec(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { cwd: root, shell: process.platform === 'win32' });
    const made = join(making, file.slice(cache.length + 1));
    const content = await readFile(made);
    if (integrityOf(content) !== integrity) throw new Error(`${name}@${version} from the registry is not what package-lock.json says`);
    await rename(made, file);
    return content;
  } finally {
    await rm(making, { recursive: true, force: true });
  }
};

/**
 * Files of a package by their paths in it, at the version that package-lock.json pins: from node_modules, where this
 * system has it, and from npm's registry for the other one's. Those that are not wanted are not read.
 */
export const pinnedPackage = async (name: string, wanted: (path: string) => boolean): Promise<ReadonlyMap<string, Buffer>> => {
  const files = new Map<string, Buffer>();
  const unpacked = extract();
  const collected = (async () => {
    for await (const entry of unpacked) {
      const path = entry.header.name.replace(/^[^/]+\//, '');
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      if (entry.header.type === 'file' && wanted(path)) files.set(path, Buffer.concat(chunks));
    }
  })();
  unpacked.end(gunzipSync(await archiveOf(name)));
  await collected;
  return files;
};
