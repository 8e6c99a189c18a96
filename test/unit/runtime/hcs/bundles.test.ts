import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../../src/base/index.ts';
import { readBundle, type BundleConfig } from '../../../../src/runtime/hcs/bundles/bundle-config.ts';
import { freePlace } from '../../../../src/runtime/hcs/bundles/bundle-pod.ts';
import type { BundleState } from '../../../../src/runtime/hcs/bundles/bundle-states.ts';
import { bundleSystems, type BundleSystems, type BundleSystemsOptions } from '../../../../src/runtime/hcs/bundles/bundle-systems.ts';
import { bundleSignal } from '../../../../src/runtime/hcs/bundles/signal-words.ts';
import { checkDocument } from '../../../../src/runtime/hcs/index.ts';
import { expectError } from '../../../fixtures/expect-error.ts';
import { publishedSchema, whyNoHcsSchema, type SchemaRelease } from '../../../fixtures/hcs-schema.ts';
import { buildHcsSimulator, simulatorBuildTimeout, whyNoSimulator } from '../../../fixtures/hcs-simulator.ts';
import { publishedOciSchema, whyNoOciSchema } from '../../../fixtures/oci-schema.ts';
import { skipReason, temporaryFolders } from '../../../fixtures/temporary-folder.ts';

const folders = temporaryFolders();
const volume = '\\\\?\\Volume{dcc079ae-60ba-4d07-847c-3493609c0870}\\';
const guid = 'dcc079ae-60ba-4d07-847c-3493609c0870';

/** A bundle with this document, and what it names of files. */
const bundleOf = (document: object): string => {
  const folder = folders.make();
  for (const name of ['base/UtilityVM', 'older/UtilityVM', 'top', 'scratch', 'boot']) mkdirSync(join(folder, name), { recursive: true });
  for (const name of ['scratch/sandbox.vhdx', 'base/layer.vhd', 'top/layer.vhd', 'boot/kernel', 'boot/rootfs.vhd']) writeFileSync(join(folder, name), '');
  writeFileSync(join(folder, 'config.json'), JSON.stringify(document));
  return folder;
};

const layerFolders = ['top', 'base', 'scratch'];
const plain = {
  ociVersion: '1.0.2', hostname: 'web1', root: { path: volume },
  process: { cwd: 'C:\\app', args: ['cmd', '/c', 'echo "hi"'], env: ['A=1'], user: { username: 'ContainerUser' }, terminal: true, consoleSize: { height: 40, width: 120 } },
  mounts: [{ destination: 'C:\\data', source: 'D:\\data', options: ['ro'] }, { destination: '\\\\.\\pipe\\engine', source: '\\\\.\\pipe\\docker_engine' }],
  windows: {
    layerFolders, resources: { memory: { limit: 512 * 1024 ** 2 }, cpu: { shares: 5000 }, storage: { iops: 500, bps: 1_000_000 } },
    devices: [{ id: guid, idType: 'class' }], network: { networkNamespace: guid, allowUnqualifiedDNSQuery: true, DNSSearchList: ['a.example', 'b.example'] }, credentialSpec: { CmsPlugins: ['ActiveDirectory'] },
  },
};
const hyperV = { ...plain, root: undefined, windows: { layerFolders, hyperv: {}, resources: { cpu: { count: 1 } } } };
const linux = {
  ociVersion: '1.0.2', root: { path: '', readonly: true }, annotations: { 'io.microsoft.virtualmachine.computetopology.memory.sizeinmb': '2048' },
  process: { cwd: '/', args: ['sh'], env: ['PATH=/bin'], user: { uid: 1, gid: 2 } },
  mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }, { destination: '/data', type: 'bind', source: 'D:\\data', options: ['rbind', 'ro'] }],
  linux: { cgroupsPath: '/x', seccomp: { defaultAction: 'SCMP_ACT_ALLOW' }, namespaces: [{ type: 'pid' }], resources: { memory: { limit: 1000 }, pids: { limit: 5 } } },
  windows: { layerFolders },
};
const documents = { plain, hyperV, linux };

