import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import pino from 'pino';
import type { Logger } from '../core/index.ts';

const rotateAtBytes = 10 * 1024 * 1024;
/** Old log files, numbered from 1, the newest. */
export const keptFiles = 3;

/**
 * A file that many engines append to, each line in one write. It is rotated by rename before it grows
 * beyond 10 MiB; three old ones are kept. A line that can't be written is lost: a full disk must not stop the engine.
 */
class RotatingFile {
  readonly #path: string;
  constructor(path: string) { this.#path = path; }

  write(line: string): void {
    try {
      this.#rotateIfFull();
    } catch {
      // Another engine was faster, or it will be tried again with the next line.
    }
    try {
      appendFileSync(this.#path, line, { mode: 0o600 });
    } catch {
      // The same line goes to stderr as well.
    }
  }

  #rotateIfFull(): void {
    if ((statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0) <= rotateAtBytes) return;
    for (let number = keptFiles - 1; number > 0; number--) {
      if (statSync(`${this.#path}.${number}`, { throwIfNoEntry: false }) !== undefined) renameSync(`${this.#path}.${number}`, `${this.#path}.${number + 1}`);
    }
    renameSync(this.#path, `${this.#path}.1`);
  }
}

/** Never written down, wherever they stand in what is logged: at the top, in a field, or in the arguments of an error. */
const secrets = ['password', 'credential', 'secret', 'token'].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** pino as JSON lines on stderr and in the root's log file, where its folder is there or may be made. Level from SILO_LOG_LEVEL; info by default. */
export const createLogger = (logPath: string, level = process.env['SILO_LOG_LEVEL'] ?? 'info', makesFolder = true, source: 'engine' | 'supervisor' = 'engine'): Logger => {
  try {
    if (makesFolder) mkdirSync(dirname(logPath), { recursive: true, mode: 0o700 });
  } catch {
    // Without rights on the root there is stderr alone.
  }
  const valid = level in pino.levels.values ? level : 'info';
  const streams = pino.multistream([{ level: valid as pino.Level, stream: process.stderr }, { level: valid as pino.Level, stream: new RotatingFile(logPath) }]);
  return pino({ level: valid, base: source === 'engine' ? { pid: process.pid } : { pid: process.pid, source }, timestamp: pino.stdTimeFunctions.isoTime, redact: secrets }, streams);
};
