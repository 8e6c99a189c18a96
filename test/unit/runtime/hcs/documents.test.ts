import { describe, expect, it } from 'vitest';
import type { SnapshotStorage } from '../../../../src/core/index.ts';
import { linuxProcess, windowsProcess } from '../../../../src/runtime/hcs/builders/process-parameters.ts';
import { hostedLinuxSystem, joinedLinuxSpecification, linuxGuestSteps, linuxNetworkRequests, linuxUtilityVm, type LinuxBoot } from '../../../../src/runtime/hcs/builders/linux-guest.ts';
import { hostedWindowsSystem, windowsGuestSteps, windowsUtilityVm } from '../../../../src/runtime/hcs/builders/utility-vm.ts';
import { processIsolatedSystem, processorLimits } from '../../../../src/runtime/hcs/builders/windows-container.ts';
import { checkDocument, documentSchemas, type DocumentName } from '../../../../src/runtime/hcs/index.ts';
import { expectError } from '../../../fixtures/expect-error.ts';
import { publishedSchema, whyNoHcsSchema, type SchemaRelease } from '../../../fixtures/hcs-schema.ts';
import { processSpec, taskSpec } from '../task-spec.ts';

const guid = 'DCC079AE-60BA-4D07-847C-3493609C0870';
const storage: SnapshotStorage = {
  layers: [{ id: '11111111-1111-1111-1111-111111111111', path: 'C:\\ProgramData\\Silo\\snapshots\\2' }, { id: guid, path: 'C:\\ProgramData\\Silo\\snapshots\\1' }],
  scratchPath: `\\\\?\\Volume{${guid}}\\`,
};
const diskStorage: SnapshotStorage = { ...storage, scratchPath: 'C:\\ProgramData\\Silo\\snapshots\\3\\sandbox.vhdx' };
const process = processSpec({ args: ['cmd', '/c', 'echo "hi"'], workingDirectory: 'C:\\', env: ['Path=C:\\Windows', 'A=1', 'a=2', 'EMPTY=', '=C:=C:\\', 'B=c=d'] });
const task = taskSpec({ process, storage, hostName: 'web1', networkNamespacePath: guid.toLowerCase() });
const full = taskSpec({
  ...task,
  resources: { memoryBytes: 512 * 1024 ** 2 + 1, cpuCount: 1.5 },
  mounts: [
    { source: 'C:\\src', target: 'C:\\dst', readOnly: true }, { source: 'D:\\data', target: 'C:\\data', readOnly: false },
    { source: '\\\\.\\pipe\\docker_engine', target: '\\\\.\\pipe\\engine', readOnly: false },
  ],
});
const extras = {
  credentialGuard: { Cookie: 'YWJj', RpcEndpoint: 'LRPC-1', Transport: 'LRPC' as const, CredentialSpec: '{"CmsPlugins":["ActiveDirectory"]}' },
  devices: [{ InterfaceClassGuid: '5B45201D-F2F2-4F3B-85BB-30FF1F953599' }],
  storageQos: { iopsMaximum: 500, bytesPerSecond: 1_000_000 },
  dnsSearchList: ['a.example', 'b.example'],
};
const linuxTask = taskSpec({
  storage: { layers: [{ id: guid, path: 'C:\\layers\\1.vhd' }], scratchPath: 'C:\\scratch.vhdx' }, process: processSpec({ args: ['/bin/sh'], user: 'web' }),
  mounts: [{ source: '', target: '/fast', readOnly: false, memory: { sizeBytes: 4096 } }, { source: 'C:\\src', target: '/src', readOnly: true }], resources: { memoryBytes: 2 ** 28, cpuCount: 0.5, cpuWeight: 200, processCount: 10 },
});
const boot: LinuxBoot = { kernelPath: 'C:\\Silo\\linux\\vmlinux', root: { kind: 'vhd', path: 'C:\\Silo\\linux\\rootfs.vhd' }, memoryMB: 1024, processors: 2 };
const place = { lun: 3, firstMemory: 4 };
const vm = { filesPath: 'C:\\layers\\base\\UtilityVM\\Files', scratchPath: 'C:\\vm\\sandbox.vhdx', memoryMB: 1024, processors: 2 };
const directKernel = linuxUtilityVm(boot);
const second = taskSpec({ ...task, id: 'b'.repeat(64) });

