import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import { SiloError, fromFileError, hasErrno } from '../../base/index.ts';
import type { LogLine, LogQuery, LogReader } from '../../core/index.ts';
import { parseCriLine, type CriEntry } from './cri-line.ts';
import { LogFiles } from './log-files.ts';

const chunkBytes = 64 * 1024;
const batchLines = 100;
const batchBytes = 64 * 1024;
/** A line that never ends is given out in pieces of this size. */
const longestLineBytes = 1024 * 1024;
const pollMs = 500;
/** In base64 that is a batch. */
const pieceBytes = 48 * 1024;
const lineFeed = Buffer.from('\n');

/** Reads and follows the files of a log in CRI's line format as one. Pieces of one line are joined. */
export class CriLogReader implements LogReader {
  async *read(path: string, query: LogQuery): AsyncIterable<readonly LogLine[]> {
    if (query.tail === 0 && query.follow === undefined) return;
    const files = await LogFiles.open(path, query.since);
    try {
      // A container that never started has written nothing.
      if (query.follow === undefined && files.size === 0) return;
      const since = query.since?.getTime() ?? Number.NEGATIVE_INFINITY;
      const begin = query.tail === undefined ? { offset: 0, wanted: 0 } : await findTail(files, query.tail);
      const assembler = new LineAssembler(since, begin, query.stdoutBytes ?? false);
      let position = begin.offset;
      const buffer = Buffer.allocUnsafe(chunkBytes);
      const wake = query.follow === undefined ? undefined : new ChangeSignal(path);
      try {
        for (;;) {
          query.signal?.throwIfAborted();
          // Asked before reading: what was written before the end is then surely read.
          const ended = query.follow === undefined || (await query.follow.ended());
          do {
            let read = 0;
            do {
              read = await files.read(buffer, chunkBytes, position);
              position += read;
              yield* assembler.take(buffer.subarray(0, read));
              query.signal?.throwIfAborted();
            } while (read > 0);
          } while (query.follow !== undefined && (await files.advance()));
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
      await files.close();
    }
  }
}

/** Bytes after a line's beginning that hold its time, stream and tag. */
const headBytes = 64;

interface TailBegin {
  /** Where reading begins. */
  readonly offset: number;
  /** Lines that end before this offset are not wanted: they are read for the beginnings of those that are. */
  readonly wanted: number;
}

/** Heads of the file's entries with their offsets, the last one first. */
async function* headsBackward(files: LogFiles, size: number): AsyncIterable<{ readonly offset: number; readonly head: CriEntry | undefined }> {
  const buffer = Buffer.allocUnsafe(chunkBytes + headBytes);
  for (let end = size; end > 0; end = Math.max(0, end - chunkBytes)) {
    const begin = Math.max(0, end - chunkBytes);
    // The heads of lines that begin at the end of this chunk reach into the next.
    const bytesRead = await files.read(buffer, Math.min(end + headBytes, size) - begin, begin);
    const headAt = (at: number): { offset: number; head: CriEntry | undefined } => {
      const head = buffer.subarray(at, Math.min(at + headBytes, bytesRead));
      const lineEnd = head.indexOf(10);
      return { offset: begin + at, head: parseCriLine(lineEnd < 0 ? head : head.subarray(0, lineEnd)) };
    };
    const last = Math.min(bytesRead, end - begin) - 1;
    for (let newline = last < 0 ? -1 : buffer.lastIndexOf(10, last); newline >= 0; newline = newline === 0 ? -1 : buffer.lastIndexOf(10, newline - 1)) {
      if (begin + newline + 1 < size) yield headAt(newline + 1);
    }
    if (begin === 0) yield headAt(0);
  }
}

/**
 * Where the last `lines` lines begin: the file is read backwards, only as far as needed. An entry tagged F
 * ends a line, and so does the last one of a stream that ends without. The first piece of a wanted line may
 * stand before lines of the other stream that are not wanted; it is looked for as far as the longest line.
 */
const findTail = async (files: LogFiles, lines: number): Promise<TailBegin> => {
  const size = await files.measure();
  /** Streams of the wanted lines; once these are found, those whose first line may have begun earlier. */
  const streams = new Set<CriEntry['stream']>();
  let seen = 0;
  let wanted = size;
  let offset = size;
  for await (const { offset: at, head } of headsBackward(files, size)) {
    if (head === undefined) continue;
    if (seen <= lines && ((head.partial && streams.has(head.stream)) || ++seen <= lines)) {
      streams.add(head.stream);
      wanted = offset = at;
      continue;
    }
    if (!head.partial) streams.delete(head.stream);
    else if (streams.has(head.stream)) offset = at;
    if (streams.size === 0 || wanted - at > longestLineBytes) break;
  }
  return { offset, wanted };
};

/** The beginning of a line whose end is still to come. */
interface Piece {
  readonly chunks: Buffer[];
  time: Date;
  sizeBytes: number;
  wanted: boolean;
}

/** What a chunk costs beside its bytes: some programs write their lines byte by byte. */
const chunkOverheadBytes = 64;

class LineAssembler {
  readonly #asBytes: boolean;
  /** Standard output that was not given out yet, where it goes as bytes. */
  #raw: { readonly chunks: Buffer[]; sizeBytes: number; time: Date } | undefined;
  readonly #since: number;
  readonly #wanted: number;
  #offset: number;
  #rest: Buffer = Buffer.alloc(0);
  #batch: LogLine[] = [];
  #batchBytes = 0;
  readonly #pieces: { stdout: Piece | undefined; stderr: Piece | undefined } = { stdout: undefined, stderr: undefined };

  constructor(since: number, begin: TailBegin, asBytes: boolean) {
    this.#asBytes = asBytes;
    this.#since = since;
    this.#offset = begin.offset;
    this.#wanted = begin.wanted;
  }

  *take(bytes: Buffer): Iterable<readonly LogLine[]> {
    let data = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10)) {
      this.#entry(data.subarray(0, end));
      this.#offset += end + 1;
      data = data.subarray(end + 1);
      if (this.#batch.length >= batchLines || this.#batchBytes >= batchBytes) yield this.#drain();
    }
    this.#rest = Buffer.from(data);
  }

  *flush(): Iterable<readonly LogLine[]> {
    this.#giveBytes();
    if (this.#batch.length > 0) yield this.#drain();
  }

  /** What a process wrote without a last newline, and what its monitor did not write to the end. */
  *end(): Iterable<readonly LogLine[]> {
    this.#entry(this.#rest, true);
    for (const stream of ['stdout', 'stderr'] as const) {
      const piece = this.#pieces[stream];
      if (piece?.wanted) this.#add(stream, piece.time, Buffer.concat(piece.chunks).toString('utf8'));
    }
    yield* this.flush();
  }

  /** `cut`: its writer was killed before it wrote the entry's end. */
  #entry(line: Buffer, cut = false): void {
    const entry = parseCriLine(line);
    if (entry === undefined) return;
    const { time, stream, bytes } = entry;
    if (this.#asBytes) {
      if (stream === 'stdout') {
        this.#keepBytes(time, bytes, !entry.partial && !cut);
        return;
      }
      // What was written to the other stream before goes before it.
      this.#giveBytes();
    }
    const wanted = this.#offset >= this.#wanted;
    const before = this.#pieces[stream];
    if (entry.partial && (before?.sizeBytes ?? 0) + bytes.length < longestLineBytes) {
      const piece = (this.#pieces[stream] ??= { chunks: [], time, sizeBytes: 0, wanted });
      // A copy: the bytes are a view of a buffer that is read into again.
      piece.chunks.push(Buffer.from(bytes));
      piece.sizeBytes += bytes.length + chunkOverheadBytes;
      piece.time = time;
      piece.wanted = wanted;
      return;
    }
    this.#pieces[stream] = undefined;
    if (wanted) this.#add(stream, time, (before === undefined ? bytes : Buffer.concat([...before.chunks, bytes])).toString('utf8'));
  }

  #keepBytes(time: Date, bytes: Buffer, endsLine: boolean): void {
    const raw = (this.#raw ??= { chunks: [], sizeBytes: 0, time });
    // A copy, as below.
    raw.chunks.push(Buffer.from(bytes), ...(endsLine ? [lineFeed] : []));
    raw.sizeBytes += bytes.length + (endsLine ? 1 : 0);
    raw.time = time;
    if (raw.sizeBytes >= pieceBytes) this.#giveBytes();
  }

  #giveBytes(): void {
    const raw = this.#raw;
    if (raw === undefined) return;
    this.#raw = undefined;
    if (raw.sizeBytes === 0) return;
    this.#batch.push({ time: raw.time, stream: 'stdout', text: '', bytes: Buffer.concat(raw.chunks) });
    this.#batchBytes += raw.sizeBytes + Math.ceil(raw.sizeBytes / 3);
  }

  #add(stream: CriEntry['stream'], time: Date, text: string): void {
    if (time.getTime() < this.#since) return;
    this.#batch.push({ time, stream, text });
    this.#batchBytes += text.length + 64;
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
  #watcher: FSWatcher | undefined;
  #changed = false;
  #wake: (() => void) | undefined;

  constructor(path: string) {
    const name = basename(path);
    try {
      this.#watcher = watch(dirname(path), (_, changed) => {
        if (changed !== null && changed !== name) return;
        this.#changed = true;
        this.#wake?.();
      });
    } catch (error) {
      // The kernel gives a user only so many watches (ENOSPC) and watchers (EMFILE): then the half second must do.
      if (!hasErrno(error, 'ENOSPC', 'EMFILE')) throw error;
    }
    this.#watcher?.on('error', () => { this.#watcher?.close(); });
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

  close(): void { this.#watcher?.close(); }
}
