import { describe, expect, it } from 'vitest';
import { checkMachineSize, freeDisks, freeMemories, type MachinePlace } from '../../../../src/runtime/hcs/machine-place.ts';
import { expectError } from '../../../fixtures/expect-error.ts';

const at = (lun: number, disks: number, firstMemory: number, memories: number): MachinePlace => ({ lun, disks, firstMemory, memories });

describe('a place in a machine', () => {
  it.each([
    [[], 1, 1], [[at(1, 1, 0, 0)], 1, 2], [[at(1, 1, 0, 0), at(3, 2, 0, 0)], 1, 2], [[at(1, 1, 0, 0), at(3, 2, 0, 0)], 2, 5], [[at(2, 62, 0, 0)], 1, 1], [[at(1, 63, 0, 0)], 1, undefined], [[at(2, 61, 0, 0)], 2, undefined],
  ] as const)('has the first disks that nobody has (%#)', (taken, count, lun) => { expect(freeDisks(taken, 1, 64, count)).toBe(lun); });

  it.each([
    [[at(0, 1, 1, 3)], 2, 4], [[at(0, 1, 3, 3)], 2, 1], [[at(0, 1, 3, 3)], 3, 6], [[at(0, 1, 1, 63)], 1, undefined], [[at(0, 1, 1, 63)], 0, 1],
  ] as const)('has the first run of memories that nobody has (%#)', (taken, count, first) => { expect(freeMemories(taken, 1, 64, count)).toBe(first); });

  it('is for limits that the machine has', async () => {
    const size = { memoryMB: 1024, processors: 2 };
    checkMachineSize({ memoryBytes: 1024 ** 3, cpuCount: 2 }, size);
    checkMachineSize({}, size);
    await expectError('OptionUnsupported', () => { checkMachineSize({ memoryBytes: 1024 ** 3 + 1 }, size); });
    await expectError('OptionUnsupported', () => { checkMachineSize({ cpuCount: 2.1 }, size); });
  });
});