const linuxStorage = linuxTask.storage as SnapshotStorage;
const steps = [...windowsGuestSteps(full, diskStorage, place), ...windowsGuestSteps(second, diskStorage, { lun: 4 }), ...linuxGuestSteps(linuxTask, linuxStorage, place)].flatMap(({ add, remove }) => [add, remove]);
const [diskLayer] = linuxGuestSteps(linuxTask, linuxStorage, { ...place, disks: new Set([0]) });
const [adapter] = linuxNetworkRequests({ namespace: { ID: guid }, endpoints: [{ ID: guid, MacAddress: '00-15-5D-00-00-01', IpConfigurations: [{ IpAddress: '10.0.0.2', PrefixLength: 24 }], Routes: [{ NextHop: '10.0.0.1', DestinationPrefix: '0.0.0.0/0' }], Dns: { ServerList: ['10.0.0.1', '10.0.0.9'] } }] });

const aGuestRequest = steps.find(({ GuestRequest }) => GuestRequest !== undefined)?.GuestRequest;

/** Every document that the engine sends, with what says that it may be sent. */
const documents: readonly [what: string, name: DocumentName, document: object, release: SchemaRelease][] = [
  ['a container that shares the kernel', 'ComputeSystem', processIsolatedSystem(task, 4), '1809'],
  ['one with everything', 'ComputeSystem', processIsolatedSystem(full, 4, extras), '1809'],
  ['one with devices by their place', 'ComputeSystem', processIsolatedSystem(task, 4, { devices: [{ Type: 'DeviceInstance', LocationPath: 'PCIROOT(0)' }] }), '21H2'],
  ['a utility VM', 'ComputeSystem', windowsUtilityVm(vm), '1809'],
  ['a container in it', 'ComputeSystem', hostedWindowsSystem(full, diskStorage, place, 'vm1', 2, extras), '1809'],
  ['a second one in it', 'ComputeSystem', hostedWindowsSystem(second, diskStorage, { lun: 4 }, 'vm1', 2), '1809'],
  ['a Linux VM that firmware boots from a disk', 'ComputeSystem', linuxUtilityVm({ ...boot, uefiFolder: 'C:\\Silo\\linux' }), '1809'],
  ['a Linux VM that firmware boots from memory', 'ComputeSystem', linuxUtilityVm({ ...boot, uefiFolder: 'C:\\Silo\\linux', root: { kind: 'initrd', path: 'C:\\Silo\\linux\\initrd.img' } }), '1809'],
  ['a Linux VM without firmware', 'ComputeSystem', directKernel, '21H2'],
  ['a Linux VM without firmware, from memory', 'ComputeSystem', linuxUtilityVm({ ...boot, root: { kind: 'initrd', path: 'C:\\Silo\\linux\\initrd.img' } }), '21H2'],
  ['a Linux container', 'ComputeSystem', hostedLinuxSystem(linuxTask, 'vm1'), '1809'],
  ['one in the network of another', 'ComputeSystem', hostedLinuxSystem(linuxTask, 'vm1', joinedLinuxSpecification(linuxTask, { id: 'c'.repeat(64), processId: 321 })), '1809'],
  ['a process', 'ProcessParameters', windowsProcess(process, { stdin: true }), '1809'],
  ['a process of a user with a console', 'ProcessParameters', windowsProcess(processSpec({ ...process, terminal: true, user: 'ContainerUser' }), { stdin: false }), '1809'],
  ['the first process of a Linux container', 'ProcessParameters', linuxProcess(linuxTask.process, { stdin: false }, true), '1809'],
  ['a further process of a Linux container', 'ProcessParameters', linuxProcess(linuxTask.process, { stdin: true }, false), '1809'],
  ['a layer that is a disk', 'ModifySettingRequest', diskLayer?.add ?? {}, '1809'],
  ["a Linux machine's adapter", 'ModifySettingRequest', adapter ?? {}, '1809'],
  ['a new size of a console', 'ProcessModifyRequest', { Operation: 'ConsoleSize', ConsoleSize: { Height: 40, Width: 120 } }, '1809'],
  ['the end of input', 'ProcessModifyRequest', { Operation: 'CloseHandle', CloseHandle: { Handle: 'StdIn' } }, '1809'],
  ['a shutdown of a process', 'SignalProcessOptions', { Signal: 'CtrlShutdown' }, '1809'],
  ['a query of systems', 'SystemQuery', { Owners: ['Silo'], Types: ['Container', 'VirtualMachine'], Ids: ['a'], Names: ['b'] }, '1809'],
  ['a query of properties', 'System_PropertyQuery', { PropertyTypes: ['Statistics', 'ProcessList', 'Memory', 'GuestConnection', 'TerminateOnLastHandleClosed', 'SharedMemoryRegion'] }, '21H2'],
  ['a query of the service', 'Service_PropertyQuery', { PropertyTypes: ['Basic', 'ContainerCredentialGuard', 'CpuGroup', 'ProcessorTopology', 'QoSCapabilities'] }, '21H2'],
  ['a new credential specification', 'ContainerCredentialGuardOperationRequest', { Operation: 'AddInstance', OperationDetails: { Id: 'c1', CredentialSpec: '{}', Transport: 'HvSocket' } }, '1809'],
  ['a change of the service', 'ModificationRequest', { PropertyType: 'ContainerCredentialGuard', Settings: { Operation: 'RemoveInstance', OperationDetails: { Id: 'c1' } } }, '1809'],
  ['a pause', 'PauseOptions', { SuspensionLevel: 'Suspend', HostedNotification: { Reason: 'Save' } }, '1809'],
  ['a save', 'SaveOptions', { SaveType: 'ToFile', SaveStateFilePath: 'C:\\vm.vmrs' }, '1809'],
  ['a crash', 'CrashOptions', { Type: 'CrashGuest' }, '21H2'],
  ['a crash report', 'CrashReport', { SystemId: 'c1', ActivityId: guid, CrashParameters: [1, 2, 3, 4, 5], WindowsCrashInfo: { DumpFile: 'C:\\d.dmp', Status: -1, FinalPhase: 'Complete' } }, '1809'],
  ...steps.map((request, index): [string, DocumentName, object, SchemaRelease] => [`step ${index} of what a VM is given`, 'ModifySettingRequest', request, '1809']),
];

