import type { ComputeEvent, ProcessInformation } from '../../../native/computecore.ts';
import type { Out, Pointer } from '../../../native/dynamic-library.ts';
import { readSystemExit, readSystemProperties, type ExitType, type SystemProperties } from './documents/answers.ts';
import type { ProcessParameters } from './documents/process.ts';
import type { CrashOptions, CrashReport, ModifySettingRequest, PauseOptions, SaveOptions, SystemPropertyQuery } from './documents/requests.ts';
import { ComputeProcess } from './compute-process.ts';
import { EventQueue } from './event-queue.ts';
import type { EventSubscription, HcsCalls, Outcome } from './hcs-calls.ts';
import type { CallContext } from './hcs-error.ts';
import { OpenHandle } from './open-handle.ts';
import { documentText, optionalDocument } from './plain-text.ts';
import { whileWanted, type CallOptions } from './waiting.ts';

export interface SystemExit {
  /** `Lost`: the service went away, or the handle was closed, before the system ended. */
  readonly exitType: ExitType | 'Lost';
  /** HRESULT; undefined where the service did not tell one. */
  readonly status: number | undefined;
}

export type SystemEvent =
  | { readonly kind: 'exited'; readonly exit: SystemExit }
  | { readonly kind: 'crashInitiated' | 'guestConnectionClosed' | 'rdpEnhancedModeStateChanged' | 'siloJobCreated' | 'serviceDisconnected'; readonly document: string | undefined }
  /** `report` is undefined where what came is no CrashReport. */
  | { readonly kind: 'crashReport'; readonly report: CrashReport | undefined; readonly document: string | undefined }
  | { readonly kind: 'other'; readonly type: number; readonly document: string | undefined };

/** What errors call a process, where its parameters do not say: those of a Linux container's first process stand in the container's document. */
export interface ProcessNames {
  readonly command?: string;
  readonly user?: string;
}

/** HCS_EVENT_TYPE. */
const kinds = {
  2: 'crashInitiated', 4: 'rdpEnhancedModeStateChanged', 5: 'siloJobCreated', 6: 'guestConnectionClosed', 0x02000000: 'serviceDisconnected',
} as const satisfies Readonly<Record<number, SystemEvent['kind']>>;

const genericAll = 0x10000000;

