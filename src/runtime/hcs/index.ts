/**
 * The Host Compute Service of Windows, and the Runtime on it. It owns the calls, handles and documents of HCS;
 * it refuses vmcompute.dll, schema 1, and policy: what a container is called and when it is removed is
 * decided above. `HostComputeService` and the documents are good by themselves, also outside of Silo
 * (package export "./hcs"); `HcsRuntime` is made by whoever holds stdio, and called through the Runtime seam.
 */
export { HostComputeService } from './host-compute-service.ts';
export type { ComputeSystem, ProcessNames, SystemEvent, SystemExit } from './compute-system.ts';
export type { ComputeProcess, ProcessExit } from './compute-process.ts';
export type { HcsLibraries } from './hcs-calls.ts';
export type { CallOptions } from './waiting.ts';
export { hresultTable, type HresultRow } from './hresult-table.ts';
export { checkDocument, documentSchemas, type DocumentName } from './check-document.ts';
export type { BasicInformation, CredentialGuardSystemInfo, ExitType, ProcessDetails, ProcessStatus, ServiceProperties, Statistics, SystemExitStatus, SystemProperties, SystemState } from './documents/answers.ts';
export type { ComputeSystemDocument, HostedSystem } from './documents/compute-system.ts';
export type { Container, ContainerCredentialGuard, Device, Layer, MappedDirectory, MappedPipe, RegistryChanges, RegistryValue, Version } from './documents/container.ts';
export type { Attachment, NetworkAdapter, Plan9Share, VirtualMachine, VirtualPciDevice, VirtualPMemDevice, VirtualSmbShare } from './documents/virtual-machine.ts';
export type { ProcessModifyRequest, ProcessParameters, SignalProcessOptions } from './documents/process.ts';
export type { CrashOptions, CrashReport, CredentialGuardRequest, GuestRequest, ModificationRequest, ModifySettingRequest, PauseOptions, SaveOptions, ServicePropertyQuery, SystemPropertyQuery, SystemQuery } from './documents/requests.ts';
export { ForeignComputeSystems } from './foreign-systems.ts';
export { HcsBundles, type HcsBundlesOptions } from './bundles/hcs-bundles.ts';
export { HcsRuntime, type HcsRuntimeOptions } from './hcs-runtime.ts';
export type { DoorPlaces } from './join-door.ts';
export { joinHeldProcess } from './join-held-process.ts';
export { hyperVIsolation, linuxIsolation, processIsolation, type IsolationPlan } from './isolation-plan.ts';
export type { MachineSize } from './machine-place.ts';
export { findLinuxBoot } from './linux-boot.ts';
export type { LinuxBoot } from './builders/linux-guest.ts';
export { commandLine } from './builders/command-line.ts';
export { SiloError, isSiloError } from '../../base/index.ts';
