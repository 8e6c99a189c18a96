import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { arch, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { normalizeArchitecture } from '../../src/base/index.ts';
import type { TaskSpec } from '../../src/core/index.ts';
import { joinConmon } from '../../src/runtime/conmon/index.ts';
import { RuncRuntime, type RuncRuntimeOptions } from '../../src/runtime/runc/index.ts';
import { makeBusyboxRoot } from '../fixtures/busybox-root.ts';
import { makeLinkNamespace } from './link-namespace.ts';
import { posixTasks, type RuntimeFixture } from './runtime.suite.ts';

export interface RuncHost extends RuntimeFixture {
  /** What the runtime was made with, for those who make it in another process. */
  readonly options: RuncRuntimeOptions;
  readonly folder: string;
}

/** runc with conmon on this host, with folders of its own. */
export const makeRunc = async (): Promise<RuncHost> => {
  const folder = mkdtempSync(join(tmpdir(), 'silo-runtime-'));
  const [runFolder, exitsFolder] = [join(folder, 'run'), join(folder, 'exits')];
  for (const path of [runFolder, exitsFolder]) mkdirSync(path);
  const options = { runFolder, exitsFolder, architecture: normalizeArchitecture(arch()), kernelVersion: release() };
  const rootPath = makeBusyboxRoot(join(folder, 'rootfs'));
  const process: TaskSpec['process'] = { args: [], env: ['PATH=/bin'], workingDirectory: '/', user: '', terminal: false, noNewPrivileges: true };
  const ids: string[] = [];
  const links = makeLinkNamespace();
  const runtime = new RuncRuntime(options);
  return {
    options,
    folder,
    runtime,
    another: new RuncRuntime(options),
    findsCommandsAt: 'create',
    limitsMemory: true,
    join: joinConmon,
    links,
    ...posixTasks,
    task: (changes, other) => {
      const id = randomBytes(32).toString('hex');
      ids.push(id);
      const bundlePath = join(folder, 'bundles', id);
      mkdirSync(bundlePath, { recursive: true });
      return Promise.resolve({
        id, rootPath, bundlePath, logPath: join(folder, `${id}.log`), process: { ...process, ...changes }, openStdin: false, hostName: 'conformance',
        readOnlyRoot: false, resources: {}, mounts: [], networkNamespacePath: undefined, privileged: false, ...other,
      });
    },
    exec: (task, changes) => {
      const processId = randomBytes(32).toString('hex');
      const processFolder = join(folder, 'processes', processId);
      mkdirSync(processFolder, { recursive: true });
      return Promise.resolve({ taskId: task.id, processId, process: { ...task.process, ...changes }, rootPath, folder: processFolder, logPath: join(processFolder, 'log') });
    },
    killMonitor: async (id) => {
      const pid = Number(readFileSync(join(runFolder, 'tasks', id, 'monitor-pid'), 'utf8'));
      globalThis.process.kill(pid, 'SIGKILL');
      while (existsSync(`/proc/${pid}`)) await delay(5);
    },
    leftovers: (id) => Promise.resolve([
      ...['runc', 'tasks'].map((name) => join(runFolder, name, id)).filter(existsSync),
      ...[join(exitsFolder, id)].filter(existsSync),
      ...readdirSync('/sys/fs/cgroup').map((name) => join('/sys/fs/cgroup', name, 'silo', id)).filter(existsSync),
      ...readdirSync('/proc').filter((name) => /^\d+$/.test(name) && commandLine(name).includes(id)).map((pid) => `process ${pid}: ${commandLine(pid)}`),
    ]),
    close: async () => {
      for (const id of ids) await runtime.delete(id);
      links.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const commandLine = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
};
