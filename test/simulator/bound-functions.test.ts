import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bindComputeCore, computeCoreFunctions, processInformationBytes, readProcessInformation, registerCompletion, registerEvents, type ComputeCore } from '../../native/computecore.ts';
import { koffi, type Out, type Pointer } from '../../native/dynamic-library.ts';
import { Kernel32 } from '../../native/kernel32-io.ts';
import { buildHcsSimulator, simulatorBuildTimeout, startSimulator, whyNoSimulator, type RunningSimulator } from '../fixtures/hcs-simulator.ts';
import { expectNothingLeft } from '../fixtures/nothing-left.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';

const all = 0x10000000;
const longMs = 10_000;

/** Each function of computecore.dll that is bound, called as it stands, without the wrapper: what a declaration has wrong shows here. */
describe.skipIf(skipReason('The bindings of computecore.dll', whyNoSimulator('linux')))('a bound function of computecore.dll', () => {
  let simulator: RunningSimulator;
  let core: ComputeCore;
  let kernel: Kernel32;
  let folder: string;
  let system: Pointer;
  let callback: Pointer;
  let events: Pointer;
  const completed: Pointer[] = [];
  const seen: [type: number, context: Pointer, data: string | undefined][] = [];

  const place = (): Out<Pointer> => [null];
  const given = ([value]: Out<Pointer>): Pointer => { if (value === null) throw new Error('no handle was given'); return value; };
  const operation = (): Pointer => { const made = core.HcsCreateOperation.now(null, null); if (made === null) throw new Error('no operation'); return made; };
  /** Begins work and waits for it: its HRESULT and document. */
  const run = async (begin: (of: Pointer) => Promise<number>): Promise<{ readonly code: number; readonly document: string | undefined }> => {
    const of = operation();
    try {
      const begun = await begin(of);
      if (begun < 0) return { code: begun, document: undefined };
      const text = place();
      return { code: await core.HcsWaitForOperationResult.onWorker(of, longMs, text), document: kernel.takeText(text) };
    } finally {
      core.HcsCloseOperation.now(of);
    }
  };
  const must = async (begin: (of: Pointer) => Promise<number>): Promise<string | undefined> => {
    const { code, document } = await run(begin);
    expect((code >>> 0).toString(16)).toBe('0');
    return document;
  };
  const create = async (id: string, document: object): Promise<Pointer> => {
    const handle = place();
    await must((of) => core.HcsCreateComputeSystem.onWorker(id, JSON.stringify({ Owner: 'test', SchemaVersion: { Major: 2, Minor: 1 }, ShouldTerminateOnLastHandleClosed: true, ...document }), of, null, handle));
    return given(handle);
  };
  const container = (): object => ({ Container: { Storage: { Layers: [{ Id: '11111111-1111-1111-1111-111111111111', Path: join(folder, 'layer') }], Path: folder } } });
  const machine = { VirtualMachine: { ComputeTopology: { Memory: { SizeInMB: 256 } }, GuestConnection: {} } };
  const withMachine = async (id: string, work: (handle: Pointer) => Promise<void>): Promise<void> => {
    const handle = await create(id, machine);
    await must((of) => core.HcsStartComputeSystem.onWorker(handle, of, null));
    await work(handle);
    await core.HcsCloseComputeSystem.onWorker(handle);
  };
  const startProcess = async (script: string): Promise<{ readonly process: Pointer; readonly processId: number }> => {
    const process = place();
    const of = operation();
    expect(await core.HcsCreateProcess.onWorker(system, JSON.stringify({ CommandLine: `sh -c "${script}"`, CreateStdInPipe: true }), of, null, process)).toBe(0);
    const information = Buffer.alloc(processInformationBytes);
    expect(await core.HcsWaitForOperationResultAndProcessInfo.onWorker(of, longMs, information, place())).toBe(0);
    const { processId, stdin, stdout } = readProcessInformation(information);
    expect(stdout).toBeUndefined();
    if (stdin !== undefined) kernel.closeHandle(stdin);
    core.HcsCloseOperation.now(of);
    return { process: given(process), processId };
  };
  const withProcess = async (script: string, work: (process: Pointer, processId: number) => Promise<void>): Promise<void> => {
    const { process, processId } = await startProcess(script);
    await work(process, processId);
    await core.HcsCloseProcess.onWorker(process);
  };
  const file = (name: string): string => { const path = join(folder, name); writeFileSync(path, ''); return path; };

  beforeAll(async () => {
    const files = await buildHcsSimulator({ target: 'linux' });
    simulator = startSimulator(files);
    Object.assign(process.env, simulator.environment);
    folder = mkdtempSync(join(tmpdir(), 'hcs-bound-'));
    mkdirSync(join(folder, 'layer'));
    const library = files.libraries['computecore.dll'];
    core = bindComputeCore(library);
    kernel = new Kernel32(library);
    callback = registerCompletion((context) => { completed.push(context); });
    events = registerEvents(({ type, data }, context) => { seen.push([type, context, data]); });
    system = await create('bound', container());
    await must((of) => core.HcsStartComputeSystem.onWorker(system, of, null));
  }, simulatorBuildTimeout);
  afterAll(async () => {
    await core.HcsCloseComputeSystem.onWorker(system);
    await expectNothingLeft(simulator);
    koffi().unregister(callback);
    koffi().unregister(events);
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const calls: Readonly<Record<keyof ComputeCore, () => Promise<void>>> = {
    HcsCreateOperation: async () => {
      const of = core.HcsCreateOperation.now(41n, callback);
      expect(of).not.toBeNull();
      expect(await core.HcsEnumerateComputeSystems.onWorker(null, of ?? 0n)).toBe(0);
      await expect.poll(() => completed).toContain(41n);
      core.HcsCloseOperation.now(of ?? 0n);
    },
    HcsCloseOperation: async () => {
      const before = (await simulator.counts())['operations'];
      const of = operation();
      core.HcsCloseOperation.now(of);
      expect((await simulator.counts())['operations']).toBe(before);
    },
    HcsCancelOperation: () => { const of = operation(); expect(core.HcsCancelOperation.now(of) >>> 0).toBe(0x80004001); core.HcsCloseOperation.now(of); return Promise.resolve(); },
    HcsGetOperationContext: () => { const of = core.HcsCreateOperation.now(7n, null) ?? 0n; expect(core.HcsGetOperationContext.now(of)).toBe(7n); core.HcsCloseOperation.now(of); return Promise.resolve(); },
    HcsSetOperationContext: () => { const of = operation(); expect(core.HcsSetOperationContext.now(of, 9n)).toBe(0); expect(core.HcsGetOperationContext.now(of)).toBe(9n); core.HcsCloseOperation.now(of); return Promise.resolve(); },
    HcsSetOperationCallback: async () => {
      const of = operation();
      expect(core.HcsSetOperationCallback.now(of, 42n, callback)).toBe(0);
      await core.HcsEnumerateComputeSystems.onWorker(null, of);
      await expect.poll(() => completed).toContain(42n);
      core.HcsCloseOperation.now(of);
    },
    HcsGetOperationType: async () => { const of = operation(); expect(core.HcsGetOperationType.now(of)).toBe(-1); await core.HcsEnumerateComputeSystems.onWorker(null, of); expect(core.HcsGetOperationType.now(of)).toBe(0); await core.HcsWaitForOperationResult.onWorker(of, longMs, null as unknown as Out<Pointer>); core.HcsCloseOperation.now(of); },
    HcsGetOperationId: () => { const [one, two] = [operation(), operation()]; expect(core.HcsGetOperationId.now(one)).not.toBe(core.HcsGetOperationId.now(two)); core.HcsCloseOperation.now(one); core.HcsCloseOperation.now(two); return Promise.resolve(); },
    HcsGetComputeSystemFromOperation: async () => { const of = operation(); await core.HcsGetComputeSystemProperties.onWorker(system, of, null); expect(core.HcsGetComputeSystemFromOperation.now(of)).toBe(system); await core.HcsWaitForOperationResult.onWorker(of, longMs, null as unknown as Out<Pointer>); core.HcsCloseOperation.now(of); },
    HcsGetProcessFromOperation: () => withProcess('sleep 100', async (process) => {
      const of = operation();
      await core.HcsTerminateProcess.onWorker(process, of, null);
      expect(core.HcsGetProcessFromOperation.now(of)).toBe(process);
      await core.HcsWaitForOperationResult.onWorker(of, longMs, null as unknown as Out<Pointer>);
      core.HcsCloseOperation.now(of);
    }),
    HcsGetOperationResult: () => { const of = operation(); expect(core.HcsGetOperationResult.now(of, place()) >>> 0).toBe(0x80370115); core.HcsCloseOperation.now(of); return Promise.resolve(); },
    HcsGetOperationResultAndProcessInfo: () => { const of = operation(); expect(core.HcsGetOperationResultAndProcessInfo.now(of, Buffer.alloc(processInformationBytes), place()) >>> 0).toBe(0x80370115); core.HcsCloseOperation.now(of); return Promise.resolve(); },
    HcsWaitForOperationResult: async () => { const of = operation(); expect((await core.HcsWaitForOperationResult.onWorker(of, 10, place())) >>> 0).toBe(0x80370115); core.HcsCloseOperation.now(of); },
    HcsWaitForOperationResultAndProcessInfo: () => withProcess('true', () => Promise.resolve()),
    HcsEnumerateComputeSystems: async () => { expect(JSON.parse((await must((of) => core.HcsEnumerateComputeSystems.onWorker('{"Ids":["bound"]}', of))) ?? '')).toMatchObject([{ Id: 'bound', State: 'Running' }]); },
    HcsCreateComputeSystem: async () => {
      const handle = place();
      expect((await run((of) => core.HcsCreateComputeSystem.onWorker('bound', JSON.stringify({ Owner: 'x', SchemaVersion: { Major: 2, Minor: 1 }, ...container() }), of, null, handle))).code >>> 0).toBe(0x8037010f);
      if (handle[0] !== null) await core.HcsCloseComputeSystem.onWorker(handle[0]);
    },
    HcsOpenComputeSystem: async () => { const handle = place(); expect((await core.HcsOpenComputeSystem.onWorker('nothing', all, handle)) >>> 0).toBe(0x8037010e); expect(await core.HcsOpenComputeSystem.onWorker('bound', all, handle)).toBe(0); await core.HcsCloseComputeSystem.onWorker(given(handle)); },
    HcsCloseComputeSystem: async () => { const handle = place(); await core.HcsOpenComputeSystem.onWorker('bound', all, handle); const before = (await simulator.counts())['handles'] ?? 0; await core.HcsCloseComputeSystem.onWorker(given(handle)); expect((await simulator.counts())['handles']).toBe(before - 1); },
    HcsStartComputeSystem: async () => { expect((await run((of) => core.HcsStartComputeSystem.onWorker(system, of, null))).code >>> 0).toBe(0x80370105); },
    HcsShutDownComputeSystem: async () => { await withMachine('down', async (vm) => { await must((of) => core.HcsShutDownComputeSystem.onWorker(vm, of, null)); }); },
    HcsTerminateComputeSystem: async () => { await withMachine('end', async (vm) => { await must((of) => core.HcsTerminateComputeSystem.onWorker(vm, of, null)); }); },
    HcsCrashComputeSystem: async () => { await withMachine('crash', async (vm) => { await must((of) => core.HcsCrashComputeSystem.onWorker(vm, of, '{"Type":"CrashGuest"}')); }); },
    HcsPauseComputeSystem: async () => { await withMachine('pause', async (vm) => { await must((of) => core.HcsPauseComputeSystem.onWorker(vm, of, '{"SuspensionLevel":"Suspend"}')); }); },
    HcsResumeComputeSystem: async () => { await withMachine('resume', async (vm) => { await must((of) => core.HcsPauseComputeSystem.onWorker(vm, of, null)); await must((of) => core.HcsResumeComputeSystem.onWorker(vm, of, null)); }); },
    HcsSaveComputeSystem: async () => { await withMachine('save', async (vm) => { expect((await run((of) => core.HcsSaveComputeSystem.onWorker(vm, of, JSON.stringify({ SaveType: 'ToFile', SaveStateFilePath: join(folder, 'vm.vmrs') })))).code >>> 0).toBe(0x80370105); }); },
    HcsGetComputeSystemProperties: async () => { expect(JSON.parse((await must((of) => core.HcsGetComputeSystemProperties.onWorker(system, of, '{"PropertyTypes":["ProcessList"]}'))) ?? '')).toMatchObject({ Id: 'bound', ProcessList: expect.any(Array) as unknown[] }); },
    HcsModifyComputeSystem: async () => { await must((of) => core.HcsModifyComputeSystem.onWorker(system, of, '{"ResourcePath":"Container/Memory/SizeInMB","RequestType":"Update","Settings":64}', null)); },
    HcsSetComputeSystemCallback: async () => {
      const handle = place();
      await core.HcsOpenComputeSystem.onWorker('bound', all, handle);
      expect(await core.HcsSetComputeSystemCallback.onWorker(given(handle), 0, 43n, events)).toBe(0);
      expect((await core.HcsSetComputeSystemCallback.onWorker(given(handle), 0, 43n, events)) >>> 0).toBe(0x80370119);
      await core.HcsCloseComputeSystem.onWorker(given(handle));
    },
    HcsWaitForComputeSystemExit: async () => { expect((await core.HcsWaitForComputeSystemExit.onWorker(system, 10, place())) < 0).toBe(true); },
    HcsCreateProcess: async () => { expect((await run((of) => core.HcsCreateProcess.onWorker(system, '{"CommandLine":"no-such-program"}', of, null, place()))).code >>> 0).toBe(0x80070002); },
    HcsOpenProcess: () => withProcess('sleep 100', async (process, processId) => {
      const handle = place();
      expect(await core.HcsOpenProcess.onWorker(system, processId, all, handle)).toBe(0);
      await core.HcsCloseProcess.onWorker(given(handle));
      expect((await core.HcsOpenProcess.onWorker(system, 4_000_000, all, handle)) >>> 0).toBe(0x80070490);
      await must((of) => core.HcsTerminateProcess.onWorker(process, of, null));
    }),
    HcsCloseProcess: () => withProcess('true', () => Promise.resolve()),
    HcsTerminateProcess: () => withProcess('sleep 100', async (process) => { await must((of) => core.HcsTerminateProcess.onWorker(process, of, null)); }),
    HcsSignalProcess: () => withProcess('sleep 100', async (process) => { await must((of) => core.HcsSignalProcess.onWorker(process, of, '{"Signal":"CtrlShutdown"}')); }),
    HcsGetProcessInfo: () => withProcess('sleep 100', async (process, processId) => {
      const of = operation();
      expect(await core.HcsGetProcessInfo.onWorker(process, of)).toBe(0);
      const information = Buffer.alloc(processInformationBytes);
      expect(await core.HcsWaitForOperationResultAndProcessInfo.onWorker(of, longMs, information, place())).toBe(0);
      const told = readProcessInformation(information);
      expect(told.processId).toBe(processId);
      for (const handle of [told.stdin, told.stdout, told.stderr]) if (handle !== undefined) kernel.closeHandle(handle);
      core.HcsCloseOperation.now(of);
      await must((each) => core.HcsTerminateProcess.onWorker(process, each, null));
    }),
    HcsGetProcessProperties: () => withProcess('exit 5', async (process) => {
      await core.HcsWaitForProcessExit.onWorker(process, longMs, null as unknown as Out<Pointer>);
      expect(JSON.parse((await must((of) => core.HcsGetProcessProperties.onWorker(process, of, null))) ?? '')).toMatchObject({ Exited: true, ExitCode: 5 });
    }),
    HcsModifyProcess: () => withProcess('cat', async (process) => {
      await must((of) => core.HcsModifyProcess.onWorker(process, of, '{"Operation":"CloseHandle","CloseHandle":{"Handle":"StdIn"}}'));
      expect(await core.HcsWaitForProcessExit.onWorker(process, longMs, null as unknown as Out<Pointer>)).toBe(0);
    }),
    HcsSetProcessCallback: () => withProcess('exit 6', async (process) => {
      expect(await core.HcsSetProcessCallback.onWorker(process, 0, 44n, events)).toBe(0);
      await expect.poll(() => seen.find(([, context]) => context === 44n)).toMatchObject([0x10000, 44n, expect.stringContaining('"ExitCode":6')]);
    }),
    HcsWaitForProcessExit: () => withProcess('exit 3', async (process) => { const text = place(); expect(await core.HcsWaitForProcessExit.onWorker(process, longMs, text)).toBe(0); expect(JSON.parse(kernel.takeText(text) ?? '')).toMatchObject({ ExitCode: 3 }); }),
    HcsGetServiceProperties: async () => { const text = place(); expect(await core.HcsGetServiceProperties.onWorker('{"PropertyTypes":["Basic"]}', text)).toBe(0); expect(JSON.parse(kernel.takeText(text) ?? '')).toMatchObject({ Properties: [{ SupportedSchemaVersions: expect.any(Array) as unknown[] }] }); },
    HcsModifyServiceSettings: async () => {
      const change = (Operation: string, details: object): string => JSON.stringify({ PropertyType: 'ContainerCredentialGuard', Settings: { Operation, OperationDetails: { Id: 'bound', ...details } } });
      for (const settings of [change('AddInstance', { CredentialSpec: '{}', Transport: 'LRPC' }), change('RemoveInstance', {})]) { const text = place(); expect(await core.HcsModifyServiceSettings.onWorker(settings, text)).toBe(0); kernel.takeText(text); }
    },
    HcsSubmitWerReport: async () => { expect(await core.HcsSubmitWerReport.onWorker('{"SystemId":"bound","CrashParameters":[1]}')).toBe(0); },
    HcsGrantVmAccess: async () => { expect(await core.HcsGrantVmAccess.onWorker('vm', file('disk.vhdx'))).toBe(0); },
    HcsRevokeVmAccess: async () => { const disk = file('disk2.vhdx'); await core.HcsGrantVmAccess.onWorker('vm', disk); expect(await core.HcsRevokeVmAccess.onWorker('vm', disk)).toBe(0); },
    HcsGrantVmGroupAccess: async () => { expect(await core.HcsGrantVmGroupAccess.onWorker(file('disk3.vhdx'))).toBe(0); },
    HcsRevokeVmGroupAccess: async () => { const disk = file('disk4.vhdx'); await core.HcsGrantVmGroupAccess.onWorker(disk); expect(await core.HcsRevokeVmGroupAccess.onWorker(disk)).toBe(0); },
    HcsCreateEmptyGuestStateFile: async () => { expect(await core.HcsCreateEmptyGuestStateFile.onWorker(join(folder, 'guest.vmgs'))).toBe(0); },
    HcsCreateEmptyRuntimeStateFile: async () => { expect(await core.HcsCreateEmptyRuntimeStateFile.onWorker(join(folder, 'runtime.vmrs'))).toBe(0); },
    HcsGetProcessorCompatibilityFromSavedState: async () => { await core.HcsCreateEmptyRuntimeStateFile.onWorker(join(folder, 'saved.vmrs')); const text = place(); expect(await core.HcsGetProcessorCompatibilityFromSavedState.onWorker(join(folder, 'saved.vmrs'), text)).toBe(0); expect(JSON.parse(kernel.takeText(text) ?? '')).toBeTypeOf('object'); },
  };

  it('is called by a test of its own', () => { expect(Object.keys(calls)).toEqual([...computeCoreFunctions]); });
  it.each(Object.keys(calls) as (keyof ComputeCore)[])('does what the reference says: %s', async (name) => { await calls[name](); });
});
