import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { defaultCapabilities } from '../../../src/runtime/conmon/capabilities.ts';
import { SeccompProfile, seccompProfilePath, type OciSeccomp } from '../../../src/runtime/runc/seccomp.ts';

const amd64 = { architecture: 'amd64', kernelVersion: '6.1.0-18-amd64' };
const allow = 'SCMP_ACT_ALLOW';
const refuse = 'SCMP_ACT_ERRNO';

const folder = mkdtempSync(join(tmpdir(), 'silo-seccomp-'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
let count = 0;

/** What becomes of a profile on a host, for a task with these capabilities. */
const resolveSeccomp = (profile: object, host: typeof amd64, capabilities: readonly string[]): OciSeccomp => {
  const path = join(folder, `profile-${count++}.json`);
  writeFileSync(path, JSON.stringify(profile));
  return new SeccompProfile(host, path).for(capabilities);
};

/** What the resolved profile does with a call, regardless of its arguments. */
const rulesFor = ({ syscalls }: OciSeccomp, name: string): readonly OciSeccomp['syscalls'][number][] => syscalls.filter(({ names }) => names.includes(name));
const verdict = (resolved: OciSeccomp, name: string): readonly string[] => rulesFor(resolved, name).map(({ action, errnoRet }) => (errnoRet === undefined ? action : `${action} ${errnoRet}`));

describe('the conditions of a profile', () => {
  const resolve = (rule: object, host: Partial<typeof amd64> = {}, capabilities: readonly string[] = []): boolean =>
    resolveSeccomp({ defaultAction: refuse, syscalls: [{ names: ['x'], action: allow, ...rule }] }, { ...amd64, ...host }, capabilities).syscalls.length === 1;

  it.each<[boolean, object, Partial<typeof amd64>, readonly string[]]>([
    [true, {}, {}, []],
    [true, { includes: {}, excludes: {} }, {}, []],
    [true, { includes: { caps: [], arches: [] }, excludes: { caps: [], arches: [] } }, {}, []],
    [true, { includes: { caps: ['A'] } }, {}, ['A', 'B']],
    [false, { includes: { caps: ['A', 'B'] } }, {}, ['A']],
    [true, { includes: { arches: ['arm64', 'amd64'] } }, {}, []],
    [false, { includes: { arches: ['arm64'] } }, {}, []],
    [true, { includes: { arches: ['arm64'] } }, { architecture: 'arm64' }, []],
    [false, { includes: { arches: ['amd64'], caps: ['A'] } }, {}, []],
    [false, { excludes: { caps: ['A', 'B'] } }, {}, ['B']],
    [true, { excludes: { caps: ['A'] } }, {}, ['B']],
    [false, { excludes: { arches: ['amd64'] } }, {}, []],
    [true, { includes: { minKernel: '4.8' } }, { kernelVersion: '4.8.0' }, []],
    [false, { includes: { minKernel: '4.8' } }, { kernelVersion: '4.7.10-generic' }, []],
    [true, { includes: { minKernel: '4.8' } }, { kernelVersion: '4.10.0' }, []],
    [true, { includes: { minKernel: '4.8' } }, { kernelVersion: '6.0' }, []],
    [false, { includes: { minKernel: '5.0' } }, { kernelVersion: '4.19.0' }, []],
    [false, { excludes: { minKernel: '4.8' } }, { kernelVersion: '5.0' }, []],
  ])('%s for %j on %j with %j', (kept, rule, host, capabilities) => { expect(resolve(rule, host, capabilities)).toBe(kept); });

  it('are gone from what runc gets, with all that runc does not know', () => {
    const profile = { defaultAction: refuse, defaultErrno: 'ENOSYS', syscalls: [{ names: ['a'], action: refuse, errnoRet: 1, errno: 'EPERM', comment: '', args: [], includes: {}, excludes: {} }, { names: ['b'], action: allow, args: [{ index: 0, value: 1, op: 'SCMP_CMP_EQ' }] }] };
    expect(resolveSeccomp(profile, amd64, [])).toEqual({ defaultAction: refuse, syscalls: [{ names: ['a'], action: refuse, errnoRet: 1 }, { names: ['b'], action: allow, args: [{ index: 0, value: 1, op: 'SCMP_CMP_EQ' }] }] });
  });

  it('name the other ways into the kernel, so that a 32-bit call is no way around', () => {
    const archMap = [{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] }, { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: null }];
    const architectures = (architecture: string): readonly string[] | undefined => resolveSeccomp({ defaultAction: refuse, archMap, syscalls: [] }, { ...amd64, architecture }, []).architectures;
    expect(architectures('amd64')).toEqual(['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86']);
    expect(architectures('arm64')).toEqual(['SCMP_ARCH_AARCH64']);
    expect(architectures('riscv64')).toBeUndefined();
  });
});

const whyNoProfile = existsSync(seccompProfilePath) ? undefined : `${seccompProfilePath} is missing`;
describe.skipIf(whyNoProfile !== undefined)("the distribution's profile", () => {
  const profile = new SeccompProfile(amd64);
  const usual = profile.for(defaultCapabilities);

  it('allows what every program needs, and answers what it does not know with ENOSYS', () => {
    for (const name of ['read', 'write', 'openat', 'execve', 'clone', 'futex', 'mmap', 'chroot']) expect(verdict(usual, name)).toEqual([allow]);
    expect([usual.defaultAction, usual.defaultErrnoRet]).toEqual([refuse, 38]);
    expect(rulesFor(usual, 'no_such_call')).toEqual([]);
    // x32 is left out on purpose: see unusedArchitecture.
    expect(usual.architectures).toEqual(['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86']);
  });

  it.each(['kexec_load', 'init_module', 'finit_module', 'bpf', 'open_by_handle_at', 'iopl', 'settimeofday', 'acct', 'perf_event_open'])('refuses %s to a usual task with EPERM', (name) => { expect(verdict(usual, name)).toEqual([`${refuse} 1`]); });

  it.each([['bpf', 'CAP_SYS_ADMIN'], ['init_module', 'CAP_SYS_MODULE'], ['open_by_handle_at', 'CAP_DAC_READ_SEARCH'], ['settimeofday', 'CAP_SYS_TIME'], ['chroot', 'CAP_SYS_CHROOT'], ['acct', 'CAP_SYS_PACCT']])('allows %s with %s and refuses it without', (name, capability) => {
    expect(verdict(profile.for([...defaultCapabilities, capability]), name)).toEqual([allow]);
    expect(verdict(profile.for(defaultCapabilities.filter((other) => other !== capability)), name)).toEqual([`${refuse} 1`]);
  });

  it('keeps conditions on arguments', () => {
    expect(rulesFor(usual, 'personality').map(({ args }) => args?.length)).toEqual([1, 1, 1, 1, 1]);
    expect(verdict(usual, 'socket')).toEqual([allow]);
    const withoutAudit = profile.for(defaultCapabilities.filter((capability) => capability !== 'CAP_AUDIT_WRITE'));
    expect(rulesFor(withoutAudit, 'socket').every(({ args }) => (args?.length ?? 0) > 0)).toBe(true);
  });

  it('has the calls of this processor and not of others', () => {
    expect(verdict(usual, 'arch_prctl')).toEqual([allow]);
    expect(verdict(usual, 's390_runtime_instr')).toEqual([]);
    const arm = new SeccompProfile({ ...amd64, architecture: 'arm64' }).for(defaultCapabilities);
    expect(verdict(arm, 'arch_prctl')).toEqual([]);
    expect(verdict(arm, 'cacheflush')).toEqual([allow]);
    expect(arm.architectures).toEqual(['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM']);
  });

  it('is resolved once for each set of capabilities', () => {
    expect(profile.for([...defaultCapabilities])).toBe(usual);
    expect(profile.for([])).not.toBe(usual);
  });
});

it('a profile that is missing is told by its path', () => {
  const path = join(folder, 'missing.json');
  expect(() => new SeccompProfile(amd64, path).for([])).toThrow(expect.objectContaining({ code: 'SeccompProfileMissing', args: { path } }));
});
