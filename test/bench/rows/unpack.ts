import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import type * as Overlay from '../../../src/snapshot/overlay/index.ts';
import { timeColdly } from '../cold.ts';
import { command } from '../command.ts';
import { withNewEngine, type ImageSetting } from '../image-setting.ts';
import { measure } from '../measure.ts';
import { megabytes, seconds, type Row } from '../table.ts';
import { comparisonRows, type RatioGoals } from './comparison.ts';

const goals: RatioGoals = { 'tar -xzf': 0.7 };

/** The snapshotter as it is shipped: threads that begin with the sources take some 70 ms longer each. */
const bundledSnapshotter = async (): Promise<typeof Overlay> => {
  const source = join(import.meta.dirname, '../../../src');
  const bundle = await rolldown({
    input: { snapshotter: join(source, 'snapshot/overlay/index.ts'), 'layer-worker': join(source, 'snapshot/overlay/layer-worker.ts'), 'tar-worker': join(source, 'layer/tar-worker.ts') },
    platform: 'node', external: ['koffi'], cwd: join(source, '..'),
  });
  // Below the project, where koffi is found.
  const dir = mkdtempSync(join(source, '../dist/.bench-'));
  await bundle.write({ dir, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' });
  await bundle.close();
  try {
    return await import(join(dir, 'snapshotter.mjs')) as typeof Overlay;
  } finally {
    process.once('exit', () => { rmSync(dir, { recursive: true, force: true }); });
  }
};

/** The largest layer from its file into folders, its digest verified, beside tar, which verifies nothing; and the import of the same, which keeps a copy of the file too. */
export const unpackRows = async ({ folder, image }: ImageSetting, rounds: number): Promise<Row[]> => {
  const [layer] = image.layers.toSorted((one, other) => other.unpackedBytes - one.unpackedBytes);
  if (layer === undefined) return [];
  // What the rounds make stays until the last: ext4 takes long to make files where some were removed in the last minutes.
  const all = join(folder, 'unpacked');
  let rounded = 0;
  const { OverlaySnapshotter } = await bundledSnapshotter();
  const inTarget = async (prepare: (target: string) => Promise<() => Promise<unknown>>): Promise<number> => {
    const target = join(all, String((rounded += 1)));
    mkdirSync(target, { recursive: true });
    return timeColdly(await prepare(target));
  };
  const silo = async (target: string): Promise<() => Promise<unknown>> => {
    const snapshotter = new OverlaySnapshotter(target);
    // Engines have their thread already when a layer comes, as they are warm where they are measured.
    await snapshotter.remove(1);
    return () => snapshotter.applyLayer(1, [], { path: layer.path, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', diffId: layer.diffId });
  };
  const measured = await measure([
    { name: 'silo', round: () => inTarget(silo) },
    { name: 'tar -xzf', round: () => inTarget(async (target) => () => command('tar', ['-xzf', layer.path, '-C', target])) },
    { name: 'import', round: () => withNewEngine(folder, (engine) => timeColdly(() => engine.call('image/import', { path: layer.path, reference: 'bench/layer' }))) },
  ], { rounds, warmUp: 0 });
  rmSync(all, { recursive: true, force: true });
  const imported = measured.get('import');
  const what = `unpack of a layer of ${megabytes(layer.sizeBytes)} (${megabytes(layer.unpackedBytes)} in ${layer.entries.toLocaleString('en')} entries), cold`;
  return [
    ...comparisonRows(what, new Map([...measured].filter(([name]) => name !== 'import')), { goals, format: seconds }),
    ...(imported === undefined ? [] : [{ what: '  import of the same as an image', measured: seconds(imported.medianMs) }]),
  ];
};
