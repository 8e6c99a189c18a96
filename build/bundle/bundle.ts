/**
 * Bundles the engine into dist/: one file is read several times faster than a hundred, and time to
 * the first answer is a promise. Run with the fingerprint of the sources, which is written last.
 */
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleEngine } from './engine-bundle.ts';
import { warmCache } from './warm-cache.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const dist = join(root, 'dist');
const [fingerprint = ''] = process.argv.slice(2);

await mkdir(dist, { recursive: true });
const made = await mkdtemp(join(root, 'dist', '.build-'));
try {
  await bundleEngine(made, { sourceMaps: true });

  // Each file takes its place at once. Chunks have their content in their names, and engines that run
  // may still want those of the last build: they stay for an hour.
  const files = await readdir(made);
  for (const name of files) await rename(join(made, name), join(dist, name));
  for (const name of await readdir(dist)) {
    if (files.includes(name) || !/\.mjs(\.map)?$/.test(name)) continue;
    if (Date.now() - (await stat(join(dist, name))).mtimeMs > 3_600_000) await rm(join(dist, name));
  }
} finally {
  await rm(made, { recursive: true, force: true });
}
await warmCache(dist);
await writeFile(join(dist, 'fingerprint'), fingerprint);
