import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { ComputeEvent, ProcessInformation } from '../../../native/computecore.ts';
import type { Pointer } from '../../../native/dynamic-library.ts';
import { readProcessStatus, type ProcessStatus } from './documents/answers.ts';
import type { ProcessModifyRequest, SignalProcessOptions } from './documents/process.ts';
import type { EventSubscription, HcsCalls } from './hcs-calls.ts';
import type { CallContext } from './hcs-error.ts';
import { OpenHandle } from './open-handle.ts';
import { documentText, optionalDocument } from './plain-text.ts';
import { ProcessInput, ProcessOutput } from './process-stream.ts';
import { whileWanted, type CallOptions } from './waiting.ts';

const processExited = 0x00010000;
const serviceDisconnect = 0x02000000;

export interface ProcessExit {
  /** Unsigned, 32 bits; null where it is not known. */
  readonly exitCode: number | null;
  /** `Lost`: the service went away, or the handle was closed, before the process ended. */
  readonly reason: 'Exited' | 'Lost';
}

/** A process in a compute system, by an open handle. It lives on when the handle is closed; its streams end then. */
export class ComputeProcess {
  readonly processId: number;
  readonly systemId: string;
  /** Settles when the process has ended; never rejects. */
  readonly exited: Promise<ProcessExit>;
  readonly #calls: HcsCalls;
  readonly #handle: OpenHandle;
  readonly #subscription: EventSubscription;
  readonly #settle: (exit: ProcessExit) => void;
  readonly #forget: (process: ComputeProcess) => void;
  #stdin: ProcessInput | undefined;
  #stdout: ProcessOutput | undefined;
  #stderr: ProcessOutput | undefined;

  private constructor(calls: HcsCalls, systemId: string, processId: number, handle: Pointer, forget: (process: ComputeProcess) => void) {
    this.#calls = calls;
    this.#forget = forget;
    this.systemId = systemId;
    this.processId = processId;
    const { promise, resolve } = Promise.withResolvers<ProcessExit>();
    this.exited = promise;
    this.#settle = resolve;
    this.#subscription = calls.subscribe((event) => { this.#receive(event); });
    this.#handle = new OpenHandle(handle, (open) => calls.core.HcsCloseProcess.onWorker(open));
    calls.hold();
  }

  /** For ComputeSystem: takes a handle over; on failure it is closed. `forget` is called when it is. */
  static async attach(calls: HcsCalls, systemId: string, handle: Pointer, information: Partial<ProcessInformation> & { readonly processId: number }, forget: (process: ComputeProcess) => void): Promise<ComputeProcess> {
    const process = new ComputeProcess(calls, systemId, information.processId, handle, forget);
    try {
      process.#openStreams(information);
      const context = process.#context('set the callback of');
      await process.#handle.use(context, (open) => calls.call(context, () => calls.core.HcsSetProcessCallback.onWorker(open, 0, process.#subscription.context, process.#subscription.callback)));
      // It may have ended before anybody listened.
      process.#take(await process.properties());
      return process;
    } catch (error) {
      await process.close();
      throw error;
    }
  }

