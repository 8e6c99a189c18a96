import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { ComputeProcess } from '../compute-process.ts';
import { bundleSignal } from './signal-words.ts';

/** A process that has ended may have left its output to others that run on: so long nothing must come. */
const outputPatienceMs = 1000;
const lookEveryMs = 50;
/** Told where the exit code was lost. */
const lostExitCode = 255;
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Copies what comes, and goes on reading when nobody takes it any more: a process that waits for its reader would never end. */
class Output {
  readonly ended: Promise<void>;
  #lastMs = performance.now();
  #writing = false;

  constructor(from: Readable | undefined, to: Writable) { this.ended = from === undefined ? Promise.resolve() : this.#copy(from, to); }

  /** Whether all that came is written, and nothing came for a while. */
  get isQuiet(): boolean { return !this.#writing && performance.now() - this.#lastMs > outputPatienceMs; }

  async #copy(from: Readable, to: Writable): Promise<void> {
    try {
      for await (const bytes of from) {
        this.#writing = true;
        await new Promise<void>((resolve) => { to.write(bytes as Buffer, () => { resolve(); }); });
        this.#writing = false;
        this.#lastMs = performance.now();
      }
    } catch {
      // Closed from here while it was read, or the pipe broke: the exit tells the rest.
    }
  }
}

/** Gives a process this process's standard streams, and its signals unless a terminal brings them; settles with the exit code when all output is written. The process is closed then. */
export const joinStreams = async (held: ComputeProcess, { terminal, guest }: { readonly terminal: boolean; readonly guest: 'windows' | 'linux' }): Promise<number> => {
  const { stdin, stdout, stderr } = process;
  const isRaw = terminal && stdin.isTTY;
  const resize = (): void => { if (stdout.columns > 0) held.resize(stdout.columns, stdout.rows).catch(() => undefined); };
  const handlers = terminal ? [] : forwarded.map((name) => [name, (): void => {
    const options = bundleSignal(guest, name);
    (options === undefined ? held.terminate() : held.signal(options)).catch(() => undefined);
  }] as const);
  for (const stream of [stdin, stdout, stderr, held.stdin]) stream?.on('error', () => undefined);
  try {
    for (const [name, handler] of handlers) process.on(name, handler);
    if (isRaw) stdin.setRawMode(true);
    if (terminal && stdout.isTTY) {
      resize();
      stdout.on('resize', resize);
    }
    if (held.stdin !== undefined) stdin.pipe(held.stdin);
    const outputs = [new Output(held.stdout, stdout), new Output(held.stderr, stderr)];
    const { exitCode } = await held.exited;
    let ended = false;
    const all = Promise.all(outputs.map((output) => output.ended)).then(() => { ended = true; });
    while (!ended && !outputs.every((output) => output.isQuiet)) await Promise.race([all, delay(lookEveryMs)]);
    return exitCode ?? lostExitCode;
  } finally {
    stdin.unpipe();
    stdin.pause();
    stdout.off('resize', resize);
    if (isRaw) stdin.setRawMode(false);
    for (const [name, handler] of handlers) process.off(name, handler);
    await held.close();
  }
};
