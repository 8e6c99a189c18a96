import { SiloError } from '../../base/index.ts';
import type { ExecSpec, ProcessSpec, ResourceLimits, TaskMount, TaskSpec } from '../../core/index.ts';

/**
 * What this side speaks. Containers run on while modules are updated, so engines and supervisors of two releases meet: they
 * speak the lower of their two versions. A release that says anything which an older side would not understand has a
 * higher one; each such word bears its version here or in `wire.ts`, and is not said to an older side.
 */
export const wireVersion = 2;

/** The oldest that is still spoken. */
export const leastWireVersion = 1;

/** The first version whose supervisors hear `retire`. */
export const retireSince = 2;

type Since<T> = { readonly [name in keyof Required<T>]: number };

/** An older side leaves fields that it does not know out without a word: a new one does not compile until it stands here. */
const process: Since<ProcessSpec> = {
  args: 1, env: 1, workingDirectory: 1, user: 1, terminal: 1, additionalGroups: 1, capabilities: 1, addedCapabilities: 1, droppedCapabilities: 1, userLimits: 1, oomScoreAdjust: 1, noNewPrivileges: 1,
};
const limits: Since<ResourceLimits> = { memoryBytes: 1, memorySwapBytes: 1, cpuCount: 1, cpuWeight: 1, processCount: 1, cpuSet: 1, blockIoWeight: 1, blockIoLimits: 1 };
/** That a mount is `fixed`, or links change, only allows something: an older side does without. */
const mount: Since<TaskMount> = { source: 1, target: 1, readOnly: 1, memory: 1, propagation: 1, fixed: 1 };
const task: Since<TaskSpec> = {
  id: 1, rootPath: 1, storage: 1, bundlePath: 1, logPath: 1, process: 1, openStdin: 1, hostName: 1, readOnlyRoot: 1, resources: 1, mounts: 1, networkNamespacePath: 1, linksChange: 1, privileged: 1,
  settings: 2, credentialSpec: 2, machineOf: 2, layerImages: 2,
};
const exec: Since<ExecSpec> = { taskId: 1, processId: 1, process: 1, rootPath: 1, folder: 1, logPath: 1, stdin: 1, signal: 1, onJoinable: 2 };

/** What a request says that the first version had no word for. */
export interface Need { readonly version: number; readonly what: string }

const newest = <T extends object>(given: T, since: Since<T>): Need | undefined => {
  let found: Need | undefined;
  for (const [name, value] of Object.entries(given)) {
    const version = since[name as keyof T];
    if (value !== undefined && version > (found?.version ?? 1)) found = { version, what: name };
  }
  return found;
};

const highest = (needs: readonly (Need | undefined)[]): Need | undefined => needs.reduce((most, need) => ((need?.version ?? 0) > (most?.version ?? 0) ? need : most), undefined);

export const needOfTask = (spec: TaskSpec): Need | undefined =>
  highest([newest(spec, task), newest(spec.process, process), newest(spec.resources, limits), ...spec.mounts.map((each) => newest(each, mount))]);

export const needOfExec = (spec: ExecSpec): Need | undefined => highest([newest(spec, exec), newest(spec.process, process)]);

export const needOfLimits = (given: ResourceLimits): Need | undefined => newest(given, limits);

/** Errors: OptionUnsupported, before anything was asked. */
export const refuseUnknown = (need: Need | undefined, spoken: number): void => {
  if (need !== undefined && need.version > spoken)
    throw new SiloError('OptionUnsupported', { args: { option: need.what, reason: 'the supervisor at work is that of an older release; it makes place for a newer one when no container runs' }, target: { kind: 'host', id: 'supervisor' } });
};

/** The version that a side which speaks up to `offered` is answered with. Below the least the other gives up. */
export const agreedVersion = (offered: number): number => Math.min(offered, wireVersion);
