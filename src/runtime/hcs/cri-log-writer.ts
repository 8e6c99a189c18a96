import { open, type FileHandle } from 'node:fs/promises';
import { rotateFiles } from '../../log/index.ts';
import { fromFileError } from '../../base/index.ts';

const newline = 0x0a;

/**
 * Writes output to a log in CRI's format (`<RFC 3339 time> <stdout|stderr> <P|F> <text>`), byte by byte as it
 * came: what came without a line's end is a piece of its own, marked P, and is there at once. One after the
 * other, so that two streams never meet within a line.
 */
export class CriLogWriter {
  readonly #path: string;
  /** Undefined where the last turn broke off before there was a new one. */
  #file: FileHandle | undefined;
  #closed = false;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  static async open(path: string): Promise<CriLogWriter> {
    try {
      return new CriLogWriter(path, await open(path, 'a', 0o600));
    } catch (error) {
      throw fromFileError(error, path);
    }
  }

  /** Settles when the bytes are in the file. */
  write(stream: 'stdout' | 'stderr', bytes: Buffer): Promise<void> {
    const time = new Date().toISOString();
    const pieces: Buffer[] = [];
    for (let begin = 0; begin < bytes.length;) {
      const end = bytes.indexOf(newline, begin);
      const stop = end < 0 ? bytes.length : end;
      pieces.push(Buffer.from(`${time} ${stream} ${end < 0 ? 'P' : 'F'} `), bytes.subarray(begin, stop), Buffer.from('\n'));
      begin = stop + 1;
    }
    return this.#next(async () => {
      this.#file ??= await open(this.#path, 'a', 0o600);
      await this.#file.appendFile(Buffer.concat(pieces));
    });
  }

  /** Turns the files over; what is written afterwards goes to a new one. False where it is closed. */
  rotate(keptFiles: number): Promise<boolean> {
    return this.#next(async () => {
      if (this.#closed) return false;
      // Closed before it is renamed: Windows would let nobody else open the new name meanwhile.
      await this.#file?.close();
      this.#file = undefined;
      await rotateFiles(this.#path, keptFiles);
      this.#file = await open(this.#path, 'a', 0o600);
      return true;
    });
  }

  close(): Promise<void> {
    return this.#next(async () => {
      this.#closed = true;
      await this.#file?.close();
    });
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}