  /** Undefined where the process was created without, or opened. The reader must read, or the process waits. */
  get stdin(): Writable | undefined { return this.#stdin; }
  get stdout(): Readable | undefined { return this.#stdout; }
  get stderr(): Readable | undefined { return this.#stderr; }

  /** Asks the service for the streams, for a process that was opened by its id. Only one client can have them. */
  async openStreams(options?: CallOptions): Promise<void> {
    const context = this.#context('get the streams of');
    const outcome = await this.#run(context, options, (open, operation) => this.#calls.core.HcsGetProcessInfo.onWorker(open, operation), true);
    if (outcome.process !== undefined) this.#openStreams(outcome.process);
  }

  async properties(options?: CallOptions): Promise<ProcessStatus> {
    const context = this.#context('get the properties of');
    const { document } = await this.#run(context, options, (open, operation) => this.#calls.core.HcsGetProcessProperties.onWorker(open, operation, null));
    return readProcessStatus(document, context);
  }

  /** Sends a console event (Windows) or a signal (Linux); without options HCS ends the process. Errors: ProcessNotFound where it has ended. */
  async signal(options?: SignalProcessOptions, call?: CallOptions): Promise<void> {
    await this.#run(this.#context('signal'), call, (open, operation) => this.#calls.core.HcsSignalProcess.onWorker(open, operation, optionalDocument(options)));
  }

  /** Errors: ProcessNotFound where it has ended. */
  async terminate(options?: CallOptions): Promise<void> {
    await this.#run(this.#context('terminate'), options, (open, operation) => this.#calls.core.HcsTerminateProcess.onWorker(open, operation, null));
  }

  async modify(request: ProcessModifyRequest, options?: CallOptions): Promise<void> {
    await this.#run(this.#context('modify'), options, (open, operation) => this.#calls.core.HcsModifyProcess.onWorker(open, operation, documentText(request)));
  }

  /** Size of the console, in characters. */
  resize(columns: number, rows: number, options?: CallOptions): Promise<void> {
    return this.modify({ Operation: 'ConsoleSize', ConsoleSize: { Height: rows, Width: columns } }, options);
  }

  /** Ends the streams and closes the handle. May be repeated. */
  async close(): Promise<void> {
    if (this.#handle.isClosed) return this.#handle.close();
    const streams = [this.#stderr, this.#stdout, this.#stdin].filter((stream) => stream !== undefined);
    const closing = this.#handle.close();
    for (const stream of streams) stream.destroy();
    await Promise.all(streams.filter((stream) => !stream.closed).map((stream) => once(stream, 'close').catch(() => undefined)));
    await closing;
    this.#subscription.end();
    this.#settle({ exitCode: null, reason: 'Lost' });
    this.#forget(this);
    this.#calls.release();
  }

  #run(context: CallContext, options: CallOptions | undefined, begin: (open: Pointer, operation: Pointer) => Promise<number>, withProcess = false) {
    return whileWanted(context.operation, options, () => this.#handle.use(context, (open) => this.#calls.run(context, (operation) => begin(open, operation), withProcess)));
  }

  #context(operation: string): CallContext {
    return { operation, target: { kind: 'process', id: `${this.systemId}/${this.processId}` } };
  }

  #openStreams({ stdin, stdout, stderr }: Partial<ProcessInformation>): void {
    const { kernel } = this.#calls;
    const closeInput = async (): Promise<void> => {
      // The end of the pipe alone does not reach a process in a virtual machine.
      await this.modify({ Operation: 'CloseHandle', CloseHandle: { Handle: 'StdIn' } }).catch(() => undefined);
    };
    if (stdin !== undefined) this.#stdin = new ProcessInput(kernel.openPipe(stdin), closeInput);
    if (stdout !== undefined) this.#stdout = new ProcessOutput(kernel.openPipe(stdout));
    if (stderr !== undefined) this.#stderr = new ProcessOutput(kernel.openPipe(stderr));
  }

  #receive(event: ComputeEvent): void {
    if (event.type === serviceDisconnect) this.#settle({ exitCode: null, reason: 'Lost' });
    if (event.type !== processExited) return;
    try {
      const status = readProcessStatus(event.data, this.#context('hear of the end of'));
      this.#take({ ...status, Exited: true });
    } catch {
      // That it has ended is known; asking tells how.
      this.properties().then((status) => { this.#take({ ...status, Exited: true }); }, () => { this.#settle({ exitCode: null, reason: 'Exited' }); });
    }
  }

  #take({ Exited, ExitCode, LastWaitResult }: ProcessStatus): void {
    if (Exited) this.#settle({ exitCode: LastWaitResult === 0 ? ExitCode : null, reason: 'Exited' });
  }
}