/** The 2021 release renamed two definitions. */
const olderNames: Partial<Record<DocumentName, string>> = { System_PropertyQuery: 'PropertyQuery_2', Service_PropertyQuery: 'PropertyQuery' };
const nameIn = (release: SchemaRelease, name: DocumentName): string => (release === '1809' ? (olderNames[name] ?? name) : name);

if (whyNoHcsSchema !== undefined) console.log(`Skipped: ${whyNoHcsSchema}`);

describe.skipIf(whyNoHcsSchema !== undefined)('documents for HCS and the published schema', () => {
  it.each(documents)('agree: %s', (_, name, document, release) => {
    // The newest knows all that an older one does.
    for (const each of new Set<SchemaRelease>([release, '21H2'])) {
      const validate = publishedSchema(each)(nameIn(each, name));
      expect(validate(document), `${each}: ${JSON.stringify(validate.errors)}`).toBe(true);
    }
  });

  it.each<[string, string, object]>([
    ['an unknown field', 'ComputeSystem', { Owner: 'x', Color: 'red' }],
    ['an unknown field deep inside', 'ComputeSystem', { Container: { Storage: { Layers: [{ Id: guid, Path: 'x', Depth: 1 }] } } }],
    ['an unknown field in a map', 'ComputeSystem', { VirtualMachine: { Devices: { Scsi: { 0: { Attachments: { 0: { Disk: 'x' } } } } } } }],
    ['a GUID that is none', 'ComputeSystem', { Container: { Storage: { Layers: [{ Id: 'base', Path: 'x' }] } } }],
    ['a negative size', 'ComputeSystem', { Container: { Memory: { SizeInMB: -1 } } }],
    ['an unknown word', 'SignalProcessOptions', { Signal: 'SIGTERM' }],
    ['an unknown field of what is hosted', 'ComputeSystem', { HostedSystem: { Container: { Kernel: 'x' } } }],
  ])('disagree where a document has %s', (_, name, document) => { expect(publishedSchema('1809')(name)(document)).toBe(false); });
});

