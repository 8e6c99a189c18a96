import type { RuntimeRequirement, WindowsFacts, WindowsFeatureState } from '../core/index.ts';
import { documentsProcessIsolation } from '../image/index.ts';

/** The Host Compute Service's documented library, computecore.dll, begins with Windows Server 2019 and Windows 10 1809. */
const leastBuild = 17763;

type Feature = 'Containers' | 'Microsoft-Hyper-V';

/** Server roles have names of their own. */
const featureCommand = (edition: WindowsFacts['edition'], feature: Feature): string => {
  if (edition === 'client') return `Enable-WindowsOptionalFeature -Online -FeatureName ${feature} -All`;
  return feature === 'Containers' ? 'Install-WindowsFeature -Name Containers' : 'Install-WindowsFeature -Name Hyper-V -IncludeManagementTools';
};

const featureDetail: Readonly<Record<WindowsFeatureState, string>> = {
  enabled: 'it is enabled', disabled: 'it is not enabled', absent: 'this edition of Windows does not have it', unknown: 'its state could not be read',
};

const requirement = (name: string, satisfied: boolean, detail: string, remedy: string | undefined, neededFor?: RuntimeRequirement['neededFor']): RuntimeRequirement =>
  ({ name, satisfied, detail, remedy: satisfied ? undefined : remedy, ...(neededFor === undefined ? {} : { neededFor }) });

const feature = (facts: WindowsFacts, which: Feature, state: WindowsFeatureState, neededFor?: RuntimeRequirement['neededFor']): RuntimeRequirement =>
  // A state that cannot be read is no proof of anything: what the feature brings is looked at by itself.
  requirement(which === 'Containers' ? 'Containers feature' : 'Hyper-V feature', state === 'enabled' || state === 'unknown', featureDetail[state], state === 'absent' ? 'use an edition that has it: Windows Server, or Windows 10 or 11 Pro, Enterprise or Education' : featureCommand(facts.edition, which), neededFor);

const service = (facts: WindowsFacts, name: 'vmcompute' | 'hns', title: string): RuntimeRequirement => {
  const state = facts.services[name];
  return requirement(title, state === 'running', state === 'running' ? `${name} is running` : state === 'stopped' ? `${name} is not running` : `there is no service ${name}`, state === 'stopped' ? `Start-Service -Name ${name}` : featureCommand(facts.edition, 'Containers'));
};

const virtualisation = (facts: WindowsFacts): RuntimeRequirement => {
  const has = facts.hypervisorRunning || facts.virtualizationExtensions !== false;
  if (!facts.virtualMachine) return requirement('virtualisation', has, has ? 'the processor offers it' : 'the processor does not offer it, or the firmware hides it', 'enable virtualisation (Intel VT-x or AMD-V) in the firmware of this machine', 'HyperV');
  return requirement('nested virtualisation', has, has ? 'this virtual machine has it' : 'this virtual machine was given none',
    'on the parent host, while this virtual machine is off: Set-VMProcessor -VMName <this virtual machine> -ExposeVirtualizationExtensions $true', 'HyperV');
};

/** Why a Linux container is run in a VM of its own or in a shared one; told where a person chooses. */
const linuxAdvice = 'LCOW gives each Linux container a utility VM: for Linux beside Windows on one host, and for kernel isolation between Linux containers. One shared VM suits complex networking, and where isolation between Linux containers does not matter';

/**
 * What isolation on a Windows host needs, and whether it has it. It looks at the facts alone. What says
 * nothing of `neededFor` every container needs.
 */
export const windowsIsolationRequirements = (facts: WindowsFacts): readonly RuntimeRequirement[] => [
  requirement('Windows build', facts.build >= leastBuild, `${facts.productName}, build ${facts.build}${facts.revision === undefined ? '' : `.${facts.revision}`}`, 'use Windows Server 2019, Windows 10 1809, or a later one'),
  feature(facts, 'Containers', facts.containersFeature),
  requirement('Host Compute Service libraries', facts.missingLibraries.length === 0, facts.missingLibraries.length === 0 ? 'all of them are there' : `missing: ${facts.missingLibraries.join(', ')}`, featureCommand(facts.edition, 'Containers')),
  service(facts, 'vmcompute', 'Host Compute Service'),
  service(facts, 'hns', 'Host Networking Service'),
  requirement('process isolation', documentsProcessIsolation(facts), documentsProcessIsolation(facts) ? 'Microsoft documents it for this Windows' : 'Microsoft documents none for this Windows', 'use Hyper-V isolation', 'Process'),
  feature(facts, 'Microsoft-Hyper-V', facts.hyperVFeature, 'HyperV'),
  virtualisation(facts),
  requirement('hypervisor', facts.hypervisorRunning, facts.hypervisorRunning ? 'it is running' : facts.rebootPending ? 'it is not running; a restart is pending' : 'it is not running', facts.rebootPending ? 'Restart-Computer' : 'bcdedit /set hypervisorlaunchtype auto; Restart-Computer', 'HyperV'),
  requirement('Linux kernel', facts.linuxKernelPath !== undefined, `${facts.linuxKernelPath ?? 'no kernel for utility VMs was found'}. ${linuxAdvice}`, 'install a kernel and root file system for Linux utility VMs (LCOW) below C:\\Program Files\\Linux Containers', 'LinuxContainers'),
];

/** What a Windows host must have, each with the command that mends it; but for the disk, which belongs to a state root. */
export const windowsRequirements = (facts: WindowsFacts, about: { readonly elevated: boolean }): readonly RuntimeRequirement[] => [
  requirement('administrative rights', about.elevated, about.elevated ? 'the engine runs elevated' : 'the engine does not run elevated', 'Start-Process -FilePath pwsh -Verb RunAs'),
  ...windowsIsolationRequirements(facts),
  ...(facts.foreignFilters === undefined ? [] : [requirement('file-system filters', facts.foreignFilters.length === 0, facts.foreignFilters.length === 0 ? 'all of them come with Windows' : `not of Windows: ${facts.foreignFilters.join(', ')}`, 'where layers fail, unload one for a try: fltmc unload <name>', 'Advice')]),
  requirement('no restart pending', !facts.rebootPending, facts.rebootPending ? 'an update or a feature waits for a restart' : 'nothing waits for a restart', 'Restart-Computer', 'Advice'),
];
