import type { Lock } from './locks.ts';

export interface MoveOptions {
  readonly signal?: AbortSignal;
  /** Bytes that are at their new place, of all. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/** Of the file system that a folder lies on. */
export interface Space {
  /** Its name as the system says it, for example ext4; undefined where it is not told. */
  readonly fileSystem: string | undefined;
  readonly capacityBytes: number;
  /** Bytes that the engine may still write. */
  readonly freeBytes: number;
}

/** The folder that holds everything an engine keeps. Every open engine is one of its users. */
export interface StateRoot {
  /** Ends the use. Repeating it does nothing. */
  leave(): Promise<void>;
  /** Why this host's folders cannot be moved; undefined where they can. */
  readonly whyNoMove: string | undefined;
  /** What it lies on. */
  space(): Promise<Space>;
  /** Bytes on its disk. */
  measure(): Promise<number>;
  /** Makes this engine the only user; releasing gives that up, not the use. Errors: StoreBusy where another engine is open. */
  takeAlone(): Promise<Lock>;
  /**
   * Copies everything to `path`, compares, and makes `path` the root: engines that are started for the
   * old one follow. The caller is the only user and has closed what it had open there; afterwards it opens
   * the root anew. Until the switch nothing is changed; what an error or a kill before it leaves at `path` is
   * taken away by the next try. Returns the bytes moved.
   * Errors: PathExists, PathNotFound, PathAccessDenied, DiskFull, OperationCancelled.
   */
  moveTo(path: string, options?: MoveOptions): Promise<number>;
  /**
   * Removes everything that is kept, and the folder with it where nothing else lies in it. The caller is the only
   * user and has closed what it had open there. Errors: StoreMounted where something is still mounted in it;
   * nothing is removed then. PathAccessDenied.
   */
  clear(): Promise<void>;
}
