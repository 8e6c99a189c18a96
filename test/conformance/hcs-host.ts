import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChildProcess } from 'node:child_process';
import type { TaskSpec } from '../../src/core/index.ts';
import { HostComputeService, joinHeldProcess } from '../../src/runtime/hcs/index.ts';
import { PipedRuntime, SupervisorChannel } from '../../src/runtime/piped/index.ts';
import { killChild, startHcsSupervisor } from '../fixtures/child-engine.ts';
import { makeBusyboxRoot } from '../fixtures/busybox-root.ts';
import { broughtSimulator } from '../fixtures/brought-simulator.ts';
import { hcsLibraries, makeHcsRuntime, type HcsRuntimeSetting } from '../fixtures/hcs-runtime.ts';
import { expectNothingLeft } from '../fixtures/nothing-left.ts';
import { buildHcsSimulator, startSimulator, type RunningSimulator } from '../fixtures/hcs-simulator.ts';
import { windowsProgram } from '../fixtures/task-program.ts';
import { posixTasks, type RuntimeFixture } from './runtime.suite.ts';

export interface HcsHost extends RuntimeFixture {
  readonly setting: HcsRuntimeSetting;
  readonly simulator: RunningSimulator;
}

type GuestFacts = Pick<RuntimeFixture, 'program' | 'whyNoPosix' | 'killedExitCode'>;

interface Host {
  readonly simulator: RunningSimulator;
  readonly library: string | undefined;
  /** Where a supervisor listens. */
  readonly address: string;
  readonly rootPath: string;
  readonly process: TaskSpec['process'];
  readonly facts: GuestFacts;
}

const plain: TaskSpec['process'] = { args: [], env: [], workingDirectory: '', user: '', terminal: false, noNewPrivileges: true };

const onLinux = async (folder: string): Promise<Host> => {
  const files = await buildHcsSimulator({ target: 'linux' });
  const rootPath = makeBusyboxRoot(join(folder, 'rootfs'));
  // The simulator puts processes into the folder as it is; a shell wants this of what it starts in the background.
  mkdirSync(join(rootPath, 'dev'));
  writeFileSync(join(rootPath, 'dev/null'), '');
  return {
    simulator: startSimulator(files), library: files.libraries['computecore.dll'], address: join(folder, 'supervisor.sock'), rootPath,
    process: { ...plain, env: ['PATH=/bin'], workingDirectory: '/' }, facts: posixTasks,
  };
};

/** Under Wine: a scratch space without files, since the program that tests run lies beside the simulator. */
const onWindows = (folder: string): Host => {
  const { taskProgram, ...simulator } = broughtSimulator();
  const rootPath = join(folder, 'scratch');
  mkdirSync(rootPath);
  return {
    simulator, library: undefined, address: String.raw`\\.\pipe\silo-conformance-${process.pid}`, rootPath,
    process: { ...plain, workingDirectory: 'C:\\' },
    // ERROR_PROCESS_ABORTED is what the simulator ends processes with.
    facts: { program: windowsProgram(taskProgram), whyNoPosix: "containers of Windows have no users and groups of POSIX", killedExitCode: 1067 },
  };
};

/**
 * The simulator with a busybox root, and a supervisor in a process of its own that holds every task's output, as
 * on Windows: both runtimes of the suite reach it through its pipe.
 */
