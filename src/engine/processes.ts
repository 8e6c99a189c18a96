import { isSiloError, SiloError } from '../base/index.ts';
import type { ContainerRecord, ExecResult, NameValue, ProcessRecord, ProcessSpec } from '../core/index.ts';
import { findContainer } from './container-lookup.ts';
import { withContainer } from './container-lock.ts';
import { checkEnvironment, mergeEnvironment } from './container-spec.ts';
import { followLog, holdingLog, type OutputOptions } from './follow-log.ts';
import { platformOf } from './platform-of.ts';
import type { Ports } from './ports.ts';
import { processSettings } from './task-settings.ts';
import { technologyOf } from './technology.ts';

export interface ProcessRequest {
  readonly command: readonly string[];
  readonly user?: string | undefined;
  readonly workingDirectory?: string | undefined;
  readonly environment?: readonly NameValue[] | undefined;
  readonly input?: Uint8Array | undefined;
}

/** What a further process of a container runs as, where the request says nothing else. */
export const processSpec = ({ spec }: ContainerRecord, request: ProcessRequest): ProcessSpec => {
  const platform = platformOf(spec.os);
  return {
    args: request.command,
    env: mergeEnvironment(platform.variableKey, spec.environment, checkEnvironment(request.environment ?? [])).map(({ name, value }) => `${name}=${value}`),
    workingDirectory: request.workingDirectory === undefined ? spec.workingDirectory : platform.workingDirectory(request.workingDirectory),
    user: request.user === undefined ? spec.user : platform.user(request.user || platform.defaultUser),
    terminal: false,
    noNewPrivileges: !spec.privileged,
    ...processSettings(spec),
  };
};

interface Started { readonly record: ProcessRecord; readonly exited: Promise<ProcessRecord> }

const begin = (ports: Ports, reference: string, request: ProcessRequest, signal: AbortSignal | undefined, { join, id = ports.newId() }: { readonly join?: (folder: string) => Promise<void>; readonly id?: string } = {}): Promise<Started> =>
  withContainer(ports, reference, signal, async (container) => {
    const target = { kind: 'container', id: container.id } as const;
    if (container.state === 'paused') throw new SiloError('ContainerPaused', { args: { id: container.name }, target });
    if (container.state !== 'running') throw new SiloError('ContainerNotRunning', { args: { id: container.name, state: container.state }, target });
    const { runtime } = technologyOf(ports.isolations, container);
    if (join !== undefined && runtime.joinsTerminals !== true) throw new SiloError('OptionUnsupported', { args: { option: 'A session', reason: `the terminal of a container of ${runtime.name} cannot be joined` }, target });
    const process: ProcessSpec = { ...processSpec(container, request), terminal: join !== undefined };
    const { folder, logPath } = await ports.files.process(container.id, id);
    const running = await runtime.exec({
      taskId: container.id,
      processId: id,
      process,
      rootPath: ports.files.paths(container.id).rootPath,
      folder,
      logPath,
      ...(request.input === undefined ? {} : { stdin: request.input }),
      ...(join === undefined ? {} : { onJoinable: () => join(folder) }),
    });
    const record: ProcessRecord = { id, containerId: container.id, args: request.command, user: process.user, startedAt: ports.clock.now(), exitedAt: undefined, exitCode: null, state: 'running', pid: running.pid };
    await ports.metadata.write((writer) => { writer.putProcess(record); });
    return { record, exited: running.exited.then((exit) => recordExit(ports, record, exit)) };
  });

const recordExit = async (ports: Ports, record: ProcessRecord, exit: ExecResult): Promise<ProcessRecord> => {
  const ended: ProcessRecord = { ...record, state: 'exited', exitCode: exit.exitCode, exitedAt: exit.exitedAt, pid: undefined };
  await ports.metadata.write((writer) => {
    // The container may have been removed with its processes.
    if (writer.container(record.containerId) !== undefined) writer.putProcess(ended);
  });
  return ended;
};

/** Starts a process and returns at once; its end is recorded by this engine, or by whoever looks later. */
export const startProcess = async (ports: Ports, reference: string, request: ProcessRequest, signal?: AbortSignal): Promise<ProcessRecord> => {
  const { record, exited } = await begin(ports, reference, request, signal);
  exited.catch((error: unknown) => { ports.log.warn({ process: record.id, err: error }, 'the end of a process could not be recorded'); });
  return record;
};

/** A process with a terminal that somebody joined. */
export interface ContainerSession {
  readonly record: ProcessRecord;
  readonly exited: Promise<ProcessRecord>;
}

