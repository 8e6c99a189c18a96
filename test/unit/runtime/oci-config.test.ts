import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SiloError } from '../../../src/base/index.ts';
import { capabilitiesOf, defaultCapabilities, grantableCapabilities } from '../../../src/runtime/conmon/capabilities.ts';
import { checkDocument } from '../../../src/runtime/runc/config-check.ts';
import { ociConfig, ociProcess } from '../../../src/runtime/runc/oci-config.ts';
import { openFileLimits } from '../../../src/runtime/runc/open-file-limits.ts';
import { SeccompProfile, seccompProfilePath } from '../../../src/runtime/runc/seccomp.ts';
import { publishedOciSchema, whyNoOciSchema } from '../../fixtures/oci-schema.ts';
import { grants, processSpec, rootUser, taskSpec } from './task-spec.ts';

interface Config {
  readonly process: { readonly env: readonly string[]; readonly capabilities: Readonly<Record<string, readonly string[]>>; readonly noNewPrivileges: boolean; readonly user: object };
  readonly root: { readonly readonly: boolean };
  readonly mounts: readonly { readonly destination: string; readonly source: string; readonly type: string; readonly options: readonly string[] }[];
  readonly linux: {
    readonly namespaces: readonly { readonly type: string; readonly path?: string }[];
    readonly resources: { readonly devices: readonly object[]; readonly memory?: object; readonly cpu?: object; readonly pids: object };
    readonly seccomp?: object; readonly maskedPaths?: readonly string[]; readonly readonlyPaths?: readonly string[];
  };
}
const config = (...[spec, user, granted]: Parameters<typeof ociConfig>): Config => ociConfig(spec, user, granted) as Config;
const plain = config(taskSpec(), rootUser, grants());

const full = taskSpec({
  process: processSpec({ args: ['/bin/sh', '-c', '', 'ä\n"'], env: ['PATH=/bin', 'EMPTY=', 'TWO=a=b\nc', 'HOME=/elsewhere'], workingDirectory: '/srv/a b', terminal: true, capabilities: ['CAP_NET_RAW', 'CAP_CHOWN'] }),
  resources: { memoryBytes: 6 * 1024 * 1024, cpuCount: 1.5, cpuWeight: 200, processCount: 1 }, readOnlyRoot: true, hostName: 'a'.repeat(63),
  mounts: [{ source: '/srv', target: '/data', readOnly: true }, { source: '/srv', target: '/more', readOnly: false }],
});
const specs = {
  'a plain task': plain,
  'one with everything': config(full, { uid: 1000, gid: 101, additionalGids: [4_294_967_294, 5], home: '/home/x' }, grants()),
  'a privileged one': config(taskSpec({ privileged: true, process: processSpec({ noNewPrivileges: false }) }), rootUser, grants({ seccomp: undefined })),
  "one on the host's network": config(taskSpec({ networkNamespacePath: undefined }), rootUser, grants()),
  'one with hardly any limit': config(taskSpec({ resources: { cpuCount: 0.000_1, cpuWeight: 1 } }), rootUser, grants({ openFiles: { soft: 1, hard: 1 } })),
  'one with the largest limits': config(taskSpec({ resources: { cpuCount: 65_536, cpuWeight: 10_000, memoryBytes: 2 ** 50, processCount: 4_194_304 } }), rootUser, grants()),
  ...(existsSync(seccompProfilePath)
    ? { "one with the distribution's seccomp profile and this host's rights": config(taskSpec(), rootUser, { grantable: grantableCapabilities(), seccomp: new SeccompProfile({ architecture: 'amd64', kernelVersion: '6.1.0' }).for(defaultCapabilities), openFiles: openFileLimits(false) }) }
    : {}),
};

if (whyNoOciSchema !== undefined) console.log(`Skipped: ${whyNoOciSchema}`);

