import { describe, expect, it } from 'vitest';
import type { RuntimeRequirement, WindowsFacts } from '../../../src/core/index.ts';
import { isHostReady, windowsIsolations, windowsRequirements } from '../../../src/engine/index.ts';

const ready: WindowsFacts = {
  edition: 'server', build: 20348, revision: 2340, productName: 'Windows Server 2022 Datacenter', containersFeature: 'enabled', hyperVFeature: 'enabled', missingLibraries: [],
  services: { vmcompute: 'running', hns: 'running' }, hypervisorRunning: true, virtualMachine: false, virtualizationExtensions: undefined, linuxKernelPath: 'C:\\Program Files\\Linux Containers', rebootPending: false,
};
const client: WindowsFacts = { ...ready, edition: 'client', build: 22631, productName: 'Windows 11 Pro' };
const about = { elevated: true };
const find = (facts: WindowsFacts, name: string, changes: Partial<typeof about> = {}): RuntimeRequirement | undefined => windowsRequirements(facts, { ...about, ...changes }).find((requirement) => requirement.name === name);

describe('what a Windows host must have', () => {
  it('says which file-system filters are not of Windows, as advice alone, where they could be asked for', () => {
    expect(find(ready, 'file-system filters')).toBeUndefined();
    expect(find({ ...ready, foreignFilters: [] }, 'file-system filters')).toMatchObject({ satisfied: true, remedy: undefined });
    const facts = { ...ready, foreignFilters: ['cbfs6 (Activity Monitor, 384700)'] };
    expect(find(facts, 'file-system filters')).toMatchObject({ satisfied: false, detail: expect.stringContaining('cbfs6 (Activity Monitor, 384700)') as string, neededFor: 'Advice' });
    expect(isHostReady(windowsRequirements(facts, about))).toBe(true);
  });

  it('is all there on a host that has it, and nothing is to be mended', () => {
    const requirements = windowsRequirements(ready, about);
    expect(requirements.filter(({ satisfied, remedy }) => !satisfied || remedy !== undefined)).toEqual([]);
    expect(isHostReady(requirements)).toBe(true);
    expect(requirements.map(({ detail }) => detail)).not.toContain('');
  });

  it.each<[string, Partial<WindowsFacts>, 'server' | 'client', string]>([
    ['Containers feature', { containersFeature: 'disabled' }, 'server', 'Install-WindowsFeature -Name Containers'],
    ['Containers feature', { containersFeature: 'disabled' }, 'client', 'Enable-WindowsOptionalFeature -Online -FeatureName Containers -All'],
    ['Host Compute Service libraries', { missingLibraries: ['computecore.dll'] }, 'client', 'Enable-WindowsOptionalFeature -Online -FeatureName Containers -All'],
    ['Host Compute Service', { services: { vmcompute: 'stopped', hns: 'running' } }, 'server', 'Start-Service -Name vmcompute'],
    ['Host Compute Service', { services: { vmcompute: 'absent', hns: 'running' } }, 'server', 'Install-WindowsFeature -Name Containers'],
    ['Host Networking Service', { services: { vmcompute: 'running', hns: 'stopped' } }, 'server', 'Start-Service -Name hns'],
    ['Hyper-V feature', { hyperVFeature: 'disabled' }, 'server', 'Install-WindowsFeature -Name Hyper-V -IncludeManagementTools'],
    ['Hyper-V feature', { hyperVFeature: 'disabled' }, 'client', 'Enable-WindowsOptionalFeature -Online -FeatureName Microsoft-Hyper-V -All'],
    ['Hyper-V feature', { hyperVFeature: 'absent' }, 'client', 'use an edition that has it'],
    ['nested virtualisation', { virtualMachine: true, virtualizationExtensions: false, hypervisorRunning: false }, 'server', 'Set-VMProcessor -VMName <this virtual machine> -ExposeVirtualizationExtensions $true'],
    ['virtualisation', { virtualizationExtensions: false, hypervisorRunning: false }, 'client', 'firmware'],
    ['hypervisor', { hypervisorRunning: false, virtualizationExtensions: true }, 'server', 'bcdedit /set hypervisorlaunchtype auto'],
    ['hypervisor', { hypervisorRunning: false, virtualizationExtensions: true, rebootPending: true }, 'server', 'Restart-Computer'],
    ['no restart pending', { rebootPending: true }, 'server', 'Restart-Computer'],
    ['Windows build', { build: 14393 }, 'server', 'Windows Server 2019'],
    ['Linux kernel', { linuxKernelPath: undefined }, 'server', 'LCOW'],
  ])('tells that %s is missing (%j, %s), and how it is mended', (name, changes, edition, command) => {
    const found = find({ ...(edition === 'server' ? ready : client), ...changes }, name);
    expect(found?.satisfied).toBe(false);
    expect(found?.remedy).toContain(command);
  });

  it('is told of rights too', () => {
    expect(find(ready, 'administrative rights', { elevated: false })).toMatchObject({ satisfied: false, remedy: expect.stringContaining('RunAs') as string });
  });

  it('asks nothing of the firmware of a VM, and nothing of the parent of a machine', () => {
    expect(find({ ...ready, virtualMachine: true }, 'virtualisation')).toBeUndefined();
    expect(find(ready, 'nested virtualisation')).toBeUndefined();
  });

  it('says what Linux containers are better run in where a person chooses', () => {
    expect(find(ready, 'Linux kernel')?.detail).toMatch(/Linux beside Windows.*kernel isolation between Linux containers.*complex networking/);
  });

  it('takes a feature whose state cannot be read for what its parts are', () => {
    expect(isHostReady(windowsRequirements({ ...ready, containersFeature: 'unknown', hyperVFeature: 'unknown' }, about))).toBe(true);
    expect(isHostReady(windowsRequirements({ ...ready, containersFeature: 'unknown', services: { vmcompute: 'absent', hns: 'absent' } }, about))).toBe(false);
  });
});

