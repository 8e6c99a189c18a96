import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Runs a program to its end; anything but success is an error that shows what it wrote. A program that
 * leaves something running must be told to discard its output: what runs on would hold the pipe open.
 */
export const command = (file: string, args: readonly string[], environment: NodeJS.ProcessEnv = process.env, { discardOutput = false } = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    if (discardOutput) {
      const child = spawn(file, args, { stdio: 'ignore', env: environment });
      child.once('error', reject);
      child.once('close', (code, signal) => code === 0 ? resolve('') : reject(new Error(`${[file, ...args].join(' ')} ended with ${String(signal ?? code)}`)));
      return;
    }
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env: environment });
    const [output, errors]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(Buffer.concat(output).toString('utf8'));
      else reject(new Error(`${[file, ...args].join(' ')} ended with ${String(signal ?? code)}\n${Buffer.concat(errors).toString('utf8')}`));
    });
  });

/** Full path of a program; undefined where it isn't installed. */
export const findProgram = (name: string): string | undefined =>
  [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'].filter(Boolean).map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