describe.skipIf(whyNoOciSchema !== undefined)('OCI configurations and the published schema', () => {
  it.each(Object.entries(specs))('agree: %s', (_, document) => {
    const validate = publishedOciSchema();
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each<[string, (document: Record<string, never>) => void]>([
    ['no version', (document) => { delete document['ociVersion']; }],
    ['a namespace that nobody knows', (document) => { (document as unknown as { linux: { namespaces: object[] } }).linux.namespaces.push({ type: 'bogus' }); }],
    ['a user without a number', (document) => { (document as unknown as { process: { user: object } }).process.user = { uid: 'root' }; }],
    ['a device rule without a decision', (document) => { (document as unknown as { linux: { resources: { devices: object[] } } }).linux.resources.devices.push({ access: 'r' }); }],
    ['a seccomp action that nobody knows', (document) => { (document as unknown as { linux: { seccomp: object } }).linux.seccomp = { defaultAction: 'SCMP_ACT_MAYBE' }; }],
  ])('disagree where a configuration has %s: all files are really read', (_, break_) => {
    const broken = structuredClone(plain) as unknown as Record<string, never>;
    break_(broken);
    expect(publishedOciSchema()(broken)).toBe(false);
  });
});

describe('the check of a configuration', () => {
  it.each(Object.entries(specs))('takes %s', (_, document) => { expect(() => { checkDocument('config', document); }).not.toThrow(); });
  it.each(Object.entries(specs))('takes the process of %s for itself', (_, { process }) => { expect(() => { checkDocument('process', process); }).not.toThrow(); });

  /** The document with the value at a path replaced; undefined takes the field out. */
  const changed = (path: string, value: unknown): object => {
    const copy = structuredClone(plain) as unknown as Record<string, unknown>;
    const steps = path.split('.');
    const last = steps.pop() ?? '';
    const parent = steps.reduce((node, step) => node[step] as Record<string, unknown>, copy);
    if (value === undefined) Reflect.deleteProperty(parent, last);
    else parent[last] = value;
    return copy;
  };

  it.each<[string, unknown]>([
    ['ociVersion', '1.1.0'], ['ociVersion', undefined], ['hooks', {}], ['hostname', ''], ['hostname', 'a b'], ['hostname', `a${'b'.repeat(63)}`], ['annotations', {}],
    ['process', undefined], ['process.args', []], ['process.args.0', 'a\0b'], ['process.args.0', 1], ['process.cwd', 'srv'], ['process.cwd', '/srv\0'], ['process.env.0', 'PATH'], ['process.env.0', '=x'], ['process.env.0', 'A=\0'],
    ['process.user.uid', -1], ['process.user.gid', 4_294_967_296], ['process.user.uid', '0'], ['process.user', { uid: 0 }], ['process.noNewPrivileges', undefined], ['process.capabilities.ambient', ['CAP_CHOWN']], ['process.capabilities.bounding.0', 'chown'],
    ['process.apparmorProfile', 'x'], ['process.rlimits.0.type', 'core'], ['root.path', 'rootfs'], ['root.readonly', undefined], ['mounts.0.destination', 'proc'], ['mounts.0.source', ''], ['mounts.0.options', undefined],
    ['linux.cgroupsPath', 'silo/a'], ['linux.namespaces', [{ type: 'pid' }]], ['linux.namespaces.0', { type: 'user' }], ['linux.resources.pids', undefined], ['linux.resources.memory', { limit: 1 }], ['linux.seccomp.syscalls.0.names', []], ['linux.maskedPaths.0', 'proc'], ['linux.devices', [{ path: 'dev/x', type: 'c', major: 1, minor: 3 }]], ['linux.rootfsPropagation', 'everywhere'],
  ])('refuses one whose %s is %j', (path, value) => {
    const refuse = (): void => { checkDocument('config', changed(path, value)); };
    expect(refuse).toThrow(expect.objectContaining({ code: 'ConfigInvalid' }));
  });

  it('says where the mistake is', () => {
    try {
      checkDocument('config', changed('process.cwd', 'srv'));
      expect.unreachable();
    } catch (error) {
      expect((error as SiloError).args['reason']).toMatch(/^\/process\/cwd /);
    }
  });
});

describe('what a task may do', () => {
  it('is what Docker gives: its capabilities, its seccomp profile, and nothing gained by running a program', () => {
    expect(plain.process.noNewPrivileges).toBe(true);
    expect(plain.process.capabilities).toEqual({ bounding: defaultCapabilities, effective: defaultCapabilities, permitted: defaultCapabilities });
    expect(defaultCapabilities.length).toBe(14);
    expect(plain.linux.seccomp).toBeDefined();
  });

  it('is less for another user than root: the set only bounds what its files give', () => {
    expect(config(taskSpec(), { ...rootUser, uid: 1 }, grants()).process.capabilities).toEqual({ bounding: defaultCapabilities });
  });

  it('is never more than the engine may hand on', () => {
    const grantable = ['CAP_CHOWN', 'CAP_SYS_ADMIN'];
    expect(capabilitiesOf(processSpec(), false, grantable)).toEqual(['CAP_CHOWN']);
    expect(capabilitiesOf(processSpec({ capabilities: ['CAP_NET_RAW', 'CAP_SYS_ADMIN'] }), false, grantable)).toEqual(['CAP_SYS_ADMIN']);
    expect(capabilitiesOf(processSpec({ capabilities: [] }), false, grantable)).toEqual([]);
    expect(capabilitiesOf(processSpec(), true, grantable)).toEqual(grantable);
    expect(capabilitiesOf(processSpec(), true, [])).toEqual([]);
  });

  it('leaves the kernel alone: files that tell of or change the host are masked or cannot be written, and no device can be made', () => {
    for (const path of ['/proc/kcore', '/proc/keys', '/proc/timer_list', '/sys/firmware', '/proc/scsi']) expect(plain.linux.maskedPaths).toContain(path);
    for (const path of ['/proc/sys', '/proc/sysrq-trigger', '/proc/irq', '/proc/bus']) expect(plain.linux.readonlyPaths).toContain(path);
    expect(plain.linux.resources.devices).toEqual([{ allow: false, access: 'rwm' }]);
    for (const path of ['/sys', '/sys/fs/cgroup']) expect(plain.mounts.find(({ destination }) => destination === path)?.options).toContain('ro');
    expect(plain.mounts.filter(({ type }) => type !== 'bind').every(({ options }) => options.includes('nosuid'))).toBe(true);
  });

  it('is all that the engine may do where it is privileged', () => {
    const { linux, process, mounts } = specs['a privileged one'];
    expect([linux.seccomp, linux.maskedPaths, linux.readonlyPaths]).toEqual([undefined, undefined, undefined]);
    expect(linux.resources.devices).toEqual([{ allow: true, access: 'rwm' }]);
    expect(process.capabilities['effective']).toEqual(grants().grantable);
    expect(mounts.find(({ destination }) => destination === '/sys')?.options).toContain('rw');
  });

  it('shares nothing with the host but its network where that is asked for', () => {
    const types = (of: Config): readonly string[] => of.linux.namespaces.map(({ type }) => type);
    expect(types(plain)).toEqual(['pid', 'ipc', 'uts', 'mount', 'network']);
    expect(plain.linux.namespaces.at(-1)?.path).toBe('/run/silo/x/netns/a');
    expect(types(specs["one on the host's network"])).toEqual(['pid', 'ipc', 'uts', 'mount']);
  });
});

describe('what a request becomes', () => {
  it.each([
    [{ memoryBytes: 1e8 }, { memory: { limit: 1e8, swap: 1e8 } }],
    [{ cpuCount: 0.5 }, { cpu: { quota: 50_000, period: 100_000 } }],
    [{ cpuCount: 0.000_1 }, { cpu: { quota: 1000, period: 100_000 } }],
    [{ cpuWeight: 100 }, { cpu: { shares: 1024 } }],
    [{ cpuWeight: 10_000 }, { cpu: { shares: 102_400 } }],
    [{ cpuWeight: 1 }, { cpu: { shares: 10 } }],
    [{ processCount: 7 }, { pids: { limit: 7 } }],
  ])('limits %j: %j', (resources, expected) => {
    const { devices: _devices, ...rest } = config(taskSpec({ resources }), rootUser, grants()).linux.resources;
    expect(rest).toEqual({ pids: { limit: 4096 }, ...expected });
  });

  it('mounts: read-only where asked for, never shared back to the host, after those of the system', () => {
    const { mounts } = specs['one with everything'];
    expect(mounts.slice(-2)).toEqual([
      { destination: '/data', type: 'bind', source: '/srv', options: ['rbind', 'rprivate', 'ro'] },
      { destination: '/more', type: 'bind', source: '/srv', options: ['rbind', 'rprivate', 'rw'] },
    ]);
    expect(mounts[0]?.destination).toBe('/proc');
  });

  it('a home folder: that of the user, but for an environment that names one', () => {
    expect(plain.process.env).toEqual(['PATH=/bin', 'HOME=/root']);
    expect(specs['one with everything'].process.env.filter((entry) => entry.startsWith('HOME='))).toEqual(['HOME=/elsewhere']);
  });

  it('groups of a user', () => {
    expect(ociProcess(processSpec(), { ...rootUser, additionalGids: [4] }, false, grants())).toMatchObject({ user: { uid: 0, gid: 0, additionalGids: [4] } });
    expect(plain.process.user).toEqual({ uid: 0, gid: 0 });
  });
});