describe('our own schemas', () => {
  it.each(documents)('take %s', (_, name, document) => { expect(() => { checkDocument(name, document); }).not.toThrow(); });

  it.each(Object.keys(documentSchemas) as DocumentName[])('refuse a field that %s does not have, and name it', async (name) => {
    const error = await expectError('ConfigInvalid', () => { checkDocument(name, { ...(name === 'GuestModifySettingRequest' ? aGuestRequest : documents.find((each) => each[1] === name)?.[2]), Unheard: 1 }); });
    expect(error.message).toContain(name);
    expect(error.message).toContain('Unheard');
  });

  it('tells a Linux guest the addresses of its adapter, and gives it layers as disks where it is told to', () => {
    expect(adapter?.GuestRequest).toMatchObject({ ResourceType: 'Network', Settings: { NamespaceID: guid, ID: guid, IPConfigs: [{ IPAddress: '10.0.0.2', PrefixLength: 24 }], Routes: [{ NextHop: '10.0.0.1' }], DNSServerList: '10.0.0.1,10.0.0.9' } });
    expect(diskLayer?.add).toMatchObject({ ResourcePath: 'VirtualMachine/Devices/Scsi/0/Attachments/4', Settings: { ReadOnly: true }, GuestRequest: { ResourceType: 'MappedVirtualDisk', Settings: { Lun: 4, ReadOnly: true } } });
  });

  it('have a document for each', () => {
    const seen = new Set(documents.map(([, name]) => name));
    // Guest requests stand within modify requests.
    expect(Object.keys(documentSchemas).filter((name) => !seen.has(name as DocumentName))).toEqual(['GuestModifySettingRequest']);
    for (const { GuestRequest } of steps) if (GuestRequest !== undefined) checkDocument('GuestModifySettingRequest', GuestRequest);
  });
});

describe('the document of a container', () => {
  it('lets the container outlive whoever made it', () => {
    for (const [, name, document] of documents) if (name === 'ComputeSystem') expect(document).toMatchObject({ ShouldTerminateOnLastHandleClosed: false, Owner: 'Silo' });
  });

  it('has folders, pipes, limits, network and layers as the task has them', () => {
    expect(processIsolatedSystem(full, 4, extras).Container).toMatchObject({
      GuestOs: { HostName: 'web1' },
      Storage: { Layers: [{ Id: storage.layers[0]?.id, Path: storage.layers[0]?.path }, { Id: guid }], Path: storage.scratchPath, QoS: { IopsMaximum: 500, BandwidthMaximum: 1_000_000 } },
      MappedDirectories: [{ HostPath: 'C:\\src', ContainerPath: 'C:\\dst', ReadOnly: true }, { HostPath: 'D:\\data', ContainerPath: 'C:\\data', ReadOnly: false }],
      MappedPipes: [{ HostPath: '\\\\.\\pipe\\docker_engine', ContainerPipeName: 'engine' }],
      Memory: { SizeInMB: 513 }, Processor: { Maximum: 3750 },
      Networking: { Namespace: guid.toLowerCase(), DnsSearchList: 'a.example,b.example' },
    });
  });

  it('is hosted with the paths of the guest', () => {
    const container = hostedWindowsSystem(full, diskStorage, place, 'vm1', 2).HostedSystem?.Container;
    expect(container?.Storage).toEqual({
      Layers: [0, 1].map((index) => ({ Id: storage.layers[index]?.id, Path: `\\\\?\\VMSMB\\VSMB-{dcc079ae-60ba-4d07-847c-3493609c0870}\\aaaaaaaaaaaa-layer${index}` })), Path: 'C:\\silo\\scratch3',
    });
    expect(container?.MappedDirectories?.[1]).toEqual({ HostPath: '\\\\?\\VMSMB\\VSMB-{dcc079ae-60ba-4d07-847c-3493609c0870}\\aaaaaaaaaaaa-folder1', ContainerPath: 'C:\\data', ReadOnly: false });
  });

  it('gives two containers of one VM shares and disks of their own', () => {
    const places = steps.filter(({ RequestType }) => RequestType === 'Add').map(({ ResourcePath, Settings }) => JSON.stringify([ResourcePath, (Settings as { Name?: string } | undefined)?.Name]));
    const taken = places.filter((each) => !each.startsWith('[null'));
    expect(new Set(taken).size).toBe(taken.length - 1); // The Linux task stands for another machine: its disk 3 is the first one's too.
  });

  it.each<[number, number]>([[1, 1], [100, 5000], [10_000, 10_000]])('weighs processor time: %d becomes %d', (weight, expected) => {
    expect(processorLimits({ cpuWeight: weight }, 4)).toEqual({ Weight: expected });
  });

  it.each<[number, number, number]>([[0.000_01, 4, 1], [1, 4, 2500], [8, 4, 10_000]])('limits processor time: %d of %d is %d', (cpuCount, processors, expected) => {
    expect(processorLimits({ cpuCount }, processors)).toEqual({ Maximum: expected });
  });

  it.each<[string, Parameters<typeof taskSpec>[0]]>([
    ['a read-only root', { readOnlyRoot: true }], ['privileges', { privileged: true }], ['a limit of processes', { resources: { processCount: 5 } }],
    ['a folder in memory', { mounts: [{ source: '', target: 'C:\\x', readOnly: false, memory: { sizeBytes: undefined } }] }], ['a weight beside a limit', { resources: { cpuCount: 1, cpuWeight: 5 } }],
    ['capabilities', { process: processSpec({ ...process, capabilities: ['CAP_NET_RAW'] }) }],
  ])('is refused for what Windows containers do not have: %s', async (_, changes) => {
    await expectError('OptionUnsupported', () => processIsolatedSystem(taskSpec({ ...task, ...changes }), 4));
  });

  it('of Linux, in the network of another, names the namespace and the resolver that the guest has, and none of the host', () => {
    const named = taskSpec({ ...linuxTask, networkNamespacePath: guid });
    expect(hostedLinuxSystem(named, 'vm1').HostedSystem?.OciSpecification).toMatchObject({ windows: { network: { networkNamespace: guid } } });
    const joined = joinedLinuxSpecification(named, { id: 'web', processId: 321 });
    expect(joined).not.toHaveProperty('windows');
    expect(joined).toMatchObject({ linux: { namespaces: expect.arrayContaining([{ type: 'network', path: '/proc/321/ns/net' }]) as unknown } });
    expect(joined).toMatchObject({ mounts: expect.arrayContaining([{ destination: '/etc/resolv.conf', type: 'bind', source: '/run/gcs/c/web/resolv.conf', options: ['bind'] }]) as unknown });
  });

  it('is refused without its files', async () => { await expectError('RuntimeFailed', () => processIsolatedSystem(taskSpec({ ...task, storage: undefined }), 4)); });
});

