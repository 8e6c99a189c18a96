import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { arch, availableParallelism, hostname, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { foreignFilters, normalizeArchitecture } from '../base/index.ts';
import type { HostFacts, WindowsFacts, WindowsFeatureState } from '../core/index.ts';
import { isElevated, registryKeyExists, registryValue, serviceState } from '../../native/advapi32.ts';
import { FilterManager } from '../../native/fltlib.ts';
import { libraryLoads, processorFeature } from '../../native/kernel32.ts';
import { bootTime } from '../../native/ntdll.ts';

const version = String.raw`SOFTWARE\Microsoft\Windows NT\CurrentVersion`;
const productOptions = String.raw`SYSTEM\CurrentControlSet\Control\ProductOptions`;
const firmware = String.raw`HARDWARE\DESCRIPTION\System\BIOS`;
/** Keys that are there while a restart is due: of component servicing, and of Windows Update. */
const restartKeys = [String.raw`SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending`, String.raw`SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired`];

const libraries = ['computecore.dll', 'computestorage.dll', 'computenetwork.dll'];

const text = (key: string, name: string): string => String(registryValue(key, name) ?? '');

/** Windows 11 still calls itself Windows 10 here; its builds begin with 22000. */
const productName = (edition: WindowsFacts['edition'], build: number): string => {
  const name = text(version, 'ProductName') || 'Windows';
  return edition === 'client' && build >= 22_000 ? name.replace('Windows 10', 'Windows 11') : name;
};

/** What the makers of virtual machines write where a board's maker would stand. */
const virtualBoards = /virtual machine|vmware|virtualbox|kvm|qemu|bochs|xen|google compute engine|amazon ec2|openstack|parallels/i;

/** A feature by its name, from the servicing tool, in seconds; `unknown` where it cannot be asked, which it answers only administrators. */
const feature = (name: string): Promise<WindowsFeatureState> =>
  new Promise((resolve) => {
    execFile(join(process.env['SystemRoot'] ?? String.raw`C:\Windows`, 'System32', 'dism.exe'), ['/English', '/Online', '/Get-FeatureInfo', `/FeatureName:${name}`], { windowsHide: true }, (error, told) => {
      const state = /^State : (\w+)/m.exec(told)?.[1];
      if (state !== undefined) resolve(state === 'Enabled' ? 'enabled' : 'disabled');
      // DISM_E_UNKNOWN_FEATURE
      else resolve(/0x800f080c/i.test(told) || error?.code === 0x800f080c ? 'absent' : 'unknown');
    });
  });

/** Services that only a feature brings; asking for the feature itself takes seconds. */
const featuresByServices = (services: WindowsFacts['services']): Pick<WindowsFacts, 'containersFeature' | 'hyperVFeature'> => ({
  containersFeature: services.vmcompute === 'absent' ? 'disabled' : 'enabled',
  hyperVFeature: serviceState('vmms') === 'absent' ? 'disabled' : 'enabled',
});

/** Of filters that are loaded; nothing where they cannot be asked for. */
const filters = (): Pick<WindowsFacts, 'foreignFilters'> => {
  try {
    return { foreignFilters: foreignFilters(new FilterManager().filters()) };
  } catch {
    // A fact that cannot be had is no reason to have none of the others.
    return {};
  }
};

const windowsFacts = (): WindowsFacts => {
  const edition = text(productOptions, 'ProductType') === 'WinNT' ? 'client' : 'server';
  const build = Number(text(version, 'CurrentBuildNumber'));
  const revision = registryValue(version, 'UBR');
  const services = { vmcompute: serviceState('vmcompute'), hns: serviceState('hns') };
  // This service runs only in the partition that started the hypervisor.
  const hypervisorRunning = serviceState('HvHost') === 'running';
  const extensions = processorFeature('virtualizationEnabledInFirmware');
  const linuxKernelPath = join(process.env['ProgramFiles'] ?? String.raw`C:\Program Files`, 'Linux Containers');
  return {
    edition, build, revision: typeof revision === 'number' ? revision : undefined, productName: productName(edition, build),
    ...featuresByServices(services),
    missingLibraries: libraries.filter((name) => !libraryLoads(name)),
    services,
    hypervisorRunning,
    virtualMachine: virtualBoards.test(`${text(firmware, 'SystemManufacturer')} ${text(firmware, 'SystemProductName')}`),
    virtualizationExtensions: hypervisorRunning && !extensions ? undefined : extensions,
    linuxKernelPath: ['vmlinux', 'kernel'].some((name) => existsSync(join(linuxKernelPath, name))) ? linuxKernelPath : undefined,
    rebootPending: restartKeys.some(registryKeyExists),
  };
};

/** Of this machine. Features are told by the services that they bring. */
export const windowsHostFacts = (): HostFacts => {
  const windows = windowsFacts();
  return {
    os: 'windows',
    architecture: normalizeArchitecture(arch()),
    osVersion: windows.productName,
    kernelVersion: windows.revision === undefined ? release() : `${release()}.${windows.revision}`,
    windows,
    hostName: hostname(),
    elevated: isElevated(),
    bootId: (bootTime() ?? 0n).toString(16),
    cpuCount: availableParallelism(),
    memoryBytes: totalmem(),
    mountNamespaceProblem: undefined,
  };
};

/** The same, with the features as Windows' servicing tells them: for those who ask why something does not run. */
export const askedWindowsHostFacts = async (): Promise<HostFacts> => {
  const facts = windowsHostFacts();
  if (facts.windows === undefined || !facts.elevated) return facts;
  const [containers, hyperV] = await Promise.all([feature('Containers'), feature('Microsoft-Hyper-V')]);
  const known = (asked: WindowsFeatureState, seen: WindowsFeatureState): WindowsFeatureState => (asked === 'unknown' ? seen : asked);
  return { ...facts, windows: { ...facts.windows, ...filters(), containersFeature: known(containers, facts.windows.containersFeature), hyperVFeature: known(hyperV, facts.windows.hyperVFeature) } };
};
