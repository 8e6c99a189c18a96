/**
 * A library that koffi opens when one of its functions is first called, so that importing a file of bindings
 * costs nothing and works on every system. It adds what koffi leaves open: which function is missing, and a
 * bound on calls that wait. Such calls run on libuv's four threads, which the file system needs too, and
 * koffi throws past 256 of them: three at once, the others stand in line (koffi, doc/misc.md).
 */
import { createRequire } from 'node:module';
import type { LibraryHandle } from 'koffi';

type Koffi = typeof import('koffi');
type KoffiFunction = ReturnType<LibraryHandle['func']>;

const require = createRequire(import.meta.url);
let loaded: Koffi | undefined;

/** koffi itself, loaded on first use. */
export const koffi = (): Koffi => (loaded ??= require('koffi') as Koffi);

/** An address or a handle; koffi gives null for zero. */
export type Pointer = bigint;
/** Place for a value that a function writes through a pointer. */
export type Out<T> = [T | null];

/** Thrown where a library or one of its functions is not on this machine. */
export class MissingFunction extends Error {
  override readonly name = 'MissingFunction';
  readonly library: string;
  /** Undefined where the whole library is missing. */
  readonly functionName: string | undefined;
  /** Build of Windows that first had it. */
  readonly leastBuild: number;
  constructor(library: string, functionName: string | undefined, leastBuild: number, cause: unknown) {
    super(functionName === undefined ? `${library} cannot be loaded` : `${library} has no ${functionName}`, { cause });
    this.library = library;
    this.functionName = functionName;
    this.leastBuild = leastBuild;
  }
}

const callsAtOnce = 3;
let calling = 0;
const waiting: (() => void)[] = [];

const takeTurn = (): Promise<void> | undefined => {
  if (calling < callsAtOnce) {
    calling += 1;
    return undefined;
  }
  return new Promise((resolve) => { waiting.push(resolve); });
};

const passTurn = (): void => {
  const next = waiting.shift();
  if (next === undefined) calling -= 1;
  else next();
};

export class BoundFunction<F extends (...args: never[]) => unknown> {
  readonly #find: () => KoffiFunction;
  #found: KoffiFunction | undefined;

  constructor(find: () => KoffiFunction) { this.#find = find; }

  /** On this thread: for what only touches memory of this process. @throws MissingFunction */
  now(...args: Parameters<F>): ReturnType<F> {
    return (this.#found ??= this.#find())(...args) as ReturnType<F>;
  }

  /** On a worker thread: for whatever may wait for somebody else. Arguments that the function writes to are written before it settles. @throws MissingFunction */
  async onWorker(...args: Parameters<F>): Promise<ReturnType<F>> {
    const found = (this.#found ??= this.#find());
    await takeTurn();
    try {
      return await new Promise<ReturnType<F>>((resolve, reject) => {
        found.async(...args, (error: unknown, result: ReturnType<F>) => {
          if (error === null || error === undefined) resolve(result);
          else reject(new Error('a native function could not be called', { cause: error }));
        });
      });
    } finally {
      passTurn();
    }
  }
}

/**
 * Libraries that are open, by path. They stay so: koffi unloads one when nothing of it is referred to any more, and
 * a library with threads of its own would lose the ground under them.
 */
const opened = new Map<string, LibraryHandle>();

/** A library by its path or name; opened once, whoever asks. */
export class DynamicLibrary {
  readonly path: string;

  constructor(path: string) { this.path = path; }

  /** `prototype` in koffi's C-like form; types in it are C's own, so that two libraries may have the same function. */
  bind<F extends (...args: never[]) => unknown>(prototype: string, leastBuild: number): BoundFunction<F> {
    return new BoundFunction<F>(() => {
      const name = /(\w+)\s*\(/.exec(prototype)?.[1] ?? prototype;
      const library = this.#open(leastBuild);
      try {
        return library.func(prototype);
      } catch (cause) {
        throw new MissingFunction(this.path, name, leastBuild, cause);
      }
    });
  }

  #open(leastBuild: number): LibraryHandle {
    const known = opened.get(this.path);
    if (known !== undefined) return known;
    try {
      const handle = koffi().load(this.path);
      opened.set(this.path, handle);
      return handle;
    } catch (cause) {
      throw new MissingFunction(this.path, undefined, leastBuild, cause);
    }
  }
}