describe('the parameters of a process', () => {
  it('have the variables that Windows would see', () => {
    expect(windowsProcess(process, { stdin: false })).toEqual({
      CommandLine: 'cmd /c "echo \\"hi\\""', WorkingDirectory: 'C:\\', Environment: { Path: 'C:\\Windows', a: '2', B: 'c=d', '=C:': 'C:\\' },
      CreateStdInPipe: false, CreateStdOutPipe: true, CreateStdErrPipe: true,
    });
  });

  it('leave users of a Linux guest to the guest', () => {
    expect(linuxProcess(linuxTask.process, { stdin: false }, false).OciProcess).toMatchObject({ user: { username: 'web' }, args: ['/bin/sh'] });
    expect(linuxProcess(processSpec({ user: '100:101' }), { stdin: false }, false).OciProcess).toMatchObject({ user: { uid: 100, gid: 101 } });
    expect(linuxProcess(processSpec({ user: '' }), { stdin: false }, false).OciProcess).toMatchObject({ user: { uid: 0, gid: 0 } });
  });
});

describe('the kernel command line of a Linux VM', () => {
  it('names the root, and starts the agent', () => {
    expect(directKernel.VirtualMachine?.Chipset?.LinuxKernelDirect?.KernelCmdLine).toBe('root=/dev/pmem0 ro rootwait init=/init 8250_core.nr_uarts=0 panic=-1 quiet pci=off nr_cpus=2 brd.rd_nr=0 pmtmr=0 -- -e 1 /bin/vsockexec -e 109 /bin/gcs -v4 -log-format json -loglevel info');
    const firmware = linuxUtilityVm({ ...boot, uefiFolder: 'C:\\Silo\\linux', root: { kind: 'initrd', path: 'C:\\Silo\\linux\\initrd.img' } });
    expect(firmware.VirtualMachine?.Chipset?.Uefi?.BootThis).toMatchObject({ DeviceType: 'VmbFs', DevicePath: '\\vmlinux', VmbFsRootPath: 'C:\\Silo\\linux', OptionalData: expect.stringMatching(/^initrd=\/initrd\.img /) });
  });
});