/**
 * Starts a process with a terminal, which `join` joins in its folder before it starts. Without a command that
 * is the container's first shell; `join` is then called for each that is tried. It goes on when nobody is joined any more.
 */
export const startSession = async (ports: Ports, reference: string, request: Omit<ProcessRequest, 'command' | 'input'> & { readonly command?: readonly string[] | undefined }, join: (folder: string) => Promise<void>): Promise<ContainerSession> => {
  const { spec } = ports.metadata.read((reader) => findContainer(reader, reference));
  const commands = request.command === undefined || request.command.length === 0 ? platformOf(spec.os).shells.map((shell) => [shell]) : [request.command];
  for (const [index, command] of commands.entries()) {
    try {
      return await begin(ports, reference, { ...request, command }, undefined, { join });
    } catch (error) {
      if (!isSiloError(error, 'ExecutableNotFound') || index === commands.length - 1) throw error;
    }
  }
  throw new SiloError('CommandMissing');
};

/** Starts a process, hands its output to the sink and waits for its end. Cancelling leaves the process running. */
export const runProcess = async (
  ports: Ports, reference: string, request: ProcessRequest,
  options: OutputOptions & { readonly timeoutSeconds?: number | undefined },
  signal?: AbortSignal,
): Promise<ProcessRecord> => {
  const id = ports.newId();
  return holdingLog(ports, id, options, async () => {
    const { record, exited } = await begin(ports, reference, request, signal, { id });
    const { logPath } = ports.files.processPaths(record.containerId, record.id);
    const ended = new AbortController();
    const done = exited.finally(() => { ended.abort(); });
    const limited = limit(options.timeoutSeconds);
    const signals = [signal, limited].filter((candidate) => candidate !== undefined);
    const stop = signals.length === 0 ? undefined : AbortSignal.any(signals);
    const following = followLog(ports, logPath, ended.signal, options, stop);
    following.catch(() => undefined);
    const finished = await orStopped(done, stop, limited, record.id, options.timeoutSeconds);
    await following;
    return finished;
  });
};

const limit = (timeoutSeconds: number | undefined): AbortSignal | undefined => (timeoutSeconds === undefined || timeoutSeconds < 0 ? undefined : AbortSignal.timeout(timeoutSeconds * 1000));

/** Settles with the process's end, or fails when the caller's patience does. */
const orStopped = async (ended: Promise<ProcessRecord>, stop: AbortSignal | undefined, limited: AbortSignal | undefined, id: string, timeoutSeconds: number | undefined): Promise<ProcessRecord> => {
  if (stop === undefined) return ended;
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(limited?.aborted === true
      ? new SiloError('OperationTimedOut', { args: { operation: 'The process', timeoutSeconds: timeoutSeconds ?? -1 }, target: { kind: 'process', id } })
      : new SiloError('OperationCancelled'));
  };
  stop.addEventListener('abort', onAbort, { once: true });
  if (stop.aborted) onAbort();
  try {
    return await Promise.race([ended, promise]);
  } finally {
    stop.removeEventListener('abort', onAbort);
    ended.catch(() => undefined);
  }
};

const pollMs = 200;

/** Waits for a process that this or another engine started. */
export const waitProcess = async (ports: Ports, reference: string, processId: string, timeoutSeconds: number | undefined, signal?: AbortSignal): Promise<ProcessRecord> => {
  const limited = limit(timeoutSeconds);
  const signals = [signal, limited].filter((candidate) => candidate !== undefined);
  const poll = async (): Promise<ProcessRecord> => {
    for (;;) {
      const found = (await listProcesses(ports, reference)).find((process) => process.id === processId);
      if (found === undefined) throw new SiloError('ProcessNotFound', { args: { id: processId, container: reference }, target: { kind: 'process', id: processId } });
      if (found.state === 'exited') return found;
      if (signals.some((candidate) => candidate.aborted)) return found;
      await new Promise((resolve) => { setTimeout(resolve, pollMs); });
    }
  };
  return orStopped(poll(), signals.length === 0 ? undefined : AbortSignal.any(signals), limited, processId, timeoutSeconds);
};

/** The processes of a container, with the ends of those that other engines started. */
export const listProcesses = async (ports: Ports, reference: string): Promise<readonly ProcessRecord[]> => {
  const { container, records } = ports.metadata.read((reader) => {
    const found = findContainer(reader, reference);
    return { container: found, records: reader.processes(found.id) };
  });
  return Promise.all(records.map(async (record) => {
    if (record.state === 'exited') return record;
    const exit = await technologyOf(ports.isolations, container).runtime.execExit(container.id, ports.files.processPaths(container.id, record.id).folder);
    return exit === undefined ? record : recordExit(ports, record, exit);
  }));
};
