import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/base/index.ts';
import { checkCredentialSpec, hostNameWarnings } from '../../../src/engine/credential-spec.ts';
import { checkResources, resolveSettings, settingNames, type SettingsRequest } from '../../../src/engine/container-settings.ts';
import { linuxContainers } from '../../../src/engine/linux-containers.ts';
import { windowsContainers } from '../../../src/engine/windows-containers.ts';

const resolve = (request: SettingsRequest, mode: Parameters<typeof resolveSettings>[1] = 'none'): ReturnType<typeof resolveSettings> => resolveSettings(request, mode, (name) => `id of ${name}`);
const refuses = (request: SettingsRequest, code: ErrorCode, parameter: string, mode?: Parameters<typeof resolveSettings>[1]): void => {
  expect(() => resolve(request, mode)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(parameter) as string }) as Error);
};

describe('settings of a container', () => {
  it('are left out where nothing was asked for, or only what is so anyhow', () => {
    expect(resolve({})).toBeUndefined();
    expect(resolve({ seccompProfile: 'Default', pidMode: 'Private', userNamespace: 'host', init: false, devices: [] })).toBeUndefined();
  });

  it('have one spelling for capabilities, however they were written', () => {
    expect(resolve({ addedCapabilities: ['net_admin', 'CAP_SYS_TIME', 'all'], droppedCapabilities: ['Chown'] })).toEqual({ addedCapabilities: ['CAP_NET_ADMIN', 'CAP_SYS_TIME', 'ALL'], droppedCapabilities: ['CAP_CHOWN'] });
    refuses({ addedCapabilities: ['NET ADMIN'] }, 'ParameterInvalid', 'addedCapabilities');
  });

  it('read devices with another name, another access, or both', () => {
    expect(resolve({ devices: ['/dev/a', '/dev/b:/dev/c', '/dev/d:r', '/dev/e:/dev/f:rw'] })?.devices).toEqual([
      { hostPath: '/dev/a', containerPath: '/dev/a', access: 'rwm' }, { hostPath: '/dev/b', containerPath: '/dev/c', access: 'rwm' },
      { hostPath: '/dev/d', containerPath: '/dev/d', access: 'r' }, { hostPath: '/dev/e', containerPath: '/dev/f', access: 'rw' },
    ]);
    for (const text of ['dev/a', '/dev/a:', '/dev/a:x', '/dev/a:rr', '/dev/a:/dev/b:r:w', '']) refuses({ devices: [text] }, 'ParameterInvalid', 'devices');
    refuses({ devices: ['/dev/a', '/dev/b:/dev/a'] }, 'ParameterInvalid', 'two of them');
  });

  it('take the soft limit for the hard one where that is left out; no limit is above every number', () => {
    expect(resolve({ userLimits: [{ name: 'RLIMIT_NOFILE', soft: 5 }, { name: 'core', soft: 3, hard: -1 }] })?.userLimits).toEqual([{ name: 'nofile', soft: 5, hard: 5 }, { name: 'core', soft: 3, hard: -1 }]);
    refuses({ userLimits: [{ name: 'core', soft: -1, hard: 3 }] }, 'ParameterInvalid', 'above the hard one');
  });

  it('hold kernel parameters to the namespaces that are the container\'s own', () => {
    expect(resolve({ kernelParameters: [{ name: 'net/ipv4/ip_forward', value: '1' }] })?.kernelParameters).toEqual([{ name: 'net.ipv4.ip_forward', value: '1' }]);
    for (const name of ['kernel.shmmax', 'fs.mqueue.msg_max', 'kernel.domainname']) expect(resolve({ kernelParameters: [{ name, value: '1' }] })).toBeDefined();
    for (const name of ['kernel.panic', 'vm.swappiness', 'fs.file-max']) refuses({ kernelParameters: [{ name, value: '1' }] }, 'OptionUnsupported', name);
    for (const name of ['..', 'net', 'net.../x', '']) refuses({ kernelParameters: [{ name, value: '1' }] }, 'ParameterInvalid', 'kernelParameters');
    refuses({ kernelParameters: [{ name: 'net.core.somaxconn', value: '1' }] }, 'ParameterInvalid', 'network', 'host');
    refuses({ kernelParameters: [{ name: 'kernel.shmmax', value: '1' }], ipcMode: 'host' }, 'ParameterInvalid', 'ipc');
  });

  it('name the other container by its id', () => {
    expect(resolve({ pidMode: 'Container:db', ipcMode: 'HOST' })).toEqual({ pidMode: 'id of db', ipcMode: 'host' });
    refuses({ pidMode: 'db' }, 'ParameterInvalid', 'pidMode');
  });

  it('take no relative path for a seccomp profile, and no remapped users', () => {
    refuses({ seccompProfile: 'profile.json' }, 'ParameterInvalid', 'seccompProfile');
    refuses({ userNamespace: 'auto' }, 'OptionUnsupported', 'userNamespace');
  });

  it('devices are of the kind that the system of the container has', () => {
    const gpu = 'class/5B45201D-F2F2-4F3B-85BB-30FF1F953599';
    const kept = gpu.toLowerCase();
    expect(resolve({ devices: [gpu] })?.devices).toEqual([{ hostPath: kept, containerPath: kept, access: 'rwm' }]);
    windowsContainers.checkOptions({ resources: {}, devices: [gpu, `class/{${gpu.slice(6)}}`] });
    for (const devices of [['/dev/a'], [gpu, 'class/all'], ['5B45201D-F2F2-4F3B-85BB-30FF1F953599']])
      expect(() => { windowsContainers.checkOptions({ resources: {}, devices }); }).toThrow(expect.objectContaining({ code: 'OptionUnsupported', message: expect.stringContaining('class/<GUID>') as string }) as Error);
    expect(() => { linuxContainers.checkOptions({ resources: {}, devices: ['/dev/a', gpu] }); }).toThrow(expect.objectContaining({ code: 'OptionUnsupported' }) as Error);
  });

  it.each(settingNames.filter((name) => name !== 'devices'))('%s is refused by its name for Windows containers', (name) => {
    expect(() => { windowsContainers.checkOptions({ resources: {}, [name]: 'anything' }); }).toThrow(expect.objectContaining({ code: 'OptionUnsupported', message: expect.stringContaining(name) as string }) as Error);
  });
});

