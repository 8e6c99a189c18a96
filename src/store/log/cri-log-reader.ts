import { watch } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { SiloError, fromFileError, hasErrno } from '../../base/index.ts';
import type { LogLine, LogQuery, LogReader } from '../../core/index.ts';
import { parseCriLine } from './cri-line.ts';

const chunkBytes = 64 * 1024;
const batchLines = 100;
const batchBytes = 64 * 1024;
/** A line that never ends is given out in pieces of this size. */
const longestLineBytes = 1024 * 1024;
const pollMs = 500;

/** Reads and follows a log file in CRI's line format. Pieces of one line are joined. */
export class CriLogReader implements LogReader {
  async *read(path: string, query: LogQuery): AsyncIterable<readonly LogLine[]> {
    if (query.tail === 0 && query.follow === undefined) return;
    const file = await openLog(path);
    if (file === undefined) return;
    try {
      const since = query.since?.getTime() ?? Number.NEGATIVE_INFINITY;
      const assembler = new LineAssembler(since);
      let position = query.tail === undefined ? 0 : await tailOffset(file, query.tail);
      const buffer = Buffer.allocUnsafe(chunkBytes);
      const wake = query.follow === undefined ? undefined : new ChangeSignal(path);
      try {
        for (;;) {
          query.signal?.throwIfAborted();
          // Asked before reading: what was written before the end is then surely read.
          const ended = query.follow === undefined || (await query.follow.ended());
          let read = 0;
          do {
            ({ bytesRead: read } = await file.read(buffer, 0, chunkBytes, position));
            position += read;
            yield* assembler.take(buffer.subarray(0, read));
            query.signal?.throwIfAborted();
          } while (read > 0);
          yield* assembler.flush();
          if (ended) { yield* assembler.end(); return; }
          await wake?.wait(query.signal, query.follow?.wake);
        }
      } finally {
        wake?.close();
      }
    } catch (error) {
      throw query.signal?.aborted ? new SiloError('OperationCancelled') : fromFileError(error, path);
    } finally {
      await file.close();
    }
  }
}

const openLog = async (path: string): Promise<FileHandle | undefined> => {
  try {
    return await open(path, 'r');
  } catch (error) {
    // A container that never started has written nothing.
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw fromFileError(error, path);
  }
};

/** Bytes after a line's beginning that hold its time, stream and tag. */
const headBytes = 64;

/**
 * Offset of the last `lines` lines: the file is read backwards, only as far as needed. An entry tagged F
 * ends a line; the line before the wanted ones is found when one such entry more has been seen.
 */
const tailOffset = async (file: FileHandle, lines: number): Promise<number> => {
  const { size } = await file.stat();
  const buffer = Buffer.allocUnsafe(chunkBytes + headBytes);
  let seen = 0;
  let following = size;
  for (let end = size; end > 0; end = Math.max(0, end - chunkBytes)) {
    const begin = Math.max(0, end - chunkBytes);
    // The heads of lines that begin at the end of this chunk reach into the next.
    const { bytesRead } = await file.read(buffer, 0, Math.min(end + headBytes, size) - begin, begin);
    let newline = buffer.subarray(0, Math.min(bytesRead, end - begin)).lastIndexOf(10);
    for (;;) {
      const start = newline < 0 ? undefined : begin + newline + 1;
      const entry = start ?? (begin === 0 ? 0 : undefined);
      if (entry === undefined) break;
      if (entry < size) {
        const at = entry - begin;
        if (/ (?:stdout|stderr) F /.test(buffer.toString('latin1', at, Math.min(at + headBytes, bytesRead))) && ++seen > lines) return following;
        following = entry;
      }
      if (newline <= 0) {
        if (newline < 0) break;
        newline = -1;
      } else {
        newline = buffer.lastIndexOf(10, newline - 1);
      }
      if (newline < 0 && begin !== 0) break;
    }
  }
  return 0;
};

class LineAssembler {
  readonly #since: number;
  #rest: Buffer = Buffer.alloc(0);
  #batch: LogLine[] = [];
  #batchBytes = 0;
  readonly #pieces: { stdout: string; stderr: string } = { stdout: '', stderr: '' };

  constructor(since: number) { this.#since = since; }

  *take(bytes: Buffer): Iterable<readonly LogLine[]> {
    let data = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10)) {
      this.#entry(data.toString('utf8', 0, end));
      data = data.subarray(end + 1);
      if (this.#batch.length >= batchLines || this.#batchBytes >= batchBytes) yield this.#drain();
    }
    this.#rest = Buffer.from(data);
  }

  *flush(): Iterable<readonly LogLine[]> { if (this.#batch.length > 0) yield this.#drain(); }

  /** What a process wrote without a last newline. */
  *end(): Iterable<readonly LogLine[]> {
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.#pieces[stream] !== '') this.#add({ time: new Date(), stream, text: this.#pieces[stream] });
    }
    yield* this.flush();
  }

  #entry(line: string): void {
    const entry = parseCriLine(line);
    if (entry === undefined) return;
    const text = this.#pieces[entry.stream] + entry.text;
    if (entry.partial && text.length < longestLineBytes) { this.#pieces[entry.stream] = text; return; }
    this.#pieces[entry.stream] = '';
    if (entry.time.getTime() >= this.#since) this.#add({ time: entry.time, stream: entry.stream, text });
  }

  #add(line: LogLine): void {
    this.#batch.push(line);
    this.#batchBytes += line.text.length + 64;
  }

  #drain(): readonly LogLine[] {
    const batch = this.#batch;
    this.#batch = [];
    this.#batchBytes = 0;
    return batch;
  }
}

/** Wakes when the file changes; every half second in any case, for the events that inotify lost. */
class ChangeSignal {
  readonly #watcher: ReturnType<typeof watch>;
  #changed = false;
  #wake: (() => void) | undefined;

  constructor(path: string) {
    const name = basename(path);
    this.#watcher = watch(dirname(path), (_, changed) => {
      if (changed !== null && changed !== name) return;
      this.#changed = true;
      this.#wake?.();
    });
    this.#watcher.on('error', () => { this.#watcher.close(); });
  }

  async wait(...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
    if (!this.#changed && !signals.some((signal) => signal?.aborted)) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = (): void => { resolve(); };
      const timer = setTimeout(wake, pollMs);
      this.#wake = wake;
      for (const signal of signals) signal?.addEventListener('abort', wake);
      await promise;
      for (const signal of signals) signal?.removeEventListener('abort', wake);
      clearTimeout(timer);
    }
    this.#changed = false;
  }

  close(): void { this.#watcher.close(); }
}
