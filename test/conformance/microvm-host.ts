import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TaskSpec } from '../../src/core/index.ts';
import { joinConmon } from '../../src/runtime/conmon/index.ts';
import { MachineHost, MicroVmRuntime, type MicroVmRuntimeOptions } from '../../src/runtime/microvm/index.ts';
import { ensureLayerImage } from '../../src/snapshot/overlay/layer-image.ts';
import { makeBusyboxRoot } from '../fixtures/busybox-root.ts';
import { machineFolder } from '../fixtures/machines.ts';
import { makeLinkNamespace } from './link-namespace.ts';
import { posixTasks, type RuntimeFixture } from './runtime.suite.ts';

export interface MicroVmHost extends RuntimeFixture {
  readonly runFolder: string;
  readonly rootPath: string;
  /** The same tasks, with other parts or less patience. */
  runtimeWith(options: Partial<MicroVmRuntimeOptions>): MicroVmRuntime;
}

/** Utility VMs on this host, with folders of their own and a network namespace that has no links. With `layered` their root comes as two disks. */
export const makeMicroVm = async ({ layered = false }: { readonly layered?: boolean } = {}): Promise<MicroVmHost> => {
  const folder = mkdtempSync(join(tmpdir(), 'silo-machines-'));
  const [runFolder, exitsFolder] = [join(folder, 'run'), join(folder, 'exits')];
  for (const path of [runFolder, exitsFolder]) mkdirSync(path);
  const links = makeLinkNamespace();
  const options = { runFolder, exitsFolder, machines: new MachineHost({ folder: machineFolder, runFolder }), hostProcessors: availableParallelism() };
  const rootPath = makeBusyboxRoot(join(folder, 'layer/fs'));
  const layerImages = layered ? [await ensureLayerImage(2, makeUpperLayer(join(folder, 'upper'))), await ensureLayerImage(1, join(folder, 'layer'))] : undefined;
  const process: TaskSpec['process'] = { args: [], env: ['PATH=/bin'], workingDirectory: '/', user: '', terminal: false, noNewPrivileges: true };
  const ids: string[] = [];
  const runtime = new MicroVmRuntime(options);
  return {
    ...posixTasks,
    runFolder,
    rootPath,
    runtime,
    another: new MicroVmRuntime(options),
    runtimeWith: (changes) => new MicroVmRuntime({ ...options, ...changes }),
    findsCommandsAt: 'create',
    limitsMemory: true,
    join: joinConmon,
    links,
    patience: 6,
    task: (changes, other) => {
      const id = randomBytes(32).toString('hex');
      ids.push(id);
      const bundlePath = join(folder, 'bundles', id);
      mkdirSync(bundlePath, { recursive: true });
      return Promise.resolve({
        id, rootPath, bundlePath, logPath: join(folder, `${id}.log`), process: { ...process, ...changes }, openStdin: false, hostName: 'conformance',
        readOnlyRoot: false, resources: {}, mounts: [], networkNamespacePath: links.namespacePath, privileged: false, layerImages, ...other,
      });
    },
    exec: (task, changes) => {
      const processId = randomBytes(32).toString('hex');
      const processFolder = join(folder, 'processes', processId);
      mkdirSync(processFolder, { recursive: true });
      return Promise.resolve({ taskId: task.id, processId, process: { ...task.process, ...changes }, rootPath, folder: processFolder, logPath: join(processFolder, 'log') });
    },
    killMonitor: async (id) => {
      const pid = Number(readFileSync(join(runFolder, 'machines', id, 'monitor-pid'), 'utf8'));
      globalThis.process.kill(pid, 'SIGKILL');
      while (existsSync(`/proc/${pid}`)) await delay(5);
    },
    leftovers: (id) => Promise.resolve([
      ...[join(runFolder, 'machines', id), join(exitsFolder, id)].filter(existsSync),
      ...readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter((line) => line.includes(id)),
      ...readdirSync('/proc').filter((name) => /^\d+$/.test(name) && commandLine(name).includes(id)).map((pid) => `process ${pid}: ${commandLine(pid)}`),
      ...execFileSync('ip', ['-netns', links.name, '-brief', 'link'], { encoding: 'utf8' }).split('\n').filter((line) => line.startsWith('machine')),
    ]),
    close: async () => {
      for (const id of ids) await runtime.delete(id);
      links.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** A layer without files of its own: its root is that of the image. */
const makeUpperLayer = (folder: string): string => {
  mkdirSync(join(folder, 'fs'), { recursive: true });
  return folder;
};

const commandLine = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
};
