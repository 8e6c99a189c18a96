import { describe, expect, it } from 'vitest';
import { openFileLimits, openFileRace } from '../../../src/runtime/runc/open-file-limits.ts';
import { grantableLimits, ociLimitsOfUser, ociText } from '../../../src/runtime/runc/user-limits.ts';

const own = 'Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 20000                files     \nMax core file size        0                    unlimited            bytes     \n';

describe('limits of processes', () => {
  it('are lowered to what the engine may have, and said so', () => {
    expect(grantableLimits([{ name: 'nofile', soft: 100, hard: 30_000 }], false, own)).toEqual({ limits: [{ name: 'nofile', soft: 100, hard: 20_000 }], lowered: [expect.stringContaining('nofile is 20000 in place of 30000')] });
    expect(grantableLimits([{ name: 'nofile', soft: -1, hard: -1 }], false, own).limits).toEqual([{ name: 'nofile', soft: 20_000, hard: 20_000 }]);
    expect(grantableLimits([{ name: 'nofile', soft: 1, hard: 20_000 }], false, own).lowered).toEqual([]);
  });

  it('are what was asked for where the engine may raise them', () => {
    expect(grantableLimits([{ name: 'nofile', soft: 100, hard: 30_000 }], true, own)).toEqual({ limits: [{ name: 'nofile', soft: 100, hard: 30_000 }], lowered: [] });
  });

  it('keep the default of open files where it was not asked for', () => {
    expect(ociLimitsOfUser([{ name: 'nproc', soft: 5, hard: 6 }], true, { soft: 1, hard: 2 })).toEqual([{ type: 'RLIMIT_NOFILE', soft: 1, hard: 2 }, { type: 'RLIMIT_NPROC', soft: 5, hard: 6 }]);
    expect(ociLimitsOfUser([{ name: 'nofile', soft: 5, hard: 6 }], true, { soft: 1, hard: 2 })).toEqual([{ type: 'RLIMIT_NOFILE', soft: 5, hard: 6 }]);
  });

  it('write no limit as the 64 bits that the kernel takes for it, and touch nothing else', () => {
    const text = ociText({ rlimits: ociLimitsOfUser([{ name: 'core', soft: -1, hard: -1 }], true, { soft: 1, hard: 2 }), args: ['"soft":18446744073709552000'] });
    expect(text).toContain('"soft":18446744073709551615,"hard":18446744073709551615');
    expect(JSON.parse(text)).toMatchObject({ args: ['"soft":18446744073709552000'] });
  });
});

describe('the limit of open files where none was asked for', () => {
  const limits = (hard: number): string => `Limit                     Soft Limit           Hard Limit           Units     \nMax open files            123                  ${hard}                 files     \n`;
  it('is the same whoever started the engine', () => {
    for (const hard of [456, 4096, 1_048_576]) expect(openFileLimits(true, { limits: limits(hard), most: '1048576\n' })).toEqual({ soft: 1024, hard: 524_288 });
  });

  it('is not above what the engine may give, or what anybody may have', () => {
    expect(openFileLimits(false, { limits: limits(4096), most: '1048576\n' })).toEqual({ soft: 1024, hard: 4096 });
    expect(openFileLimits(false, { limits: limits(456), most: '1048576\n' })).toEqual({ soft: 456, hard: 456 });
    expect(openFileLimits(true, { limits: limits(456), most: '65536\n' })).toEqual({ soft: 1024, hard: 65_536 });
  });

  it.each([['1.0.3', true], ['1.1.5+ds1', true], ['1.1.12', true], ['1.1.13', false], ['1.1.15+ds1', false], ['1.2.0', false], ['1.5.0', false], ['2.0.0', false], ['unknown', false]])('is told to be raised now and then by runc %s: %s', (version, races) => {
    expect(openFileRace(version) !== undefined).toBe(races);
  });
});
