import { describe, expect, it } from 'vitest';
import { chooseMachineRoot } from '../../../src/engine/machine-root.ts';

const wish = { joins: false, readOnlyRoot: true, changed: false, layers: 3, mostLayers: 40, obstacle: undefined };

describe('the root of a utility VM', () => {
  it('comes as disks where nothing is written to it', () => {
    expect(chooseMachineRoot(wish)).toEqual({ root: 'Blocks', reason: 'its root is read-only' });
    expect(chooseMachineRoot({ ...wish, layers: 40 }).root).toBe('Blocks');
  });

  it.each([
    ['it is in the machine of another container', { joins: true }, /utility VM of another/],
    ['it can be written to', { readOnlyRoot: false }, /can be written to/],
    ['files were copied into it', { changed: true }, /copied into it/],
    ['there are no layers', { layers: 0 }, /no layers/],
    ['there are more layers than a machine takes', { layers: 41 }, /41 layers, and a utility VM takes 40/],
    ['the host makes no disks', { obstacle: 'mkfs.erofs is not installed' }, /mkfs\.erofs is not installed/],
  ])('is shared by its host where %s, and the reason is told', (_, change, reason) => {
    expect(chooseMachineRoot({ ...wish, ...change })).toEqual({ root: 'Shared', reason: expect.stringMatching(reason) });
  });
});
