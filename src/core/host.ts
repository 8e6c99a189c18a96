/** State of an optional feature (DISM); `absent`: this edition has none of that name, `unknown`: it could not be asked. */
export type WindowsFeatureState = 'enabled' | 'disabled' | 'absent' | 'unknown';

/** State of a service (service control manager); every state but running counts as stopped. */
export type WindowsServiceState = 'running' | 'stopped' | 'absent';

/** What of a Windows machine decides which containers it runs. Each field is something that was looked at; conclusions are the reader's. */
export interface WindowsFacts {
  /** Workstation product types are clients (OSVERSIONINFOEXW.wProductType). */
  readonly edition: 'server' | 'client';
  readonly build: number;
  /** UBR; undefined where it could not be read. */
  readonly revision: number | undefined;
  /** As people say it: Windows Server 2022 Datacenter. */
  readonly productName: string;
  readonly containersFeature: WindowsFeatureState;
  readonly hyperVFeature: WindowsFeatureState;
  /** Names of those system libraries that could not be loaded, such as computecore.dll. */
  readonly missingLibraries: readonly string[];
  readonly services: { readonly vmcompute: WindowsServiceState; readonly hns: WindowsServiceState };
  /** True where this system has started a hypervisor of its own, so that it can run VMs. */
  readonly hypervisorRunning: boolean;
  /** True where this system is itself a VM. */
  readonly virtualMachine: boolean;
  /** Whether the processor offers virtualisation to this system: a VM sees it only with nested virtualisation. Undefined where a running hypervisor hides it. */
  readonly virtualizationExtensions: boolean | undefined;
  /** Folder with kernel and root file system for utility VMs that run Linux; undefined where there is none. */
  readonly linuxKernelPath: string | undefined;
  /** Loaded file-system filters that do not come with Windows, each with its group and altitude. Undefined where nobody asked, or who did may not know. */
  readonly foreignFilters?: readonly string[];
  /** True where an update or feature waits for a restart. */
  readonly rebootPending: boolean;
}

/** Facts of the machine that policy needs; the composition root gives them. */
export interface HostFacts {
  readonly os: string;
  readonly architecture: string;
  readonly osVersion: string;
  readonly kernelVersion: string;
  /** Windows alone. */
  readonly windows?: WindowsFacts;
  readonly hostName: string;
  readonly elevated: boolean;
  readonly bootId: string;
  readonly cpuCount: number;
  readonly memoryBytes: number;
  /** Undefined where engines on this host may mount; otherwise why not (decision 9). */
  readonly mountNamespaceProblem: string | undefined;
}

/** Time as the engine sees it; tests of a clock set back inject another. */
export interface Clock { now(): Date }

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What a look at a container that was just started found: nothing of note, output that will soon be too much, or that nobody need look again. */
export type EarlyLook = 'quiet' | 'growing' | 'gone';

/** Starts the supervisor of this root where it isn't running (decision 11). */
export interface SupervisorStarter {
  ensure(): Promise<void>;
  /** The same in a moment, where it is still needed then. `meanwhile` does some times what the supervisor would do, until that is there. */
  ensureSoon(meanwhile?: () => Promise<EarlyLook>): void;
  /** Does at once what was put off. */
  close(): Promise<void>;
}

export interface SupervisorControl extends SupervisorStarter {
  /** Asks whichever is at work to end as soon as it has nothing to watch, until the signal, and lets go of it: for who takes the root away under it. */
  retire(signal: AbortSignal): Promise<void>;
}
