import { describe, expect, it } from 'vitest';
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