describe('a Windows host', () => {
  const noHyperV = { hyperVFeature: 'disabled', hypervisorRunning: false, virtualizationExtensions: undefined } as const;

  it.each<[string, WindowsFacts, readonly [boolean, boolean, boolean]]>([
    ['a server with everything', ready, [true, true, true]], ['a server without Hyper-V', { ...ready, ...noHyperV }, [true, false, false]], ['Windows 11', client, [true, true, true]],
    ['Windows 10', { ...client, build: 19045 }, [false, true, true]], ['Windows 10 without Hyper-V', { ...client, build: 19045, ...noHyperV }, [false, false, false]],
    ['a server without the Containers feature', { ...ready, containersFeature: 'disabled' }, [false, false, false]], ['a server without a Linux kernel', { ...ready, linuxKernelPath: undefined }, [true, true, false]],
    ['a VM that was given no virtualisation', { ...ready, virtualMachine: true, virtualizationExtensions: false, hypervisorRunning: false }, [true, false, false]], ['Windows Server 2016', { ...ready, build: 14393 }, [false, false, false]],
  ])('that is %s runs process-isolated, Hyper-V isolated and Linux containers: %j', (_, facts, expected) => {
    const { Process, HyperV, Linux } = windowsIsolations(facts);
    expect([Process.available, HyperV.available, Linux.available]).toEqual(expected);
    for (const one of [Process, HyperV, Linux]) expect(one.reason).not.toBe('');
    expect(isHostReady(windowsRequirements(facts, about))).toBe(Process.available || HyperV.available);
  });

  it('says the first thing that is missing, with its command', () => {
    expect(windowsIsolations({ ...ready, virtualMachine: true, virtualizationExtensions: false, hypervisorRunning: false }).HyperV).toEqual({
      available: false, reason: 'nested virtualisation: this virtual machine was given none', action: expect.stringContaining('-ExposeVirtualizationExtensions $true') as string,
    });
  });

  it('is ready with a restart pending: containers run without it', () => {
    expect(isHostReady(windowsRequirements({ ...ready, rebootPending: true }, about))).toBe(true);
  });
});
