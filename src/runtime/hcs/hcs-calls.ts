import { SiloError } from '../../base/index.ts';
import { bindComputeCore, processInformationBytes, readProcessInformation, registerCompletion, registerEvents, type ComputeCore, type ComputeEvent, type ProcessInformation } from '../../../native/computecore.ts';
import { koffi, type Out, type Pointer } from '../../../native/dynamic-library.ts';
import { Kernel32 } from '../../../native/kernel32-io.ts';
import { bindingError, hcsError, type CallContext } from './hcs-error.ts';

/** Files of the libraries; what is left out is Windows's own. */
export interface HcsLibraries {
  readonly computeCore?: string;
  readonly kernel32?: string;
}

export interface Outcome {
  /** Result document of the operation. */
  readonly document: string | undefined;
  /** After CreateProcess and GetProcessInfo. */
  readonly process: ProcessInformation | undefined;
}

export interface EventSubscription {
  /** What the DLL is given to call, and with what. */
  readonly callback: Pointer;
  readonly context: Pointer;
  end(): void;
}

const outOfMemory = 0x8007000e;
/** Longest time that a timer takes. */
const longMs = 2 ** 31 - 1;

/**
 * The calls of the Host Compute Service, each awaited to its end. Work is begun on a worker thread, and its
 * completion comes by a callback: however many operations are open, none holds a thread. One callback serves
 * all operations and one all events; numbers tell them apart. While anything is open, Node stays alive:
 * koffi's callbacks alone would not keep it so.
 */
export class HcsCalls {
  readonly core: ComputeCore;
  readonly kernel: Kernel32;
  readonly #completions = new Map<Pointer, () => void>();
  readonly #events = new Map<Pointer, (event: ComputeEvent) => void>();
  #completion: Pointer | undefined;
  #event: Pointer | undefined;
  #last = 0n;
  #holds = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(libraries: HcsLibraries) {
    this.core = bindComputeCore(libraries.computeCore ?? 'computecore.dll');
    this.kernel = new Kernel32(libraries.kernel32 ?? 'kernel32.dll');
  }

  /** Operations that have not ended. */
  get openOperations(): number { return this.#completions.size; }

  /** Runs work that an operation tracks, to its end. @throws SiloError of the HRESULT */
  async run(context: CallContext, begin: (operation: Pointer) => Promise<number>, withProcess = false): Promise<Outcome> {
    return this.#naming(context, async () => {
      this.#completion ??= registerCompletion((key) => { this.#completions.get(key)?.(); });
      const key = (this.#last += 1n);
      const operation = this.core.HcsCreateOperation.now(key, this.#completion);
      if (operation === null) throw hcsError(outOfMemory, undefined, context);
      const done = new Promise<void>((resolve) => { this.#completions.set(key, resolve); });
      this.hold();
      try {
        const begun = await begin(operation);
        if (begun < 0) throw hcsError(begun, this.#failureDocument(operation), context);
        await done;
        return this.#outcome(operation, context, withProcess);
      } finally {
        this.#completions.delete(key);
        this.core.HcsCloseOperation.now(operation);
        this.release();
      }
    });
  }

  /** Makes a call that has its result when it returns. @throws SiloError of the HRESULT */
  async call(context: CallContext, make: () => Promise<number>): Promise<void> {
    await this.#naming(context, async () => {
      const result = await make();
      if (result < 0) throw hcsError(result, undefined, context);
    });
  }

  /** As before, for calls that give a document, on failure a ResultError. */
  async document(context: CallContext, make: (document: Out<Pointer>) => Promise<number>): Promise<string | undefined> {
    return this.#naming(context, async () => {
      const place: Out<Pointer> = [null];
      const result = await make(place);
      const document = this.kernel.takeText(place);
      if (result < 0) throw hcsError(result, document, context);
      return document;
    });
  }

  /** Listens for the events of one handle. The listener runs while a thread of the DLL waits: it is short and never throws. */
  subscribe(listener: (event: ComputeEvent) => void): EventSubscription {
    this.#event ??= registerEvents((event, key) => { this.#events.get(key)?.(event); });
    const context = (this.#last += 1n);
    this.#events.set(context, listener);
    return { callback: this.#event, context, end: () => { this.#events.delete(context); } };
  }

  hold(): void {
    this.#holds += 1;
    this.#timer ??= setInterval(() => undefined, longMs);
  }

  release(): void {
    this.#holds -= 1;
    if (this.#holds > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Takes the callbacks back. Everything is closed: a DLL that called one later would end the process. */
  end(): void {
    if (this.#completions.size > 0 || this.#events.size > 0) throw new SiloError('InternalError', { args: { incident: 'callbacks of open HCS handles' } });
    for (const callback of [this.#completion, this.#event]) if (callback !== undefined) koffi().unregister(callback);
    this.#completion = undefined;
    this.#event = undefined;
    this.kernel.release();
  }

  #outcome(operation: Pointer, context: CallContext, withProcess: boolean): Outcome {
    const place: Out<Pointer> = [null];
    const information = Buffer.alloc(processInformationBytes);
    const result = withProcess ? this.core.HcsGetOperationResultAndProcessInfo.now(operation, information, place) : this.core.HcsGetOperationResult.now(operation, place);
    const document = this.kernel.takeText(place);
    if (result < 0) throw hcsError(result, document, context);
    return { document, process: withProcess ? readProcessInformation(information) : undefined };
  }

  /** Work that was refused at once may have left its reason in the operation all the same. */
  #failureDocument(operation: Pointer): string | undefined {
    const place: Out<Pointer> = [null];
    this.core.HcsGetOperationResult.now(operation, place);
    return this.kernel.takeText(place);
  }

  async #naming<T>(context: CallContext, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw bindingError(error, context);
    }
  }
}
