import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { OverlaySnapshotter } from '../../../src/snapshot/overlay/index.ts';
import { timeColdly } from '../cold.ts';
import { command } from '../command.ts';
import { withNewEngine, type ImageSetting } from '../image-setting.ts';
import { measure } from '../measure.ts';
import { megabytes, seconds, type Row } from '../table.ts';
import { comparisonRows, type RatioGoals } from './comparison.ts';

const goals: RatioGoals = { 'tar -xzf': 0.7 };

/** The largest layer from its file into folders, its digest verified, beside tar, which verifies nothing; and the import of the same, which keeps a copy of the file too. */
export const unpackRows = async ({ folder, image }: ImageSetting, rounds: number): Promise<Row[]> => {
  const [layer] = image.layers.toSorted((one, other) => other.unpackedBytes - one.unpackedBytes);
  if (layer === undefined) return [];
  const target = join(folder, 'unpacked');
  const inTarget = async (work: () => Promise<unknown>): Promise<number> => {
    mkdirSync(target);
    try {
      return await timeColdly(work);
    } finally {
      rmSync(target, { recursive: true, force: true });
    }
  };
  const tar = { name: 'tar -xzf', round: () => inTarget(() => command('tar', ['-xzf', layer.path, '-C', target])) };
  const measured = await measure([
    { name: 'silo', round: () => inTarget(() => new OverlaySnapshotter(target).applyLayer(1, [], { path: layer.path, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', diffId: layer.diffId })) },
    tar,
    { name: 'import', round: () => withNewEngine(folder, (engine) => timeColdly(() => engine.call('image/import', { path: layer.path, reference: 'bench/layer' }))) },
  ], { rounds, warmUp: 0 });
  const imported = measured.get('import');
  const what = `unpack of a layer of ${megabytes(layer.sizeBytes)} (${megabytes(layer.unpackedBytes)} in ${layer.entries.toLocaleString('en')} entries), cold`;
  return [
    ...comparisonRows(what, new Map([...measured].filter(([name]) => name !== 'import')), { goals, format: seconds }),
    ...(imported === undefined ? [] : [{ what: '  import of the same as an image', measured: seconds(imported.medianMs) }]),
  ];
};
