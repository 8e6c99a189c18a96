import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { simulatorBuildTimeout } from '../fixtures/hcs-simulator.ts';
import { linuxSimulator, wineSimulator, type SimulatorHost } from '../fixtures/simulator-client.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';

const none = '00000000';
/** The lines of one step, by its first word. */
const of = (lines: readonly string[], step: string): readonly string[] => lines.filter((line) => line === step || line.startsWith(`${step} `));
const document = (line: string | undefined): Record<string, unknown> => JSON.parse((line ?? '').slice((line ?? '').search(/[[{]/))) as Record<string, unknown>;

describe.each([linuxSimulator, wineSimulator])('The HCS simulator $name', ({ name, whyNot, open }) => {
  describe.skipIf(skipReason(`The HCS simulator ${name}`, whyNot()))('has compute systems that', () => {
    const windows = name === wineSimulator.name;
    let host: SimulatorHost;
    let folder: string;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'hcs-container-'));
      host = await open();
      mkdirSync(join(folder, 'layer'));
    }, simulatorBuildTimeout);
    afterEach(async () => {
      await host.command('reset');
      await nothingIsLeft();
    });
    afterAll(async () => {
      await host?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const nothingIsLeft = async (): Promise<void> => { expect(await host.counts()).toMatchObject({ handles: 0, operations: 0, files: 0, clients: 0, systems: 0, processes: 0 }); };
    const container = (other: object = {}): object => ({
      Owner: 'test', SchemaVersion: { Major: 2, Minor: 1 }, ShouldTerminateOnLastHandleClosed: true,
      Container: { Storage: { Layers: [{ Id: '00000000-0000-0000-0000-000000000001', Path: host.path(join(folder, 'layer')) }], Path: host.path(folder) } }, ...other,
    });
    const machine = (other: object = {}): object => ({ Owner: 'test', SchemaVersion: { Major: 2, Minor: 1 }, VirtualMachine: { ComputeTopology: { Memory: { SizeInMB: 512 } }, GuestConnection: {} }, ...other });
    const shell = (posix: string, cmd: string): { CommandLine: string } => ({ CommandLine: windows ? `cmd /c "${cmd}"` : `sh -c "${posix}"` });
    const pipes = { CreateStdInPipe: true, CreateStdOutPipe: true, CreateStdErrPipe: true };
    /** A process that lasts until it is ended, whoever goes meanwhile. */
    const lasting = (): object => ({ CommandLine: windows ? `"${host.path(join(dirname(host.testClient), 'task-program.exe'))}" idle` : 'sleep 100', CreateStdInPipe: true });

    it('are tracked by operations that tell what they are, and callbacks come from another thread', async () => {
      const lines = await host.steps(['operations']);
      const completed = 'completed operation type 0';
      expect(lines.filter((line) => line !== completed)).toEqual([
        'idle 80370115', 'idle wait 80370115', 'idle type -1, id given, context kept', 'cancel 80004001', `enumerate ${none}`, `result ${none} []`,
        'process information 8037011d', 'late callback 80370116', `context ${none}`, 'system none, process none', 'closed 80070006', 'never one 80070006',
      ]);
      // From its own thread, before the call has come back or after.
      const at = lines.indexOf(completed);
      expect(at).toBeGreaterThan(lines.indexOf('cancel 80004001'));
      expect(at).toBeLessThan(lines.indexOf(`result ${none} []`));
    });

    it('go from created to running to paused and back, refuse what their state does not allow, and say when they have ended', async () => {
      const lines = await host.steps(
        ['create', 'a', 'one', container()], ['callback', 'a', 0], ['run', 'a', 'p', { ...shell('true', 'rem'), ...pipes }], ['pause', 'a', '-'],
        ['start', 'a', '-'], ['start', 'a', '-'], ['properties', 'a', '-'], ['pause', 'a', '-'], ['properties', 'a', '{}'], ['run', 'a', 'p', shell('true', 'rem')], ['resume', 'a', '-'],
        ['terminate', 'a', '-'], ['event', 'a', '1'], ['start', 'a', '-'], ['properties', 'a', '-'], ['terminate', 'a', '-'], ['wait', 'a', 1000], ['enumerate', '-'], ['close', 'a'], ['close-process', 'p'],
      );
      const codes = (step: string): readonly string[] => of(lines, step).map((line) => line.split(' ')[1] ?? '');
      expect(codes('create')).toEqual([none]);
      expect(codes('run')).toEqual(['80370105', '80370105']);
      expect(codes('start')).toEqual([none, '80370105', '80370110']);
      expect(codes('pause')).toEqual(['80370105', none]);
      expect(codes('terminate')).toEqual([none, '80370110']);
      expect(of(lines, 'properties').map((line) => document(line)['State'])).toEqual(['Running', 'Paused', undefined]);
      expect(document(of(lines, 'properties')[0])).toMatchObject({ Id: 'one', SystemType: 'Container', Owner: 'test', RuntimeOsType: 'Windows' });
      expect(of(lines, 'event')).toEqual(['event a 00000001 {"Status":0,"ExitType":"ForcedExit"}']);
      expect(of(lines, 'wait')).toEqual([`wait ${none} {"Status":0,"ExitType":"ForcedExit"}`]);
      expect(of(lines, 'enumerate')).toEqual([`enumerate ${none} []`]);
      expect(document(of(lines, 'start')[1])).toMatchObject({ Error: 0x80370105 | 0, ErrorEvents: [{ Source: 'HcsStartComputeSystem' }] });
    });

    it('run real processes with real pipes, and tell their exit codes', async () => {
      const lines = await host.steps(
        ['create', 'a', 'one', container()], ['start', 'a', '-'],
        ['run', 'a', 'p', { ...shell('echo out $WORD; echo err >&2; read line; echo got $line; exit 3', 'echo out %WORD%& echo err 1>&2& findstr x& exit 3'), Environment: { WORD: 'wörd' }, ...pipes }],
        ['process-callback', 'p', 0], ['write', 'p', 'text'], ['change', 'p', { Operation: 'CloseHandle', CloseHandle: { Handle: 'StdIn' } }], ['close-input', 'p'],
        ['read', 'p', 'out'], ['read', 'p', 'err'], ['event', 'p', '10000'], ['wait-process', 'p', 1000], ['status', 'p', '-'], ['kill', 'p', '-'], ['close-process', 'p'], ['close', 'a'],
      );
      // Wine's cmd writes in a code page of its own.
      if (!windows) expect(of(lines, 'read')).toEqual([expect.stringMatching(/^read out out wörd\|got (text)?\|$/), 'read err err|']);
      else expect(of(lines, 'read').join('')).toContain('err');
      expect(of(lines, 'event')).toEqual([expect.stringMatching(/^event p 00010000 \{"ProcessId":\d+,"Exited":true,"ExitCode":3,"LastWaitResult":0\}$/)]);
      expect(of(lines, 'wait-process')).toEqual([expect.stringContaining('"ExitCode":3')]);
      expect(of(lines, 'status')).toEqual([expect.stringContaining('"Exited":true')]);
      expect(of(lines, 'kill')).toEqual([expect.stringContaining('kill 8037011f')]);
    });

    it('let several handles share one process, and a signal ends it', async () => {
      const lines = await host.steps(
        ['create', 'a', 'one', container()], ['start', 'a', '-'], ['run', 'a', 'p', lasting()], ['open-process', 'a', 'q', 'p'], ['process-callback', 'q', 0], ['information', 'q'], ['wait-process', 'q', 50],
        ['properties', 'a', { PropertyTypes: ['ProcessList', 'Statistics', 'TerminateOnLastHandleClosed'] }],
        ['signal', 'p', { Signal: 'CtrlShutdown' }], ['event', 'q', '10000'], ['close-process', 'p'], ['close-process', 'q'], ['open-process', 'a', 'r', 'p'], ['close', 'a'],
      );
      expect(of(lines, 'open-process')).toEqual([`open-process ${none}`, 'open-process 80070490']);
      expect(of(lines, 'information')).toEqual([`information ${none}`]);
      expect(of(lines, 'wait-process')).toEqual(['wait-process 80370118']);
      expect(document(of(lines, 'properties')[0])).toMatchObject({ TerminateOnLastHandleClosed: true, ProcessList: expect.arrayContaining([expect.objectContaining({ ImageName: expect.stringMatching(/^(sleep|sh|task-program\.exe)$/) as string, MemoryWorkingSetPrivateBytes: expect.any(Number) as number })]) as object, Statistics: { Memory: { MemoryUsagePrivateWorkingSetBytes: expect.any(Number) as number } } });
      expect(of(lines, 'signal')).toEqual([`signal ${none}`]);
      expect(document(of(lines, 'event')[0])).toMatchObject({ Exited: true, ExitCode: windows ? 0xc000013a : 143 });
    });

    it('end with the last handle where the document says so, and outlive their creator where it does not', async () => {
      await host.steps(['create', 'a', 'ends', container()], ['start', 'a', '-'], ['run', 'a', 'p', lasting()], ['create', 'b', 'stays', container({ ShouldTerminateOnLastHandleClosed: false })], ['start', 'b', '-'], ['run', 'b', 'q', lasting()]);
      await expect.poll(async () => (await host.counts())['processes'], { timeout: 10_000 }).toBe(1);
      const lines = await host.steps(['enumerate', '-'], ['open', 'b', 'stays'], ['open', 'a', 'ends'], ['callback', 'b', 4], ['terminate', 'b', '-'], ['event', 'b', '1'], ['close', 'b']);
      expect(JSON.parse((of(lines, 'enumerate')[0] ?? '').slice(19))).toMatchObject([{ Id: 'stays', State: 'Running' }]);
      expect(of(lines, 'open')).toEqual([`open ${none}`, 'open 8037010e']);
    });

    it('are strict about documents, and name the field', async () => {
      const wrong = (line: string): Promise<readonly string[]> => host.steps(['create', 'a', 'one', line]);
      const complaint = async (change: object): Promise<string> => String(document((await wrong(JSON.stringify(container(change))))[0])['ErrorMessage']);
      expect((await wrong('{'))[0]).toContain('create 8037010d');
      expect(await complaint({ Containr: {} })).toContain("unknown field 'Containr'");
      expect(await complaint({ ShouldTerminateOnLastHandleClosed: 'yes' })).toContain('ShouldTerminateOnLastHandleClosed: not true or false');
      expect(await complaint({ Container: { Storage: { Path: host.path(folder), Layers: [{ Id: 'x' }] } } })).toContain('Container.Storage.Layers[0].Id: not a guid');
      expect(await complaint({ Container: { Storage: { Path: host.path(folder), Layers: [{ Cache: 'Sometimes' }] } } })).toContain('Container.Storage.Layers[0].Cache: not one of');
      expect(await complaint({ Container: { Memory: { SizeInMB: -1 } } })).toContain('Container.Memory.SizeInMB: not a number of uint64');
      expect(await complaint({ VirtualMachine: {} })).toContain('exactly one of');
      expect(await complaint({ SchemaVersion: { Major: 1, Minor: 0 } })).toContain('SchemaVersion');
    });

    it('host containers in virtual machines, which end with them', async () => {
      const hosted = (id: string): object => ({
        Owner: 'test', SchemaVersion: { Major: 2, Minor: 1 }, HostingSystemId: 'vm', ShouldTerminateOnLastHandleClosed: true,
        HostedSystem: { SchemaVersion: { Major: 2, Minor: 1 }, Container: { GuestOs: { HostName: id }, Storage: { Layers: [{ Path: String.raw`\\?\VMSMB\VSMB-{dcc079ae-60ba-4d07-847c-3493609c0870}\s1` }], Path: host.path(folder) } } },
      });
      const share = { Name: 's1', Path: host.path(join(folder, 'layer')), Options: { ReadOnly: true } };
      const shares = 'VirtualMachine/Devices/VirtualSmb/Shares';
      const lines = await host.steps(
        ['create', 'vm', 'vm', machine()], ['create', 'early', 'early', hosted('early')], ['start', 'vm', '-'], ['create', 'c', 'c', hosted('c')],
        ['modify', 'vm', { ResourcePath: shares, RequestType: 'Add', Settings: share }], ['modify', 'vm', { ResourcePath: shares, RequestType: 'Add', Settings: share }], ['modify', 'vm', { ResourcePath: shares, RequestType: 'Add', Settings: { ...share, Nonsense: 1 } }],
        ['modify', 'vm', { ResourcePath: 'VirtualMachine/ComputeTopology/Gpu', RequestType: 'Add', Settings: {} }], ['modify', 'vm', { ResourcePath: 'VirtualMachine/Nothing', RequestType: 'Add' }],
        ['create', 'c', 'c', hosted('c')], ['create', 'd', 'd', hosted('d')], ['callback', 'c', 0], ['callback', 'd', 0], ['start', 'c', '-'], ['start', 'd', '-'], ['run', 'c', 'p', lasting()], ['run', 'd', 'q', lasting()],
        ['properties', 'c', '-'], ['properties', 'vm', { PropertyTypes: ['ProcessList', 'GuestConnection', 'Memory'] }],
        ['modify', 'vm', { ResourcePath: shares, RequestType: 'Remove', Settings: { Name: 'nobody' } }], ['terminate', 'vm', '-'], ['event', 'c', '1'], ['event', 'd', '1'],
        ...['vm', 'early', 'c', 'd'].map((one) => ['close', one]), ['close-process', 'p'], ['close-process', 'q'],
      );
      const codes = (step: string): readonly string[] => of(lines, step).map((line) => line.split(' ')[1] ?? '');
      expect(codes('create')).toEqual([none, '80370105', '80070003', none, none]);
      expect(codes('modify')).toEqual([none, '800700b7', '8037010d', '80070057', '80070057', '80070490']);
      expect(document(of(lines, 'properties')[0])).toMatchObject({ Id: 'c', HostingSystemId: 'vm', State: 'Running' });
      const told = document(of(lines, 'properties')[1]) as { ProcessList: unknown[] };
      expect(told).toMatchObject({ SystemType: 'VirtualMachine', GuestConnectionInfo: { ProtocolVersion: 4 } });
      expect(told.ProcessList.length).toBeGreaterThanOrEqual(2);
      expect(of(lines, 'event').toSorted()).toEqual(['event c 00000001 {"Status":0,"ExitType":"ForcedExit"}', 'event d 00000001 {"Status":0,"ExitType":"ForcedExit"}']);
    });

    it('as virtual machines are crashed, with a report, and saved when they are paused', async () => {
      const saved = join(folder, 'saved.vmrs');
      const lines = await host.steps(
        ['create', 'a', 'one', machine()], ['callback', 'a', 0], ['start', 'a', '-'], ['crash', 'a', { Type: 'CrashGuest' }], ['event', 'a', '1'],
        ['create', 'b', 'two', machine()], ['callback', 'b', 0], ['start', 'b', '-'], ['save', 'b', { SaveType: 'ToFile', SaveStateFilePath: host.path(saved) }], ['pause', 'b', { SuspensionLevel: 'Suspend' }],
        ['save', 'b', { SaveType: 'ToFile', SaveStateFilePath: host.path(saved) }], ['event', 'b', '1'], ['close', 'a'], ['close', 'b'],
      );
      expect(of(lines, 'event a').map((line) => line.split(' ')[2])).toEqual(['00000002', '00000003', '00000001']);
      expect(of(lines, 'event a')[2]).toBe('event a 00000001 {"Status":-2143878906,"ExitType":"UnexpectedExit"}');
      expect(of(lines, 'save').map((line) => line.split(' ')[1])).toEqual(['80370105', none]);
      expect(of(lines, 'event b')).toEqual(['event b 00000001 {"Status":0,"ExitType":"GracefulExit"}']);
    });

    it('take one callback a handle, and tell operations through it where that is asked for', async () => {
      const lines = await host.steps(['create', 'a', 'one', container()], ['callback', 'a', 7], ['callback', 'a', 1], ['callback', 'a', 0], ['no-waiting'], ['start', 'a', '-'], ['waiting'], ['properties', 'a', '-'], ['event', 'a', '1000000'], ['sleep', 50], ['close', 'a']);
      expect(of(lines, 'callback').map((line) => line.split(' ')[1])).toEqual(['80070057', none, '80370119']);
      expect(of(lines, 'event')).toEqual(['event a 01000000', 'event a 01000000'].slice(0, of(lines, 'event').length));
      expect(of(lines, 'event').length).toBeGreaterThan(0);
    });

    it('are beside a service that tells its properties and takes its settings', async () => {
      const group = { GroupId: '5d2a4f10-6a15-4a6a-8f3c-000000000001', LogicalProcessorCount: 1, LogicalProcessors: [0] };
      const lines = await host.steps(
        ['service', '-'], ['service', { PropertyTypes: ['ProcessorTopology', 'CpuGroup'] }], ['service', { PropertyTypes: ['Weather'] }],
        ['settings', { PropertyType: 'CpuGroup', Settings: { Operation: 'CreateGroup', OperationDetails: group } }], ['settings', { PropertyType: 'CpuGroup', Settings: { Operation: 'CreateGroup', OperationDetails: group } }],
        ['settings', { PropertyType: 'CpuGroup', Settings: { Operation: 'DeleteGroup', OperationDetails: { GroupId: group.GroupId } } }],
        ['report', { SystemId: 'one', Status: 0 }], ['report', { Nonsense: 1 }],
        ['grant', 'one', host.path(folder)], ['state-files', host.path(join(folder, 'a.vmgs')), host.path(join(folder, 'a.vmrs'))],
      );
      expect(document(of(lines, 'service')[0])).toMatchObject({ Properties: [{ SupportedSchemaVersions: expect.arrayContaining([{ Major: 2, Minor: 1 }]) as object }] });
      expect(document(of(lines, 'service')[1])).toMatchObject({ Properties: [{ LogicalProcessorCount: expect.any(Number) as number }, { CpuGroups: [] }] });
      expect(of(lines, 'service')[2]).toContain('service 8037010d');
      expect(of(lines, 'settings').map((line) => line.split(' ')[1])).toEqual([none, '800700b7', none]);
      expect(of(lines, 'report')).toEqual([`report ${none}`, 'report 8037010d']);
      expect(lines.filter((line) => /^(grant|revoke|guest|runtime|compatibility)/.test(line)).every((line) => line.includes(none))).toBe(true);
    });
  });
});
