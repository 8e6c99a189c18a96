import { Type } from 'typebox';
import type { MethodDefinition } from './method.ts';
import { count, flag, list, oneOf, optional, record, text, time } from './schema.ts';

const progressToken = optional(Type.Union([Type.String(), Type.Integer()], { description: 'Progress is told under this token.' }));

export const storeItem = record({
  kind: oneOf(['Blob', 'Layer', 'Image', 'Container', 'Volume', 'Ingest', 'Mount', 'Task', 'Network', 'Lease'], 'What it is.'),
  id: text('Digest, key, reference or id.'),
  sizeBytes: count('Bytes on the disk.'),
  reason: text('Why it is there, or what is wrong with it.'),
  action: oneOf(['Removed', 'WouldRemove', 'Repaired', 'WouldRepair', 'Failed'], 'What was done, or would be.'),
});

const define = <const T extends Record<string, MethodDefinition>>(table: T): T => table;

/** Methods of image management beyond import, list and remove. */
export const imageMethods = define({
  'store/optimize': {
    summary: 'Removes what nothing needs: unused images where asked, stopped containers where asked, blobs, layers, the build cache.',
    params: record({ unusedImages: optional(flag('Also images that no container uses.')), danglingImages: optional(flag('Also images without a name.')), stoppedContainers: optional(flag('Also containers that have ended.')), buildCache: optional(flag('Also the build cache.')), olderThan: optional(time('Only images and containers made before.')), keepLast: optional(count('Newest images of each repository to keep.')), dryRun: optional(flag('Tells what would be done.')) }),
    result: record({ items: list(storeItem), reclaimedBytes: count('Bytes freed, or that would be.') }),
    readOnly: false,
    errors: ['StoreBusy', 'ElevationRequired'],
  },
  'store/repair': { summary: 'Mends what killed engines left, and checks every blob.', params: record({ dryRun: optional(flag('Tells what would be done.')), verify: optional(flag('Reads every blob and compares its digest.')), progressToken }), result: record({ items: list(storeItem) }), readOnly: false, errors: ['StoreBusy', 'ElevationRequired'] },
  'store/move': { summary: 'Moves the state root to another folder; no container may run.', params: record({ path: text('Absolute path of the new state root; it must be missing or empty.'), dryRun: optional(flag('Tells what would be done.')), progressToken }), result: record({ path: text('New state root.'), movedBytes: count('Bytes moved.') }), readOnly: false, errors: ['ContainerRunning', 'PathExists', 'PathAccessDenied', 'DiskFull', 'StoreBusy', 'ElevationRequired'] },
});
