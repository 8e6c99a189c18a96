import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Lock } from '../../core/index.ts';
import type { ComputeProcess } from './compute-process.ts';
import type { ComputeSystem, ProcessNames } from './compute-system.ts';
import { CriLogWriter } from './cri-log-writer.ts';
import type { ProcessParameters } from './documents/process.ts';
import type { HostComputeService } from './host-compute-service.ts';
import type { JoinDoor } from './join-door.ts';

/** A process that has ended may have left its output to others that run on: they are waited for so long. */
const outputPatienceMs = 1000;
/** Whoever wants to be joined before anything is read has so long to come. */
const joinPatienceMs = 10_000;

/** Where terminals join a process. */
export interface Doorway {
  readonly door: JoinDoor;
  /** Nothing of its output is read before the first has joined. */
  readonly waits: boolean;
}

export interface HeldExit {
  /** Null where it was lost. */
  readonly exitCode: number | null;
  readonly exitedAt: Date;
}

/** Called when the process has ended and its output is in the log. */
type Ended = (exitCode: number | null) => Promise<void>;

/**
 * A process whose output goes to a log, and whose end somebody hears of, as long as this process lives. It has the
 * system's handle to itself, and closes everything when the process has ended.
 */
export class HeldProcess {
  readonly process: ComputeProcess;
  /** Settles when all is done that the end of the process asks for. */
  readonly finished: Promise<HeldExit>;
  readonly #system: ComputeSystem;
  readonly #log: CriLogWriter | undefined;
  readonly #lock: Lock | undefined;
  readonly #doorway: Doorway | undefined;
  readonly #over = Promise.withResolvers<void>();
  #letGo = false;

  private constructor(system: ComputeSystem, process: ComputeProcess, log: CriLogWriter | undefined, lock: Lock | undefined, ended: Ended, doorway?: Doorway) {
    this.#doorway = doorway;
    this.#system = system;
    this.process = process;
    this.#log = log;
    this.#lock = lock;
    this.finished = this.#follow(ended);
  }

  /** Takes over the system and the door, on failure too, and the lock where it succeeds. */
  static async start(
    system: ComputeSystem, parameters: ProcessParameters, logPath: string, names: ProcessNames, lock: Lock | undefined, ended: Ended,
    { signal, doorway }: { readonly signal?: AbortSignal | undefined; readonly doorway?: Doorway | undefined } = {},
  ): Promise<HeldProcess> {
    let log: CriLogWriter | undefined;
    let process: ComputeProcess | undefined;
    try {
      log = await CriLogWriter.open(logPath);
      process = await system.createProcess(parameters, { signal }, names);
      await doorway?.door.serve(process);
      return new HeldProcess(system, process, log, lock, ended, doorway);
    } catch (error) {
      await process?.close();
      await doorway?.door.close();
      await log?.close();
      await system.close();
      throw error;
    }
  }

  /** Of a process that somebody else started: its end alone. Takes over the lock where it succeeds. */
  static async adopt(service: HostComputeService, id: string, processId: number, lock: Lock, ended: Ended): Promise<HeldProcess> {
    const system = await service.openSystem(id);
    try {
      return new HeldProcess(system, await system.openProcess(processId), undefined, lock, ended);
    } catch (error) {
      await system.close();
      throw error;
    }
  }

  /** False where no log is written, or none any more. */
  async rotateLog(keptFiles: number): Promise<boolean> {
    return this.#log === undefined || this.#letGo ? false : this.#log.rotate(keptFiles);
  }

  /** All the input that the process gets. */
  writeInput(bytes: Uint8Array): void {
    const { stdin } = this.process;
    // A process may end without reading: its exit is what counts.
    stdin?.on('error', () => undefined);
    stdin?.end(bytes);
  }

  /** Closes everything, and leaves the process alone. */
  async letGo(): Promise<void> {
    this.#letGo = true;
    this.#over.resolve();
    await this.process.close();
    await this.finished;
  }

  async #follow(ended: Ended): Promise<HeldExit> {
    const joined = this.#firstJoined();
    const outputs = [joined.then(() => this.#copy(this.process.stdout, 'stdout')), joined.then(() => this.#copy(this.process.stderr, 'stderr'))];
    const { exitCode } = await this.process.exited;
    const exitedAt = new Date();
    await joined;
    const quiet = new AbortController();
    await Promise.race([Promise.all(outputs), delay(outputPatienceMs, undefined, { signal: quiet.signal }).catch(() => undefined)]);
    quiet.abort();
    try {
      await this.process.close();
      await Promise.all(outputs);
      await this.#log?.close();
      if (!this.#letGo) await ended(exitCode);
      // Who is joined asks for the exit when its output ends.
      await this.#doorway?.door.close();
    } finally {
      await this.#system.close();
      await this.#lock?.release();
    }
    return { exitCode, exitedAt };
  }

  async #firstJoined(): Promise<void> {
    if (this.#doorway?.waits !== true) return;
    const patience = new AbortController();
    await Promise.race([this.#doorway.door.joined, this.#over.promise, delay(joinPatienceMs, undefined, { signal: patience.signal }).catch(() => undefined)]);
    patience.abort();
  }

  async #copy(stream: Readable | undefined, name: 'stdout' | 'stderr'): Promise<void> {
    if (stream === undefined) return;
    try {
      for await (const bytes of stream) {
        // A full disk loses output; a process that waits for its reader would lose more.
        await this.#log?.write(name, bytes as Buffer).catch(() => undefined);
        this.#doorway?.door.send(name, bytes as Buffer);
      }
    } catch {
      // Closed from here while it was read, or the pipe broke: the exit tells the rest.
    }
  }
}