const whyNot = whyNoSimulator('linux') ?? whyNoHcsSchema ?? whyNoOciSchema;

describe.skipIf(skipReason('documents of bundles', whyNot))('the documents of a bundle', () => {
  let vmCompute: string;
  beforeAll(async () => { vmCompute = (await buildHcsSimulator({ target: 'linux' })).libraries['vmcompute.dll']; }, simulatorBuildTimeout);

  const systemsOf = async (document: object, changes: Partial<BundleSystemsOptions> = {}): Promise<{ readonly config: BundleConfig; readonly systems: BundleSystems; readonly folder: string }> => {
    const folder = bundleOf(document);
    const config = await readBundle(folder);
    const vm = config.kind === 'process' ? undefined : { id: 'web@vm', isOwn: true };
    const options = { id: 'web', owner: 'me', folder: '/state/web', networkNamespace: config.networkNamespace, vm, place: { lun: 1, firstMemory: 1 }, consolePipe: undefined, linuxBootFolder: join(folder, 'boot'), hostProcessors: 4, vmCompute, mount: () => volume };
    return { config, folder, systems: await bundleSystems(config, { ...options, ...changes }) };
  };

  it.each(Object.entries(documents))('are made of specifications that the published schema takes: %s', (_, document) => {
    const validate = publishedOciSchema();
    expect(validate(JSON.parse(JSON.stringify(document))), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each<[string, object, SchemaRelease]>([['a container on the kernel of the host', plain, '1809'], ['a Windows container in a machine', hyperV, '1809'], ['a Linux container in a machine', linux, '1809']])('are taken by the published schema of HCS: %s', async (_, document, release) => {
    const { systems, config } = await systemsOf(document);
    const sent: [string, object][] = [
      ['ComputeSystem', systems.system({ Cookie: 'YWJj', Transport: 'LRPC' })], ['ProcessParameters', config.process.parameters(true)], ['ProcessParameters', config.process.parameters(false)],
      ...(systems.machine === undefined ? [] : [['ComputeSystem', systems.machine.document] as [string, object]]),
      ...systems.steps.flatMap(({ add, remove }): [string, object][] => [['ModifySettingRequest', add], ['ModifySettingRequest', remove]]),
    ];
    for (const [name, each] of sent) {
      const validate = publishedSchema(release)(name);
      expect(validate(each), `${name}: ${JSON.stringify(validate.errors)}`).toBe(true);
      checkDocument(name as 'ComputeSystem', each);
      if (name === 'ComputeSystem') expect(each).toMatchObject({ Owner: 'me', ShouldTerminateOnLastHandleClosed: false });
    }
  });

  it('have what the specification of a Windows container says', async () => {
    const { config, systems, folder } = await systemsOf(plain);
    expect(systems.system(undefined).Container).toEqual({
      GuestOs: { HostName: 'web1' },
      Storage: { Layers: ['top', 'base'].map((name) => ({ Id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string, Path: join(folder, name) })), Path: volume, QoS: { IopsMaximum: 500, BandwidthMaximum: 1_000_000 } },
      MappedDirectories: [{ HostPath: 'D:\\data', ContainerPath: 'C:\\data', ReadOnly: true }], MappedPipes: [{ HostPath: '\\\\.\\pipe\\docker_engine', ContainerPipeName: 'engine' }],
      Memory: { SizeInMB: 512 }, Processor: { Weight: 5000 }, AssignedDevices: [{ InterfaceClassGuid: guid }],
      Networking: { AllowUnqualifiedDnsQuery: true, Namespace: guid, DnsSearchList: 'a.example,b.example' },
      RegistryChanges: expect.anything() as object,
    });
    expect(config.process.parameters(true)).toEqual({
      CommandLine: 'cmd /c "echo \\"hi\\""', WorkingDirectory: 'C:\\app', Environment: { A: '1' }, User: 'ContainerUser', EmulateConsole: true, ConsoleSize: [40, 120], CreateStdInPipe: true, CreateStdOutPipe: true, CreateStdErrPipe: false,
    });
    expect(config.credentialSpec).toBe('{"CmsPlugins":["ActiveDirectory"]}');
  });

  it('take a command line as it is', async () => {
    const { config } = await systemsOf({ ...plain, process: { cwd: 'C:\\', commandLine: 'cmd /s /c "dir "x""' } });
    expect(config.process.parameters(true)).toMatchObject({ CommandLine: 'cmd /s /c "dir "x""' });
  });

  it('start a Windows machine from the nearest layer that has one', async () => {
    const { systems, folder } = await systemsOf({ ...hyperV, windows: { ...hyperV.windows, layerFolders: ['top', 'base', 'older', 'scratch'] } });
    expect(systems.machine?.copy).toEqual({ from: join(folder, 'base/UtilityVM/SystemTemplate.vhdx'), to: '/state/web/vm-scratch.vhdx' });
    expect(systems.machine?.document.VirtualMachine?.ComputeTopology?.Processor).toEqual({ Count: 1 });
    expect(systems.files).toEqual([join(folder, 'scratch/sandbox.vhdx'), '/state/web/vm-scratch.vhdx']);
  });

  it('bring a Linux specification into the guest, without what its agent does not do', async () => {
    const { systems, folder } = await systemsOf(linux, { consolePipe: '\\\\.\\pipe\\console' });
    const { OciSpecification } = (systems.system(undefined).HostedSystem ?? {}) as { readonly OciSpecification: { readonly mounts: readonly object[]; readonly root: object } };
    expect(OciSpecification).toMatchObject({ process: linux.process, root: { path: '/run/gcs/c/web/rootfs', readonly: true }, annotations: linux.annotations });
    expect(OciSpecification).not.toHaveProperty('windows');
    expect(OciSpecification).toHaveProperty('linux', { namespaces: [{ type: 'pid' }], resources: { memory: { limit: 1000 } } });
    expect(OciSpecification.mounts).toEqual([linux.mounts[0], { ...linux.mounts[1], source: expect.stringMatching(/^\/run\/mounts\//) as string }]);
    const { VirtualMachine } = systems.machine?.document ?? {};
    expect(VirtualMachine?.ComputeTopology?.Memory?.SizeInMB).toBe(2048);
    expect(VirtualMachine?.Devices?.ComPorts).toEqual({ 0: { NamedPipe: '\\\\.\\pipe\\console' } });
    expect(JSON.stringify(VirtualMachine?.Chipset)).toContain('console=ttyS0,115200');
    expect(systems.files).toEqual(['scratch/sandbox.vhdx', 'top/layer.vhd', 'base/layer.vhd'].map((name) => join(folder, name)));
  });
});

describe('a bundle is refused for', () => {
  it.each<[string, ErrorCode, object]>([
    ['ociVersion', 'BundleInvalid', { ...plain, ociVersion: '2.0.0' }],
    ['process is missing', 'BundleInvalid', { ...plain, process: undefined }],
    ['process.args', 'BundleInvalid', { ...plain, process: { cwd: 'C:\\' } }],
    ['process.cwd', 'BundleInvalid', { ...plain, process: { cwd: 'app', args: ['x'] } }],
    ['process.env', 'BundleInvalid', { ...plain, process: { cwd: 'C:\\', args: ['x'], env: [1] } }],
    ['process.consoleSize', 'BundleInvalid', { ...plain, process: { cwd: 'C:\\', args: ['x'], terminal: true, consoleSize: { height: 1 } } }],
    ['root.path', 'BundleInvalid', { ...hyperV, root: { path: volume } }],
    ['windows is missing', 'BundleInvalid', { ...plain, windows: undefined }],
    ['windows.layerFolders', 'BundleInvalid', { ...plain, windows: { layerFolders: ['scratch'] } }],
    ['windows.layerFolders is not a list', 'BundleInvalid', { ...plain, windows: { layerFolders: 'scratch' } }],
    ['mounts[0].destination', 'BundleInvalid', { ...plain, mounts: [{ source: 'C:\\' }] }],
    ['windows.resources.cpu', 'BundleInvalid', { ...plain, windows: { layerFolders, resources: { cpu: { count: 1, shares: 5 } } } }],
    ['windows.resources.memory.limit', 'BundleInvalid', { ...plain, windows: { layerFolders, resources: { memory: { limit: 'much' } } } }],
    ['windows.devices[0].id', 'BundleInvalid', { ...plain, windows: { layerFolders, devices: [{ id: 'gpu', idType: 'class' }] } }],
    ['device', 'OptionUnsupported', { ...plain, windows: { layerFolders, devices: [{ id: 'x', idType: 'vpci' }] } }],
    ['windows.servicing', 'OptionUnsupported', { ...plain, windows: { layerFolders, servicing: true } }],
    ['hooks', 'OptionUnsupported', { ...plain, hooks: { prestart: [{ path: 'C:\\x.exe' }] } }],
    ['tmpfs', 'OptionUnsupported', { ...plain, mounts: [{ destination: 'C:\\x', type: 'tmpfs' }] }],
    ['solaris', 'OptionUnsupported', { ...plain, solaris: {} }],
    ['windows.credentialSpec', 'OptionUnsupported', { ...hyperV, windows: { ...hyperV.windows, credentialSpec: {} } }],
  ])('%s (%s)', async (named, code, document) => {
    expect((await expectError(code, readBundle(bundleOf(document)))).message).toContain(named);
  });

  it('a document that is none', async () => {
    const folder = folders.make();
    await expectError('PathNotFound', readBundle(folder));
    for (const text of ['{', '[]', '"x"']) {
      writeFileSync(join(folder, 'config.json'), text);
      await expectError('BundleInvalid', readBundle(folder));
    }
  });
});

describe("a container's place in a utility VM", () => {
  const at = (lun: number, firstMemory: number, memories: number): BundleState => ({ place: { lun, firstMemory, memories } }) as BundleState;
  it.each<[readonly BundleState[], number, object | undefined]>([
    [[], 2, { lun: 0, firstMemory: 1, memories: 2 }],
    [[at(0, 1, 2)], 3, { lun: 1, firstMemory: 3, memories: 3 }],
    [[at(1, 3, 1), at(0, 1, 1)], 1, { lun: 2, firstMemory: 2, memories: 1 }],
    [[at(1, 3, 1), at(0, 1, 1)], 2, { lun: 2, firstMemory: 4, memories: 2 }],
  ])('is free (%#)', (others, memories, place) => { expect(freePlace(others, { lun: 0, firstMemory: 1 }, memories)).toEqual(place); });

  it('is refused where none is left', async () => {
    await expectError('ParameterInvalid', () => freePlace([at(0, 1, 62)], { lun: 0, firstMemory: 1 }, 2));
    await expectError('ParameterInvalid', () => freePlace(Array.from({ length: 64 }, (_, lun) => at(lun, 0, 0)), { lun: 0, firstMemory: 1 }, 0));
  });
});

describe('a signal', () => {
  it.each<['windows' | 'linux', string, string | number | undefined]>([
    ['windows', 'SIGTERM', 'CtrlShutdown'], ['windows', 'ctrlbreak', 'CtrlBreak'], ['windows', '0', 'CtrlC'], ['windows', 'KILL', undefined], ['windows', '9', undefined],
    ['linux', 'SIGTERM', 15], ['linux', 'usr1', 10], ['linux', '34', 34], ['linux', 'KILL', 9],
  ])('of %s, %s, is %s', (guest, word, expected) => { expect(bundleSignal(guest, word)?.Signal).toBe(expected); });

  it.each<['windows' | 'linux', string]>([['windows', 'USR1'], ['windows', '64'], ['linux', '0'], ['linux', '65'], ['linux', 'SIG'], ['linux', 'CTRLC'], ['linux', '']])('of %s is not %s', async (guest, word) => {
    await expectError('SignalInvalid', () => bundleSignal(guest, word));
  });
});
