import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ForeignComputeSystems, HostComputeService, type ComputeSystem, type ComputeSystemDocument, type SystemEvent } from '../../src/runtime/hcs/index.ts';
import { expectError } from '../fixtures/expect-error.ts';
import { buildHcsSimulator, simulatorBuildTimeout, startSimulator, whyNoSimulator, type RunningSimulator, type SimulatorFiles } from '../fixtures/hcs-simulator.ts';
import { expectNothingLeft } from '../fixtures/nothing-left.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';

const schemaVersion = { Major: 2, Minor: 1 };

describe.skipIf(skipReason('The wrapper of HCS', whyNoSimulator('linux')))('the wrapper of the Host Compute Service', () => {
  let files: SimulatorFiles;
  let simulator: RunningSimulator;
  let service: HostComputeService;
  let folder: string;

  beforeAll(async () => {
    files = await buildHcsSimulator({ target: 'linux' });
    simulator = startSimulator(files);
    Object.assign(process.env, simulator.environment);
  }, simulatorBuildTimeout);
  afterAll(async () => { await simulator?.stop(); });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hcs-wrapper-'));
    mkdirSync(join(folder, 'layer'));
    service = new HostComputeService({ computeCore: files.libraries['computecore.dll'], kernel32: files.libraries['computecore.dll'] });
  });
  afterEach(async () => {
    fault();
    await service.close();
    await expectNothingLeft(simulator);
    rmSync(folder, { recursive: true, force: true });
  });

  const fault = (...faults: readonly object[]): void => { writeFileSync(join(simulator.root, 'faults.json'), JSON.stringify({ Faults: faults })); };
  const container = (): ComputeSystemDocument => ({
    Owner: 'test', SchemaVersion: schemaVersion, ShouldTerminateOnLastHandleClosed: true,
    Container: { Storage: { Layers: [{ Id: '11111111-1111-1111-1111-111111111111', Path: join(folder, 'layer') }], Path: folder } },
  });
  const machine: ComputeSystemDocument = { Owner: 'test', SchemaVersion: schemaVersion, ShouldTerminateOnLastHandleClosed: true, VirtualMachine: { ComputeTopology: { Memory: { SizeInMB: 256 } }, GuestConnection: {} } };
  const started = async (id: string, document = container()): Promise<ComputeSystem> => {
    const system = await service.createSystem(id, document);
    await system.start();
    return system;
  };
  const shell = (script: string): { CommandLine: string } => ({ CommandLine: `sh -c "${script}"` });
  const pipes = { CreateStdInPipe: true, CreateStdOutPipe: true, CreateStdErrPipe: true };

  it('creates, finds, opens, pauses, resumes and ends systems, and hears of their end', async () => {
    const system = await service.createSystem('one', container());
    expect(system.description).toMatchObject({ Id: 'one', State: 'Created', Owner: 'test' });
    const events: SystemEvent[] = [];
    system.onEvent((event) => { events.push(event); });
    await system.start();
    expect((await expectError('ComputeSystemStateInvalid', system.start())).native).toMatchObject({ hresult: 0x80370105, hresultName: 'HCS_E_INVALID_STATE' });
    const other = await started('two');
    expect((await service.listSystems()).map(({ Id }) => Id).toSorted()).toEqual(['one', 'two']);
    expect((await service.listSystems({ Ids: ['two'], Types: ['Container'], Owners: ['test'] })).map(({ Id }) => Id)).toEqual(['two']);
    expect(await service.listSystems({ Owners: ['nobody'] })).toEqual([]);
    expect((await new ForeignComputeSystems(() => service).list()).toSorted((a, b) => (a.id < b.id ? -1 : 1))).toMatchObject([{ id: 'one', owner: 'test', state: 'running' }, { id: 'two', owner: 'test', state: 'running' }]);
    await system.pause();
    const seenAgain = await service.openSystem('one');
    expect((await seenAgain.properties()).State).toBe('Paused');
    await seenAgain.resume();
    await seenAgain.terminate();
    expect(await system.exited).toMatchObject({ exitType: 'ForcedExit' });
    await expect.poll(() => events).toMatchObject([{ kind: 'exited', exit: { exitType: 'ForcedExit' } }]);
    await expectError('ComputeSystemExists', service.createSystem('two', container()));
    await other.shutDown();
    expect((await other.exited).exitType).toBe('GracefulExit');
    await expectError('ContainerNotFound', service.openSystem('three'));
  });

  it('gives events to whoever reads them, until the handle is closed', async () => {
    const system = await started('vm', machine);
    const kinds: string[] = [];
    const reading = (async () => { for await (const event of system.events()) kinds.push(event.kind); })();
    await system.crash();
    await system.exited;
    await system.close();
    await reading;
    expect(kinds).toContain('crashReport');
    expect(kinds.at(-1)).toBe('exited');
  });

  it('saves a paused machine, and nothing that runs', async () => {
    const system = await started('vm', machine);
    const how = { SaveType: 'ToFile', SaveStateFilePath: join(folder, 'vm.vmrs') } as const;
    await expectError('ComputeSystemStateInvalid', system.save(how));
    await system.pause({ SuspensionLevel: 'Suspend' });
    await system.save(how);
  });

  it('runs processes with their streams, whatever their size', async () => {
    const system = await started('one');
    const process = await system.createProcess({ ...shell('cat; echo oops >&2; exit 300'), ...pipes });
    const bytes = 'ä'.repeat(700_000);
    process.stdin?.end(bytes);
    const [out, err] = await Promise.all([process.stdout, process.stderr].filter((stream) => stream !== undefined).map(text));
    expect(out).toBe(bytes);
    expect(err).toBe('oops\n');
    expect(await process.exited).toEqual({ exitCode: 300 % 256, reason: 'Exited' });
    expect(await process.properties()).toMatchObject({ Exited: true });
    await expectError('ProcessNotFound', process.terminate());
  });

  it('signals, resizes, finds and ends processes', async () => {
    const system = await started('one');
    const process = await system.createProcess({ ...shell('sleep 100'), CreateStdOutPipe: true, CreateStdInPipe: true, EmulateConsole: true, ConsoleSize: [25, 80] });
    await process.resize(120, 40);
    const again = await system.openProcess(process.processId);
    expect((await system.properties({ PropertyTypes: ['ProcessList', 'Statistics'] })).ProcessList?.map(({ ProcessId }) => ProcessId)).toContain(process.processId);
    await again.signal({ Signal: 'CtrlShutdown' });
    expect((await process.exited).exitCode).toBe(143);
    expect((await again.exited).exitCode).toBe(143);
    await expectError('ProcessNotFound', system.openProcess(4_000_000));
    const error = await expectError('ExecutableNotFound', system.createProcess({ CommandLine: 'no-such-program here' }));
    expect(error.message).toContain('no-such-program');
    await expectError('UserNotFound', system.createProcess({ ...shell('true'), User: 'nobody-here' }));
  });

  it('closes what was opened through it, newest first, and says so of what somebody still waits for', async () => {
    const system = await started('one');
    const process = await system.createProcess({ ...shell('sleep 100'), ...pipes });
    await service.close();
    expect(await process.exited).toEqual({ exitCode: null, reason: 'Lost' });
    expect((await system.exited).exitType).toMatch(/Lost|ForcedExit/);
    expect((await expectError('HcsFailed', system.start())).action).toBe('Open it again.');
  });

  it('asks and changes the service itself', async () => {
    expect((await service.serviceProperties({ PropertyTypes: ['Basic'] })).Properties).toMatchObject([{ SupportedSchemaVersions: expect.any(Array) as unknown[] }]);
    const change = (Operation: 'AddInstance' | 'RemoveInstance', more: object = {}): Parameters<HostComputeService['modifyService']>[0] => ({ PropertyType: 'ContainerCredentialGuard', Settings: { Operation, OperationDetails: { Id: 'one', ...more } } });
    await service.modifyService(change('AddInstance', { CredentialSpec: '{}', Transport: 'LRPC' }));
    const [guard] = (await service.serviceProperties({ PropertyTypes: ['ContainerCredentialGuard'] })).Properties as { readonly Instances: readonly { readonly Id: string }[] }[];
    expect(guard?.Instances).toMatchObject([{ Id: 'one' }]);
    await service.modifyService(change('RemoveInstance'));
    await service.submitCrashReport({ SystemId: 'one' });
    await service.createEmptyGuestStateFile(join(folder, 'guest.vmgs'));
    await service.createEmptyRuntimeStateFile(join(folder, 'runtime.vmrs'));
    expect(await service.processorRequirements(join(folder, 'runtime.vmrs'))).toBeTypeOf('object');
    await service.grantVmAccess('vm', join(folder, 'guest.vmgs'));
    await service.revokeVmAccess('vm', join(folder, 'guest.vmgs'));
    await service.grantVmGroupAccess(join(folder, 'guest.vmgs'));
    await service.revokeVmGroupAccess(join(folder, 'guest.vmgs'));
    await expectError('PathNotFound', service.grantVmAccess('vm', join(folder, 'nothing')));
  });

  it.each([['blanks and marks', 'a b "c" %d\'&<>'], ['other scripts', 'ä-컨테이너-𝄞'], ['backslashes', 'a\\b\\..\\c'], ['newlines', 'a\nb\t']])('takes ids with %s as they are', async (_, id) => {
    const system = await service.createSystem(id, container());
    expect((await service.listSystems({ Ids: [id] })).map((each) => each.Id)).toEqual([id]);
    expect((await service.openSystem(id)).id).toBe(id);
    await system.terminate();
  });

  it('says where a document is wrong, as HCS told it', async () => {
    const error = await expectError('ConfigInvalid', service.createSystem('one', { ...container(), Colour: 'red' } as ComputeSystemDocument));
    expect(error.native).toMatchObject({ hresult: 0x8037010d, hresultName: 'HCS_E_INVALID_JSON' });
    expect(error.message).toContain('Colour');
  });

  it('ends what was created after its caller had left, by a signal or in time', async () => {
    fault({ Function: 'HcsCreateComputeSystem', DelayInMs: 300 });
    const began = performance.now();
    await expectError('OperationCancelled', service.createSystem('one', container(), { signal: AbortSignal.timeout(50) }));
    // The work was waited for: it is neither abandoned nor left behind.
    expect(performance.now() - began).toBeGreaterThan(250);
    expect((await expectError('OperationTimedOut', service.createSystem('two', container(), { timeoutMs: 50 }))).args['timeoutSeconds']).toBe(0.05);
    fault();
    expect(await service.listSystems()).toEqual([]);
    await expectError('OperationCancelled', service.listSystems(undefined, { signal: AbortSignal.abort() }));
  });

  it('ends a process that was created after its caller had left', async () => {
    const system = await started('one');
    fault({ Function: 'HcsCreateProcess', DelayInMs: 200 });
    await expectError('OperationCancelled', system.createProcess({ ...shell('exec sleep 100'), ...pipes }, { signal: AbortSignal.timeout(30) }));
    await expect.poll(async () => (await system.properties({ PropertyTypes: ['ProcessList'] })).ProcessList).toEqual([]);
  });

  it('runs three hundred slow operations at once, and none throws or holds up the others', async () => {
    const system = await started('one');
    fault({ Function: 'HcsGetComputeSystemProperties', DelayInMs: 400 });
    const began = performance.now();
    const slow = Array.from({ length: 300 }, () => system.properties());
    expect((await service.serviceProperties({ PropertyTypes: ['Basic'] })).Properties).toHaveLength(1);
    expect((await Promise.all(slow)).every(({ Id }) => Id === 'one')).toBe(true);
    // One after the other they would take two minutes.
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('tells of a service that goes away in the middle, and speaks with the next one', async () => {
    const system = await started('one');
    const process = await system.createProcess({ ...shell('sleep 100'), ...pipes });
    fault({ Function: 'HcsGetComputeSystemProperties', ServiceGone: true, Times: 1 });
    const error = await expectError('ComputeServiceStopped', system.properties());
    expect(error).toMatchObject({ retryable: true, native: { hresult: 0x8037011e } });
    expect(await system.exited).toMatchObject({ exitType: 'Lost' });
    expect(await process.exited).toEqual({ exitCode: null, reason: 'Lost' });
    fault();
    await process.close();
    await system.close();
    expect(await service.listSystems()).toEqual([]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['HcsEnumerateComputeSystems', () => service.listSystems()],
    ['HcsGetServiceProperties', () => service.serviceProperties({ PropertyTypes: ['Basic'] })],
  ])('says that an answer is half a document: %s', async (name, ask) => {
    fault({ Function: name, MalformedResult: true });
    expect((await expectError('HcsAnswerInvalid', ask())).message).toContain('no JSON');
  });

  it('gives back a handle whose system could not be described', async () => {
    fault({ Function: 'HcsGetComputeSystemProperties', MalformedResult: true });
    await expectError('HcsAnswerInvalid', service.createSystem('one', container()));
  });

  it('hears of a system that exits unexpectedly', async () => {
    const system = await started('one');
    fault({ Function: 'HcsEnumerateComputeSystems', SystemExits: 'one', Times: 1 });
    await service.listSystems();
    expect((await system.exited).exitType).toBe('UnexpectedExit');
  });
});
