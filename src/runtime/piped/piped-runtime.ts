import { setTimeout as delay } from 'node:timers/promises';
import { SiloError, isSiloError } from '../../base/index.ts';
import type { ExecResult, ExecSpec, RunningProcess, ResourceLimits, Runtime, RuntimeRequirement, TaskExit, TaskSpec, TaskStatistics, TaskStatus } from '../../core/index.ts';
import { ConnectionLost, type SupervisorChannel } from './supervisor-channel.ts';
import { callable, requests, type CallableMethod } from './wire.ts';
import { pack, unpack } from './wire-values.ts';
import { needOfExec, needOfLimits, needOfTask, type Need } from './wire-version.ts';

const lookMs = 500;
/** SIGKILL, on every system. */
const endSignal = 9;

/**
 * The supervisor's runtime as an engine's own. `observer` is the same runtime in this process: it is only
 * looked with, where no supervisor is at work, and what it finds running is not monitored by anybody.
 */
export class PipedRuntime implements Runtime {
  readonly name: string;
  readonly joinsTerminals: boolean;
  readonly joinsMachines: boolean;
  readonly checkSettings?: NonNullable<Runtime['checkSettings']>;
  readonly #channel: SupervisorChannel;
  readonly #observer: Runtime;

  /** `keepsOutput`: the supervisor's runtime reads nothing of a process that is to be joined before somebody has joined it, who hears of it only when it runs. */
  constructor(channel: SupervisorChannel, observer: Runtime, { keepsOutput = false }: { readonly keepsOutput?: boolean } = {}) {
    this.name = observer.name;
    this.joinsTerminals = keepsOutput && observer.joinsTerminals === true;
    this.joinsMachines = observer.joinsMachines === true;
    // It makes nothing: nobody needs to be asked.
    if (observer.checkSettings !== undefined) this.checkSettings = (resources, settings) => observer.checkSettings?.(resources, settings) ?? Promise.resolve([]);
    this.#channel = channel;
    this.#observer = observer;
  }

  async create(spec: TaskSpec, signal?: AbortSignal): Promise<{ readonly pid: number; readonly monitorPid: number }> {
    try {
      return await this.#call('create', [spec], { signal, need: needOfTask(spec) });
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      // Half of it may be there, and whoever asked hears only of the failure.
      await this.delete(spec.id);
      throw cut(error);
    }
  }

  start(id: string): Promise<void> { return this.#ask('start', [id]); }
  pause(id: string): Promise<void> { return this.#ask('pause', [id]); }
  resume(id: string): Promise<void> { return this.#ask('resume', [id]); }
  update(id: string, limits: ResourceLimits): Promise<void> { return this.#ask('update', [id, limits], needOfLimits(limits)); }
  rotateLog(id: string, logPath: string, keptFiles: number): Promise<boolean> { return this.#ask('rotateLog', [id, logPath, keptFiles]); }
  rotateProcessLog(id: string, folder: string, logPath: string, keptFiles: number): Promise<boolean> { return this.#ask('rotateProcessLog', [id, folder, logPath, keptFiles]); }
  kill(id: string, signal: number, options: { readonly all?: boolean } = {}): Promise<void> { return this.#ask('kill', [id, signal, options]); }
  killExec(taskId: string, folder: string, signal: number): Promise<void> { return this.#ask('killExec', [taskId, folder, signal]); }
  delete(id: string): Promise<void> { return this.#ask('delete', [id]); }

  async status(id: string): Promise<TaskStatus> {
    if (await this.#channel.isServed()) return this.#ask('status', [id]);
    return { ...(await this.#observer.status(id)), monitored: false };
  }

  async exit(id: string): Promise<TaskExit | undefined> {
    if (await this.#channel.isServed()) return (await this.#ask<TaskExit | null>('exit', [id])) ?? undefined;
    return this.#observer.exit(id);
  }

  async statistics(id: string): Promise<TaskStatistics | undefined> {
    if (await this.#channel.isServed()) return (await this.#ask<TaskStatistics | null>('statistics', [id])) ?? undefined;
    return this.#observer.statistics(id);
  }

  async list(): Promise<readonly string[]> { return (await this.#channel.isServed()) ? this.#ask('list', []) : this.#observer.list(); }
  requirements(): Promise<readonly RuntimeRequirement[]> { return this.#observer.requirements(); }

  async wait(id: string, signal?: AbortSignal): Promise<TaskExit> {
    for (;;) {
      try {
        return await this.#call('wait', [id], { signal });
      } catch (error) {
        if (!(error instanceof ConnectionLost) && !isSiloError(error, 'SupervisorUnavailable')) throw error;
      }
      const exit = await this.#observer.exit(id);
      if (exit !== undefined) return exit;
      await delay(lookMs, undefined, signal === undefined ? {} : { signal }).catch(() => { throw new SiloError('OperationCancelled'); });
    }
  }

  async exec(spec: ExecSpec): Promise<RunningProcess> {
    const { signal, onJoinable, ...rest } = spec;
    const { pid, token } = await this.#channel.request(requests.exec, { runtime: this.name, spec: pack(rest), joinable: onJoinable !== undefined }, this.name, { signal, need: needOfExec(spec) }).catch((error: unknown) => { throw cut(error); });
    const exited = this.#channel.request(requests.execExit, { token }, this.name).then((result) => unpack(result) as ExecResult, async (error: unknown) => {
      if (!(error instanceof ConnectionLost)) throw error;
      for (;;) {
        const exit = await this.execExit(spec.taskId, spec.folder);
        if (exit !== undefined) return exit;
        await delay(lookMs);
      }
    });
    exited.catch(() => undefined);
    try {
      await onJoinable?.();
    } catch (error) {
      // Nobody would ever see it.
      await this.killExec(spec.taskId, spec.folder, endSignal);
      throw error;
    }
    return { pid, exited };
  }

  async execExit(taskId: string, folder: string): Promise<ExecResult | undefined> {
    if (await this.#channel.isServed()) return (await this.#ask<ExecResult | null>('execExit', [taskId, folder])) ?? undefined;
    return this.#observer.execExit(taskId, folder);
  }

  async #call<T>(method: CallableMethod, args: readonly unknown[], options: { readonly signal?: AbortSignal | undefined; readonly need?: Need | undefined } = {}): Promise<T> {
    return unpack(await this.#channel.request(requests.call, { runtime: this.name, method, args: pack(args) as readonly unknown[] }, this.name, options)) as T;
  }

  /** A supervisor that ended in the middle has a successor, which can be asked again for what may be done twice. */
  async #ask<T>(method: CallableMethod, args: readonly unknown[], need?: Need): Promise<T> {
    try {
      return await this.#call(method, args, { need });
    } catch (error) {
      if (!(error instanceof ConnectionLost) || callable[method] === 'once') throw cut(error);
    }
    try {
      return await this.#call(method, args, { need });
    } catch (error) {
      throw cut(error);
    }
  }
}

const cut = (error: unknown): unknown =>
  error instanceof ConnectionLost ? new SiloError('SupervisorUnavailable', { args: { reason: 'it ended in the middle of the work' }, target: { kind: 'host', id: 'supervisor' }, cause: error, retryable: true }) : error;