const readReport = (document: string | undefined): CrashReport | undefined => {
  try {
    const value: unknown = JSON.parse(document ?? '');
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
};

/** A container or virtual machine of the Host Compute Service, by an open handle. What happens to it when the handle is closed its document says. */
export class ComputeSystem {
  readonly id: string;
  /** Settles when the system has ended; never rejects. */
  readonly exited: Promise<SystemExit>;
  readonly #calls: HcsCalls;
  readonly #handle: OpenHandle;
  readonly #subscription: EventSubscription;
  readonly #events = new EventQueue<SystemEvent>();
  readonly #processes = new Set<ComputeProcess>();
  readonly #settle: (exit: SystemExit) => void;
  readonly #forget: (system: ComputeSystem) => void;
  #description: SystemProperties | undefined;

  private constructor(calls: HcsCalls, id: string, handle: Pointer, forget: (system: ComputeSystem) => void) {
    this.#calls = calls;
    this.#forget = forget;
    this.id = id;
    const { promise, resolve } = Promise.withResolvers<SystemExit>();
    this.exited = promise;
    this.#settle = resolve;
    this.#subscription = calls.subscribe((event) => { this.#receive(event); });
    this.#handle = new OpenHandle(handle, (open) => calls.core.HcsCloseComputeSystem.onWorker(open));
    calls.hold();
  }

  /** For HostComputeService: takes a handle over; on failure it is closed. `forget` is called when it is. */
  static async attach(calls: HcsCalls, id: string, handle: Pointer, forget: (system: ComputeSystem) => void): Promise<ComputeSystem> {
    const system = new ComputeSystem(calls, id, handle, forget);
    try {
      const context = system.#context('set the callback of');
      await system.#handle.use(context, (open) => calls.call(context, () => calls.core.HcsSetComputeSystemCallback.onWorker(open, 0, system.#subscription.context, system.#subscription.callback)));
      // It may have ended before anybody listened.
      system.#description = await system.properties();
      if (system.#description.State === 'Stopped' || system.#description.Stopped === true) system.#settle({ exitType: system.#description.ExitType ?? 'Unknown', status: undefined });
      return system;
    } catch (error) {
      await system.close();
      throw error;
    }
  }

  /** What the service told of the system when it was created or opened. */
  get description(): SystemProperties { return this.#description ?? { Id: this.id }; }

  /** Errors: ComputeSystemStateInvalid, ContainerStartFailed, HyperVNotInstalled, … */
  start(options?: CallOptions): Promise<void> { return this.#plain('start', options, (open, operation) => this.#calls.core.HcsStartComputeSystem.onWorker(open, operation, null)); }

  /** Asks the guest to end; settles when it has. Errors: ContainerNotRunning where it has ended already. */
  shutDown(options?: CallOptions): Promise<void> { return this.#plain('shut down', options, (open, operation) => this.#calls.core.HcsShutDownComputeSystem.onWorker(open, operation, null)); }

  terminate(options?: CallOptions): Promise<void> { return this.#plain('terminate', options, (open, operation) => this.#calls.core.HcsTerminateComputeSystem.onWorker(open, operation, null)); }

  /** Makes the guest of a virtual machine crash, for a dump. */
  crash(how?: CrashOptions, options?: CallOptions): Promise<void> { return this.#plain('crash', options, (open, operation) => this.#calls.core.HcsCrashComputeSystem.onWorker(open, operation, optionalDocument(how))); }

  pause(how?: PauseOptions, options?: CallOptions): Promise<void> { return this.#plain('pause', options, (open, operation) => this.#calls.core.HcsPauseComputeSystem.onWorker(open, operation, optionalDocument(how))); }

  resume(options?: CallOptions): Promise<void> { return this.#plain('resume', options, (open, operation) => this.#calls.core.HcsResumeComputeSystem.onWorker(open, operation, null)); }

  /** Writes a paused virtual machine's state to a file. Errors: ComputeSystemStateInvalid where it is not paused. */
  save(how?: SaveOptions, options?: CallOptions): Promise<void> { return this.#plain('save', options, (open, operation) => this.#calls.core.HcsSaveComputeSystem.onWorker(open, operation, optionalDocument(how))); }

  async properties(query: SystemPropertyQuery = {}, options?: CallOptions): Promise<SystemProperties> {
    const context = this.#context('get the properties of');
    const { document } = await this.#run(context, options, (open, operation) => this.#calls.core.HcsGetComputeSystemProperties.onWorker(open, operation, documentText(query)));
    return readSystemProperties(document, context);
  }

  modify(request: ModifySettingRequest, options?: CallOptions): Promise<void> {
    return this.#plain('modify', options, (open, operation) => this.#calls.core.HcsModifyComputeSystem.onWorker(open, operation, documentText(request), null));
  }

  /** Starts a process. Where the caller has left by then, the process is ended again. Errors: ExecutableNotFound, UserNotFound, ContainerNotRunning, … */
  async createProcess(parameters: ProcessParameters, options?: CallOptions, names: ProcessNames = {}): Promise<ComputeProcess> {
    const context: CallContext = {
      ...this.#context('create a process in'),
      command: names.command ?? parameters.CommandLine ?? parameters.CommandArgs?.[0] ?? firstArgument(parameters.OciProcess) ?? '',
      user: names.user ?? parameters.User ?? '',
      ...(parameters.WorkingDirectory === undefined ? {} : { path: parameters.WorkingDirectory }),
    };
    return whileWanted(context.operation, options, () => this.#handle.use(context, async (open) => {
      const place: Out<Pointer> = [null];
      let information: Outcome['process'];
      try {
        ({ process: information } = await this.#calls.run(context, (operation) => this.#calls.core.HcsCreateProcess.onWorker(open, documentText(parameters), operation, null, place), true));
      } catch (error) {
        if (place[0] !== null) await this.#calls.core.HcsCloseProcess.onWorker(place[0]);
        throw error;
      }
      return this.#adopt(place, information ?? { processId: 0 });
    }), async (process) => {
      await process.terminate().catch(() => undefined);
      await process.close();
    });
  }

  /** Errors: ProcessNotFound. */
  async openProcess(processId: number, options?: CallOptions): Promise<ComputeProcess> {
    const context: CallContext = { operation: 'open', target: { kind: 'process', id: `${this.id}/${processId}` } };
    return whileWanted(context.operation, options, () => this.#handle.use(context, async (open) => {
      const place: Out<Pointer> = [null];
      await this.#calls.call(context, () => this.#calls.core.HcsOpenProcess.onWorker(open, processId, genericAll, place));
      return this.#adopt(place, { processId });
    }), (process) => process.close());
  }

  /** Calls the listener with each event from now on, until the returned function is called. It must not throw. */
  onEvent(listener: (event: SystemEvent) => void): () => void { return this.#events.listen(listener); }

  /** Events from now on; ends when the handle is closed. */
  events(signal?: AbortSignal): AsyncIterableIterator<SystemEvent> { return this.#events.read(signal); }

  /** Closes the processes that were opened through this handle, newest first, then the handle. May be repeated. */
  async close(): Promise<void> {
    if (this.#handle.isClosed) return this.#handle.close();
    for (const process of [...this.#processes].reverse()) await process.close();
    await this.#handle.close();
    this.#subscription.end();
    this.#events.end();
    this.#settle({ exitType: 'Lost', status: undefined });
    this.#forget(this);
    this.#calls.release();
  }

  async #adopt([handle]: Out<Pointer>, information: Partial<ProcessInformation> & { readonly processId: number }): Promise<ComputeProcess> {
    const process = await ComputeProcess.attach(this.#calls, this.id, handle ?? 0n, information, (closed) => { this.#processes.delete(closed); });
    this.#processes.add(process);
    return process;
  }

  #context(operation: string): CallContext { return { operation, target: { kind: 'container', id: this.id } }; }

  async #plain(name: string, options: CallOptions | undefined, begin: (open: Pointer, operation: Pointer) => Promise<number>): Promise<void> {
    await this.#run(this.#context(name), options, begin);
  }

  #run(context: CallContext, options: CallOptions | undefined, begin: (open: Pointer, operation: Pointer) => Promise<number>): Promise<Outcome> {
    return whileWanted(context.operation, options, () => this.#handle.use(context, (open) => this.#calls.run(context, (operation) => begin(open, operation))));
  }

  #receive({ type, data }: ComputeEvent): void {
    if (type === 1) {
      const status = readSystemExit(data);
      const exit: SystemExit = { exitType: status?.ExitType ?? 'Unknown', status: status?.Status };
      this.#settle(exit);
      this.#events.give({ kind: 'exited', exit });
      return;
    }
    if (type === 3) {
      this.#events.give({ kind: 'crashReport', report: readReport(data), document: data });
      return;
    }
    const kind = kinds[type as keyof typeof kinds] as (typeof kinds)[keyof typeof kinds] | undefined;
    if (kind === 'serviceDisconnected') this.#settle({ exitType: 'Lost', status: undefined });
    this.#events.give(kind === undefined ? { kind: 'other', type, document: data } : { kind, document: data });
  }
}

const firstArgument = (process: object | undefined): string | undefined => {
  const args: unknown = process !== undefined && 'args' in process ? process.args : undefined;
  return Array.isArray(args) && typeof args[0] === 'string' ? args[0] : undefined;
};
