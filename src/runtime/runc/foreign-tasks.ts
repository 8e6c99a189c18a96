import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ForeignSystem, ForeignSystems } from '../../core/index.ts';

/** A folder in which a runtime keeps the state of each container in a folder of its own. */
interface StateFolder {
  /** Its last part may be `*`. */
  readonly path: string;
  readonly form: 'runc' | 'crun';
  /** Who uses it; undefined lets the bundle say. */
  readonly owner?: string;
}

/** Where Docker, containerd, Podman and CRI-O have their runtimes write, and where runc and crun do by themselves. */
const usualFolders: readonly StateFolder[] = [
  { path: '/run/docker/runtime-runc/*', form: 'runc', owner: 'docker' },
  { path: '/run/containerd/runc/*', form: 'runc', owner: 'containerd' },
  { path: '/run/runc', form: 'runc' },
  { path: '/run/crun', form: 'crun' },
];

const dockerContainers = '/var/lib/docker/containers';

/** Names that orchestrators write into the bundle (containerd's and CRI-O's CRI). */
const nameAnnotations = ['io.kubernetes.cri.container-name', 'io.kubernetes.container.name'];

/**
 * Containers of other engines, by the state that their runtimes keep (runc, `libcontainer/container.go`, State;
 * crun, `status.c`). It only reads: no runtime is asked, since one of another version might mend what it finds.
 */
export class ForeignTasks implements ForeignSystems {
  readonly #folders: readonly StateFolder[];

  constructor(folders: readonly StateFolder[] = usualFolders) { this.#folders = folders; }

  async list(): Promise<readonly ForeignSystem[]> {
    const found: ForeignSystem[] = [];
    for (const { path, form, owner } of this.#folders) {
      for (const folder of path.endsWith('/*') ? (await namesIn(path.slice(0, -2))).map((name) => join(path.slice(0, -2), name)) : [path]) {
        for (const name of await namesIn(folder)) {
          const system = await (form === 'runc' ? readRunc : readCrun)(join(folder, name), owner);
          if (system !== undefined) found.push(system);
        }
      }
    }
    return found;
  }
}

const namesIn = (folder: string): Promise<readonly string[]> => readdir(folder).catch(() => []);

type Fields = Readonly<Record<string, unknown>>;

/** Undefined where it is not there, is no JSON, or may not be read: it is somebody else's. */
const readFields = async (path: string): Promise<Fields | undefined> => {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof value === 'object' && value !== null ? value as Fields : undefined;
  } catch {
    return undefined;
  }
};
const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? value as Fields : {});
const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const timeOf = (value: unknown): Date | undefined => {
  const time = new Date(textOf(value) ?? Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : time;
};

const readRunc = async (folder: string, owner: string | undefined): Promise<ForeignSystem | undefined> => {
  const state = await readFields(join(folder, 'state.json'));
  if (state === undefined) return undefined;
  const labels = fieldsOf(state['config'])['labels'];
  const bundle = Array.isArray(labels) ? labels.map(String).find((label) => label.startsWith('bundle='))?.slice('bundle='.length) : undefined;
  const pid = await livingPid(state['init_process_pid'], state['init_process_start']);
  return describe(folder, { owner, bundle, pid, createdAt: timeOf(state['created']), isFrozen: await isFrozen(fieldsOf(state['cgroup_paths'])) });
};

const readCrun = async (folder: string, owner: string | undefined): Promise<ForeignSystem | undefined> => {
  const state = await readFields(join(folder, 'status'));
  if (state === undefined) return undefined;
  const group = textOf(state['cgroup-path']);
  const pid = await livingPid(state['pid'], state['process-start-time']);
  return describe(folder, { owner, bundle: textOf(state['bundle']), pid, createdAt: timeOf(state['created']), isFrozen: group !== undefined && await isFrozen({ '': join('/sys/fs/cgroup', group), freezer: join('/sys/fs/cgroup/freezer', group) }) });
};

interface Facts {
  readonly owner: string | undefined;
  readonly bundle: string | undefined;
  readonly pid: number | undefined;
  readonly createdAt: Date | undefined;
  readonly isFrozen: boolean;
}

const describe = async (folder: string, { owner, bundle, pid, createdAt, isFrozen: frozen }: Facts): Promise<ForeignSystem> => {
  const id = basename(folder);
  const annotations = bundle === undefined ? {} : fieldsOf((await readFields(join(bundle, 'config.json')))?.['annotations']);
  const manager = textOf(annotations['io.container.manager']);
  const docker = owner === 'docker' ? textOf((await readFields(join(dockerContainers, id, 'config.v2.json')))?.['Name'])?.replace(/^\//, '') : undefined;
  return {
    id, pid, createdAt,
    name: docker ?? nameAnnotations.map((key) => textOf(annotations[key])).find((name) => name !== undefined),
    owner: owner ?? (manager === 'libpod' ? 'podman' : manager) ?? 'runc',
    // A runtime waits at this pipe between create and start.
    state: pid === undefined ? 'exited' : frozen ? 'paused' : await stat(join(folder, 'exec.fifo')).then(() => 'created' as const, () => 'running' as const),
  };
};

/** The process, if it is still the one that was started then: numbers are given again. */
const livingPid = async (pid: unknown, startTicks: unknown): Promise<number | undefined> => {
  if (typeof pid !== 'number' || pid <= 0) return undefined;
  try {
    const line = await readFile(`/proc/${pid}/stat`, 'utf8');
    // After the name in brackets, which may hold anything: state is the third field, the start the twenty-second.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    return fields[0] !== 'Z' && (startTicks === undefined || Number(fields[19]) === startTicks) ? pid : undefined;
  } catch {
    return undefined;
  }
};

const isFrozen = async (groups: Fields): Promise<boolean> => {
  for (const [path, file, frozen] of [[groups['freezer'], 'freezer.state', 'FROZEN'], [groups[''], 'cgroup.freeze', '1']] as const) {
    if (typeof path !== 'string') continue;
    if ((await readFile(join(path, file), 'utf8').catch(() => '')).trim() === frozen) return true;
  }
  return false;
};
