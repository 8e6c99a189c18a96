import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setNetworkNamespace } from '../../../native/libc.ts';

export interface CommandResult { readonly exitCode: number; readonly stdout: string; readonly stderr: string }

const longestError = 16_384;

/**
 * Runs `body` in the network namespace at `path`, and comes back; undefined stays where this thread is. What is
 * read of /proc/thread-self/net and /proc/sys/net meanwhile, and whatever process is started, belongs to that
 * namespace. `body` must be synchronous: the next thing that runs on this thread runs in its own again.
 */
export const inNamespace = <T>(path: string | undefined, body: () => T): T => {
  if (path === undefined) return body();
  const own = openSync('/proc/thread-self/ns/net', 'r');
  try {
    const other = openSync(path, 'r');
    try {
      setNetworkNamespace(other);
      try {
        return body();
      } finally {
        setNetworkNamespace(own);
      }
    } finally {
      closeSync(other);
    }
  } finally {
    closeSync(own);
  }
};

/**
 * Runs a program in a network namespace, in a session of its own, to its end: the fork happens on this thread, so no further program
 * has to enter for it. After `timeoutMs` it is killed with what it has started, and the message says so.
 */
export const runInNamespace = (path: string | undefined, file: string, args: readonly string[], input = '', environment: NodeJS.ProcessEnv = process.env, timeoutMs?: number): Promise<CommandResult> =>
  new Promise((resolve, reject) => {
    const child = inNamespace(path, () => spawn(file, args, { detached: true, stdio: ['pipe', 'pipe', 'pipe'], env: { ...environment, LC_ALL: 'C' } }));
    let late = '';
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => {
      late = ` (it did not end within ${timeoutMs / 1000} seconds)`;
      // Its whole session: what it has started holds its streams open.
      if (child.pid !== undefined) try { process.kill(-child.pid, 'SIGKILL'); } catch { /* It has just ended. */ }
    }, timeoutMs);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
    child.stderr.setEncoding('utf8').on('data', (text: string) => { if (stderr.length < longestError) stderr += text; });
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ exitCode: code ?? 128, stdout, stderr: `${stderr}${signal === null ? '' : ` (ended by ${signal})`}${late}` });
    });
    // It may end without reading all of it; its exit code is what counts.
    child.stdin.on('error', () => undefined).end(input);
  });
