import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { rotateFiles } from '../../log/index.ts';
import { identify, isAlive } from './process-identity.ts';
import { reopenLog } from './reopen-log.ts';
import { readNumber, type TaskFiles } from './task-files.ts';

/** Turns the log of a task over; false where its conmon is gone. */
export const rotateTaskLog = async (files: TaskFiles, logPath: string, keptFiles: number): Promise<boolean> => {
  const note = files.readNote();
  return note === undefined ? false : rotate(note.bundlePath, logPath, keptFiles, () => note.monitor !== undefined && isAlive(note.monitor));
};

/** The same for a further process, whose files lie in `folder`. */
export const rotateProcessLog = async (folder: string, logPath: string, keptFiles: number): Promise<boolean> => {
  const pid = await readNumber(join(folder, 'monitor-pid'));
  return rotate(folder, logPath, keptFiles, () => pid !== undefined && identify(pid) !== undefined);
};

const rotate = async (bundlePath: string, logPath: string, keptFiles: number, lives: () => boolean): Promise<boolean> => {
  if (!lives()) return false;
  // Without a log conmon was not told of the last turn yet, and still writes to the file before.
  if (existsSync(logPath)) await rotateFiles(logPath, keptFiles);
  return reopenLog(bundlePath, logPath, lives);
};