export const makeHcs = async (kind: HcsRuntimeSetting['kind']): Promise<HcsHost> => {
  const folder = mkdtempSync(join(tmpdir(), 'silo-hcs-'));
  for (const name of ['run', 'exits', 'boot', 'layer', 'scratches']) mkdirSync(join(folder, name));
  for (const name of ['vmlinux', 'initrd.img']) writeFileSync(join(folder, 'boot', name), '');
  mkdirSync(join(folder, 'layer/UtilityVM/Files'), { recursive: true });
  writeFileSync(join(folder, 'layer/UtilityVM/SystemTemplate.vhdx'), '');
  const { simulator, library, address, rootPath, process: first, facts } = process.platform === 'win32' ? onWindows(folder) : await onLinux(folder);
  Object.assign(process.env, simulator.environment);
  const layerId = '11111111-1111-1111-1111-111111111111';
  /** To the simulator a folder is a disk too, which one machine can have. A Linux guest lays a scratch of the task's own over the layer; of a Windows guest it is the whole root. */
  const storageOf = (taskId: string): NonNullable<TaskSpec['storage']> => {
    if (kind === 'process') return { layers: [{ id: layerId, path: join(folder, 'layer') }], scratchPath: rootPath };
    const scratchPath = join(folder, 'scratches', taskId);
    if (kind === 'linux' || process.platform === 'win32') mkdirSync(scratchPath, { recursive: true });
    else if (!existsSync(scratchPath)) symlinkSync(rootPath, scratchPath);
    return { layers: [{ id: layerId, path: kind === 'linux' ? rootPath : join(folder, 'layer') }], scratchPath };
  };
  const setting: HcsRuntimeSetting = { kind, folder, library };
  const addressFile = join(folder, 'supervisor.json');
  // Two who ask at once get the same one.
  let supervisor: Promise<ChildProcess> | undefined;
  const ensure = async (): Promise<void> => { await (supervisor ??= startHcsSupervisor({ address, addressFile, runtime: setting })); };
  await ensure();
  const channels = [0, 1].map(() => new SupervisorChannel({ addressFile, ensure })) as [SupervisorChannel, SupervisorChannel];
  const observer = makeHcsRuntime(setting);
  const [runtime, another] = channels.map((channel) => new PipedRuntime(channel, observer, { keepsOutput: true })) as [PipedRuntime, PipedRuntime];
  const ids: string[] = [];
  return {
    setting,
    simulator,
    runtime,
    another,
    findsCommandsAt: 'start',
    limitsMemory: false,
    join: joinHeldProcess,
    ...facts,
    task: (changes, other) => {
      const id = randomBytes(32).toString('hex');
      ids.push(id);
      const bundlePath = join(folder, 'bundles', id);
      mkdirSync(bundlePath, { recursive: true });
      return Promise.resolve({
        id, rootPath, storage: storageOf(id), bundlePath, logPath: join(folder, `${id}.log`), process: { ...first, ...changes }, openStdin: false, hostName: 'conformance',
        readOnlyRoot: false, resources: {}, mounts: [], networkNamespacePath: undefined, privileged: false, ...other,
      });
    },
    exec: (task, changes) => {
      const processId = randomBytes(32).toString('hex');
      const processFolder = join(folder, 'processes', processId);
      mkdirSync(processFolder, { recursive: true });
      return Promise.resolve({ taskId: task.id, processId, process: { ...task.process, ...changes }, rootPath, folder: processFolder, logPath: join(processFolder, 'log') });
    },
    killMonitor: async () => {
      if (supervisor !== undefined) await killChild(await supervisor);
      supervisor = undefined;
      // Its end reaches the other ends of the pipe a moment later.
      for (const channel of channels) while (await channel.isServed()) await delay(5);
    },
    leftovers: async (id) => {
      const service = new HostComputeService(hcsLibraries(library));
      const systems = await service.listSystems({ Ids: [id, `${id}@vm`] });
      await service.close();
      return [
        ...systems.map(({ Id, State }) => `system ${Id} (${State})`),
        ...[join(folder, 'run', makeHcsRuntime(setting).name, id), join(folder, 'exits', id)].filter(existsSync),
      ];
    },
    close: async () => {
      for (const id of ids) await runtime.delete(id);
      for (const channel of channels) await channel.close();
      if (supervisor !== undefined) await killChild(await supervisor);
      await observer.close();
      await expectNothingLeft(simulator);
      await simulator.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
