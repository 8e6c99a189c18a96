import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChildProcess } from 'node:child_process';
import type { TaskSpec } from '../../src/core/index.ts';
import { HostComputeService } from '../../src/runtime/hcs/index.ts';
import { PipedRuntime, SupervisorChannel } from '../../src/runtime/piped/index.ts';
import { killChild, startHcsSupervisor } from '../fixtures/child-engine.ts';
import { makeBusyboxRoot } from '../fixtures/busybox-root.ts';
import { makeHcsRuntime, type HcsRuntimeSetting } from '../fixtures/hcs-runtime.ts';
import { expectNothingLeft } from '../fixtures/nothing-left.ts';
import { buildHcsSimulator, startSimulator, type RunningSimulator } from '../fixtures/hcs-simulator.ts';
import type { RuntimeFixture } from './runtime.suite.ts';

export interface HcsHost extends RuntimeFixture {
  readonly setting: HcsRuntimeSetting;
  readonly simulator: RunningSimulator;
}

/**
 * The simulator with a busybox root, and a supervisor in a process of its own that holds every task's output, as
 * on Windows: both runtimes of the suite reach it through its pipe.
 */
export const makeHcs = async (kind: HcsRuntimeSetting['kind']): Promise<HcsHost> => {
  const files = await buildHcsSimulator({ target: 'linux' });
  const simulator = startSimulator(files);
  Object.assign(process.env, simulator.environment);
  const library = files.libraries['computecore.dll'];
  const folder = mkdtempSync(join(tmpdir(), 'silo-hcs-'));
  for (const name of ['run', 'exits', 'boot', 'layer']) mkdirSync(join(folder, name));
  for (const name of ['vmlinux', 'initrd.img']) writeFileSync(join(folder, 'boot', name), '');
  const rootPath = makeBusyboxRoot(join(folder, 'rootfs'));
  // The simulator puts processes into the folder as it is; a shell wants this of what it starts in the background.
  mkdirSync(join(rootPath, 'dev'));
  writeFileSync(join(rootPath, 'dev/null'), '');
  const storage = { layers: [{ id: '11111111-1111-1111-1111-111111111111', path: join(folder, 'layer') }], scratchPath: rootPath };
  const setting: HcsRuntimeSetting = { kind, folder, library };
  const addressFile = join(folder, 'supervisor.json');
  // Two who ask at once get the same one.
  let supervisor: Promise<ChildProcess> | undefined;
  const ensure = async (): Promise<void> => { await (supervisor ??= startHcsSupervisor({ address: join(folder, 'supervisor.sock'), addressFile, runtime: setting })); };
  await ensure();
  const channels = [0, 1].map(() => new SupervisorChannel({ addressFile, ensure })) as [SupervisorChannel, SupervisorChannel];
  const observer = makeHcsRuntime(setting);
  const [runtime, another] = channels.map((channel) => new PipedRuntime(channel, observer)) as [PipedRuntime, PipedRuntime];
  const plain: TaskSpec['process'] = { args: [], env: ['PATH=/bin'], workingDirectory: '/', user: '', terminal: false, noNewPrivileges: true };
  const ids: string[] = [];
  return {
    setting,
    simulator,
    runtime,
    another,
    findsCommandsAt: 'start',
    limitsMemory: false,
    task: (changes, other) => {
      const id = randomBytes(32).toString('hex');
      ids.push(id);
      const bundlePath = join(folder, 'bundles', id);
      mkdirSync(bundlePath, { recursive: true });
      return Promise.resolve({
        id, rootPath, storage, bundlePath, logPath: join(folder, `${id}.log`), process: { ...plain, ...changes }, openStdin: false, hostName: 'conformance',
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
      const service = new HostComputeService({ computeCore: library, kernel32: library });
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
