import { open, readFile, stat, type FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { hasErrno, SiloError } from '../base/index.ts';
import { keptFiles } from './engine-log.ts';

export interface EngineLogQuery {
  /** Only the last so many of those that fit; with follow they come first. */
  readonly tail?: number | undefined;
  /** Only lines from then on. */
  readonly since?: Date | undefined;
  /** pino's number of the least level: 20 debug, 30 info, 40 warning, 50 error. */
  readonly leastLevel?: number | undefined;
  readonly source?: 'engine' | 'supervisor' | undefined;
  readonly follow?: boolean | undefined;
}

export interface EngineLogLine {
  readonly time: Date;
  readonly level: number;
  readonly source: 'engine' | 'supervisor';
  readonly pid: number;
  readonly message: string;
  /** What else was written of it, as JSON; secrets were taken out when it was written. */
  readonly data: string;
}

const lookMs = 250;
const batchLines = 100;

const parse = (text: string): EngineLogLine | undefined => {
  try {
    const { time, level, source, pid, msg, ...data } = JSON.parse(text) as { time?: unknown; level?: unknown; source?: unknown; pid?: unknown; msg?: unknown };
    if (typeof time !== 'string' || typeof level !== 'number' || typeof pid !== 'number') return undefined;
    return { time: new Date(time), level, source: source === 'supervisor' ? 'supervisor' : 'engine', pid, message: typeof msg === 'string' ? msg : '', data: Object.keys(data).length === 0 ? '' : JSON.stringify(data) };
  } catch (error) {
    // The last line of a host that lost its power.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

const fits = (line: EngineLogLine, { since, leastLevel, source }: EngineLogQuery): boolean =>
  (since === undefined || line.time >= since) && (leastLevel === undefined || line.level >= leastLevel) && (source === undefined || line.source === source);

const linesOf = (text: string, query: EngineLogQuery): readonly EngineLogLine[] =>
  text.split('\n').map(parse).filter((line) => line !== undefined && fits(line, query)) as readonly EngineLogLine[];

const ifThere = async <T>(read: Promise<T>): Promise<T | undefined> => {
  try {
    return await read;
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
};

/** A log file that grows, and is turned over under its reader: what was written to the old one before is read first. */
class GrowingFile {
  readonly #path: string;
  #handle: FileHandle | undefined;
  #offset = 0;
  #rest = Buffer.alloc(0);

  constructor(path: string) { this.#path = path; }

  /** Whole lines that were written since the last call. */
  async read(): Promise<string> {
    this.#handle ??= await ifThere(open(this.#path, 'r'));
    if (this.#handle === undefined) return '';
    const text = await this.#readOn();
    const [here, now] = [await this.#handle.stat(), await ifThere(stat(this.#path))];
    if (now === undefined || now.ino === here.ino) return text;
    const last = await this.#readOn();
    await this.close();
    this.#offset = 0;
    return text + last + await this.read();
  }

  async #readOn(): Promise<string> {
    const chunk = Buffer.alloc(65_536);
    const parts = [this.#rest];
    for (;;) {
      const { bytesRead } = await this.#handle?.read(chunk, 0, chunk.length, this.#offset) ?? { bytesRead: 0 };
      if (bytesRead === 0) break;
      this.#offset += bytesRead;
      parts.push(Buffer.from(chunk.subarray(0, bytesRead)));
    }
    const all = Buffer.concat(parts);
    const end = all.lastIndexOf(10) + 1;
    this.#rest = all.subarray(end);
    return all.subarray(0, end).toString('utf8');
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }
}

/**
 * Gives the lines of the engines' and the supervisor's log, the oldest first, with what was turned over before. With
 * follow it goes on until it is cancelled. Errors: OperationCancelled.
 */
export const readEngineLog = async (path: string, query: EngineLogQuery, sink: (lines: readonly EngineLogLine[]) => Promise<void>, signal: AbortSignal): Promise<void> => {
  const file = new GrowingFile(path);
  try {
    const older: EngineLogLine[] = [];
    for (let number = keptFiles; number > 0; number -= 1) older.push(...linesOf(await ifThere(readFile(`${path}.${number}`, 'utf8')) ?? '', query));
    const found = [...older, ...linesOf(await file.read(), query)];
    const wanted = query.tail === undefined ? found : query.tail === 0 ? [] : found.slice(-query.tail);
    for (let at = 0; at < wanted.length; at += batchLines) await sink(wanted.slice(at, at + batchLines));
    while (query.follow === true) {
      await delay(lookMs, undefined, { signal }).catch(() => { throw new SiloError('OperationCancelled'); });
      const lines = linesOf(await file.read(), query);
      if (lines.length > 0) await sink(lines);
    }
  } finally {
    await file.close();
  }
};
