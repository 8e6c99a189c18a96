import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { standaloneValidatorsPlugin } from './standalone-validators.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Folder of the package that a file belongs to; undefined for the project's own. */
const packageFolder = (file: string): string | undefined => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file)?.[0];

export interface BundleOptions {
  /** Whether each file gets a source map beside it. */
  readonly sourceMaps: boolean;
}

/** Bundles the engine and its workers into `folder`. Answers the folders of the packages that are in it, sorted. */
export const bundleEngine = async (folder: string, { sourceMaps }: BundleOptions): Promise<readonly string[]> => {
  const bundle = await rolldown({
    input: {
      main: join(root, 'src/main.ts'),
      // By itself, for other programs: package.json names it.
      hcs: join(root, 'src/runtime/hcs/index.ts'),
      // Threads are looked for beside the file that starts them.
      'layer-worker': join(root, 'src/snapshot/overlay/layer-worker.ts'),
      'tar-worker': join(root, 'src/layer/tar-worker.ts'),
      'wclayer-worker': join(root, 'src/snapshot/wclayer/layer-worker.ts'),
      'lcow-worker': join(root, 'src/snapshot/lcow/layer-worker.ts'),
    },
    platform: 'node',
    external: ['koffi'],
    cwd: root,
    plugins: [standaloneValidatorsPlugin(root)],
  });
  try {
    const { output } = await bundle.write({
      dir: folder,
      format: 'esm',
      entryFileNames: '[name].mjs',
      chunkFileNames: '[name]-[hash].mjs',
      keepNames: true,
      sourcemap: sourceMaps,
    });
    await copyFile(join(root, 'build/bundle/entry.mjs'), join(folder, 'silo.mjs'));
    const packages = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : [])).map(packageFolder).filter((found) => found !== undefined);
    return [...new Set(packages)].sort();
  } finally {
    await bundle.close();
  }
};
