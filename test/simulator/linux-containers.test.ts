import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxRoot } from '../fixtures/busybox-root.ts';
import { simulatorBuildTimeout } from '../fixtures/hcs-simulator.ts';
import { linuxSimulator, type SimulatorHost, type Step } from '../fixtures/simulator-client.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';

const whyNot = linuxSimulator.whyNot() ?? (process.geteuid?.() !== 0 ? 'root file systems need root' : existsSync('/bin/busybox') ? undefined : 'missing: /bin/busybox');
const pipes = { CreateStdInPipe: true, CreateStdOutPipe: true, CreateStdErrPipe: true };
const version = { SchemaVersion: { Major: 2, Minor: 1 } };

describe.skipIf(skipReason('Linux containers of the HCS simulator', whyNot))('Linux containers of the HCS simulator', () => {
  let host: SimulatorHost;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hcs-linux-'));
    host = await linuxSimulator.open();
    makeBusyboxRoot(join(folder, 'root'));
    mkdirSync(join(folder, 'mapped'));
    writeFileSync(join(folder, 'mapped', 'file'), 'from the host\n');
    writeFileSync(join(folder, 'scratch.vhdx'), '');
  }, simulatorBuildTimeout);
  afterEach(async () => { await host.command('reset'); });
  afterAll(async () => {
    await host?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const machine: readonly Step[] = [
    ['create', 'vm', 'vm', { ...version, Owner: 'test', VirtualMachine: { Chipset: { LinuxKernelDirect: { KernelFilePath: 'C:\\vmlinux' } }, Devices: { Plan9: {}, Scsi: { 0: { Attachments: {} } } }, GuestConnection: { UseVsock: true, UseConnectedSuspend: true } } }],
    ['start', 'vm', '-'],
  ];
  const container = (process: object, root = join(folder, 'root'), mounts: readonly object[] = []): Step => ['create', 'c', 'c', {
    ...version, Owner: 'test', HostingSystemId: 'vm', ShouldTerminateOnLastHandleClosed: true,
    HostedSystem: { ...version, OciBundlePath: '/run/gcs/c/c', OciSpecification: { ociVersion: '1.0.2', hostname: 'inside', root: { path: root }, mounts, process: { args: ['sh'], cwd: '/', env: ['PATH=/bin'], user: { uid: 0, gid: 0 }, ...process } } },
  }];
  const read = (lines: readonly string[]): readonly string[] => lines.filter((line) => line.startsWith('read '));

  it('are as long as their first process, which their specification tells', async () => {
    const lines = await host.steps(...machine, container({ args: ['sh', '-c', 'echo $0 $(hostname) $(id -u):$(id -g); test -c /dev/null && pwd; exit 7'], cwd: '/www', user: { uid: 100, gid: 101 } }), ['callback', 'c', 4], ['start', 'c', '-'], ['run', 'c', 'p', pipes], ['process-callback', 'p', 0],
      ['read', 'p', 'out'], ['event', 'p', '10000'], ['event', 'c', '1'], ['close', 'c'], ['close-process', 'p'], ['terminate', 'vm', '-'], ['close', 'vm']);
    expect(read(lines)).toEqual(['read out sh inside 100:101|/www|']);
    expect(lines.filter((line) => line.startsWith('event'))).toEqual([expect.stringContaining('"ExitCode":7'), 'event c 00000001 {"Status":0,"ExitType":"GracefulExit"}']);
    expect(await host.counts()).toMatchObject({ handles: 0, systems: 0, processes: 0 });
  });

  it('take further processes, signals by their numbers, and consoles with a size', async () => {
    const lines = await host.steps(...machine, container({ args: ['sleep', '100'] }), ['start', 'c', '-'], ['run', 'c', 'p', pipes], ['run', 'c', 'p2', pipes],
      ['run', 'c', 'q', { ...pipes, OciProcess: { args: ['sh', '-c', 'trap "exit 5" TERM; echo up; while :; do sleep 0.05; done'], cwd: '/', env: ['PATH=/bin'], user: { uid: 0, gid: 0 } } }],
      ['sleep', 300], ['signal', 'q', { Signal: 15 }], ['wait-process', 'q', 10_000],
      ['run', 'c', 't', { CreateStdInPipe: true, CreateStdOutPipe: true, EmulateConsole: true, ConsoleSize: [30, 90], CommandArgs: ['sh', '-c', 'stty size; read x; stty size'] }],
      ['change', 't', { Operation: 'ConsoleSize', ConsoleSize: { Height: 40, Width: 100 } }], ['write', 't', '\u0004'], ['read', 't', 'out'],
      ['signal', 'q', { Signal: 15 }], ['run', 'c', 'n', { CommandArgs: ['no-such-program'] }], ['run', 'c', 'u', { CommandArgs: ['true'], User: 'nobody-here' }],
      ...['p', 'p2', 'q', 't', 'n', 'u'].map((name): Step => ['close-process', name]), ['close', 'c'], ['terminate', 'vm', '-'], ['close', 'vm']);
    const codes = lines.filter((line) => line.startsWith('run')).map((line) => line.split(' ')[1]);
    expect(codes).toEqual(['00000000', '80370105', '00000000', '00000000', '80070002', '80070525']);
    expect(lines.find((line) => line.startsWith('wait-process'))).toContain('"ExitCode":5');
    expect(read(lines)[0]).toMatch(/40 100/);
    expect(lines.filter((line) => line.startsWith('signal')).map((line) => line.split(' ')[1])).toEqual(['00000000', '8037011f']);
  });

  it('see what their machine was given: shares, disks and mapped folders', async () => {
    const [scratch, layer] = [join(folder, 'scratch.vhdx'), join(folder, 'root')];
    mkdirSync(join(`${scratch}.contents`, 'upper'), { recursive: true });
    const add = (ResourcePath: string, Settings: object, ResourceType: string, guest: object): Step => ['modify', 'vm', { ResourcePath, RequestType: 'Add', Settings, GuestRequest: { ResourceType, RequestType: 'Add', Settings: guest } }];
    const union = (layers: readonly string[]): object => ({ ContainerRootPath: '/run/gcs/c/c/rootfs', Layers: layers.map((Path) => ({ Path })), ScratchPath: '/run/mounts/scsi/m0' });
    const lines = await host.steps(...machine,
      add('VirtualMachine/Devices/Plan9/Shares', { Name: 'm', AccessName: 'm', Path: join(folder, 'mapped'), Port: 564 }, 'MappedDirectory', { MountPath: '/run/mounts/m', ShareName: 'm', Port: 564 }),
      add('VirtualMachine/Devices/Scsi/0/Attachments/0', { Type: 'VirtualDisk', Path: scratch }, 'MappedVirtualDisk', { MountPath: '/run/mounts/scsi/m0', Lun: 0, Controller: 0 }),
      add('VirtualMachine/Devices/Scsi/0/Attachments/1', { Type: 'VirtualDisk', Path: join(folder, 'missing.vhdx') }, 'MappedVirtualDisk', { MountPath: '/x', Lun: 1 }),
      ['modify', 'vm', { RequestType: 'Add', GuestRequest: { ResourceType: 'CombinedLayers', RequestType: 'Add', Settings: { ...union([]), Surplus: 1 } } }],
      ...[union([]), union(['/nowhere']), union([layer])].map((Settings): Step => ['modify', 'vm', { RequestType: 'Add', GuestRequest: { ResourceType: 'CombinedLayers', RequestType: 'Add', Settings } }]),
      container({ args: ['sh', '-c', 'cat /m/file; echo x > /m/file'] }, '/run/gcs/c/c/rootfs', [{ destination: '/m', type: 'none', source: '/run/mounts/m', options: ['rbind', 'ro'] }]),
      ['start', 'c', '-'], ['run', 'c', 'p', pipes], ['read', 'p', 'out'], ['read', 'p', 'err'], ['close-process', 'p'], ['close', 'c'], ['terminate', 'vm', '-'], ['close', 'vm']);
    expect(lines.filter((line) => line.startsWith('modify')).map((line) => line.split(' ')[1])).toEqual(['00000000', '00000000', '80070002', '8037010d', '80070057', '80070003', '00000000']);
    expect(read(lines)[0]).toBe('read out from the host|');
    expect(read(lines)[1]).toMatch(/Read-only/);
  });

  it('leave no process behind when they are ended, whatever it has started', async () => {
    const lines = await host.steps(...machine, container({ args: ['sh', '-c', '(setsid sleep 101 &) ; (setsid sleep 102 &) ; echo up; wait; sleep 103'] }), ['callback', 'c', 0], ['start', 'c', '-'], ['run', 'c', 'p', pipes], ['sleep', 300],
      ['properties', 'c', { PropertyTypes: ['ProcessList'] }], ['pause', 'c', '-'], ['terminate', 'c', '-'], ['event', 'c', '1'], ['read', 'p', 'out'], ['close-process', 'p'], ['close', 'c'], ['terminate', 'vm', '-'], ['close', 'vm']);
    expect((lines.find((line) => line.startsWith('properties')) ?? '').match(/"ImageName":"sleep"/g)).toHaveLength(3);
    expect(lines).toContain('event c 00000001 {"Status":0,"ExitType":"ForcedExit"}');
    expect(await host.counts()).toMatchObject({ handles: 0, systems: 0, processes: 0 });
  });
});