describe('a credential specification', () => {
  const spec = { CmsPlugins: ['ActiveDirectory'], DomainJoinConfig: { DnsName: 'contoso.com' }, ActiveDirectoryConfig: { GroupManagedServiceAccounts: [{ Name: 'WebApp01', Scope: 'contoso.com' }] }, More: 1 };

  it('is kept whole, in one spelling', () => { expect(checkCredentialSpec(JSON.stringify(spec, null, 2))).toBe(JSON.stringify(spec)); });

  it.each([
    ['no JSON', '{ secret'], ['no JSON object', '["secret"]'], ['CmsPlugins', '{}'], ['CmsPlugins', JSON.stringify({ ...spec, CmsPlugins: ['secret'] })],
    ['DomainJoinConfig', JSON.stringify({ ...spec, DomainJoinConfig: 'secret' })], ['GroupManagedServiceAccounts', JSON.stringify({ ...spec, ActiveDirectoryConfig: { GroupManagedServiceAccounts: [] } })],
  ])('is refused for %s, without a word of what stands in it: %s', (named, text) => {
    const refused = (): string => checkCredentialSpec(text);
    expect(refused).toThrow(expect.objectContaining({ code: 'ParameterInvalid', message: expect.stringContaining(named) as string }) as Error);
    expect(refused).not.toThrow(/secret/);
  });

  it('is refused by its name for Linux containers, and taken for Windows containers', () => {
    expect(() => { linuxContainers.checkOptions({ resources: {}, credentialSpec: '{}' }); }).toThrow(expect.objectContaining({ code: 'OptionUnsupported', message: expect.stringContaining('credentialSpec') as string }) as Error);
    expect(() => { windowsContainers.checkOptions({ resources: {}, credentialSpec: '{}' }); }).not.toThrow();
  });

  it('needs a word only beside a host name', () => {
    expect(hostNameWarnings({ credentialSpec: '{}' })).toEqual([]);
    expect(hostNameWarnings({ hostName: 'web' })).toEqual([]);
    expect(hostNameWarnings({ credentialSpec: '{}', hostName: 'web' })).toEqual([expect.stringContaining('host name')]);
  });
});

describe('limits', () => {
  it('stand with what they need', () => {
    for (const resources of [{ memorySwapBytes: 1 }, { cpuSet: '0-' }, { cpuSet: '' }, { blockIoLimits: [{ device: 'sda', readBytesPerSecond: 1 }] }, { blockIoLimits: [{ device: '/dev/sda' }] }]) {
      expect(() => { checkResources(resources); }).toThrow(expect.objectContaining({ code: 'ParameterInvalid' }) as Error);
    }
    expect(() => { checkResources({ memoryBytes: 9 }, true); }).not.toThrow();
    expect(() => { checkResources({}, true); }).toThrow('oomKillDisabled');
  });
});
