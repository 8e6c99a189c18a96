import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { SiloError } from '../../base/index.ts';
import { requireProgram } from './programs.ts';

export interface ConmonCall {
  /** Program that makes containers, with the arguments that come first. */
  readonly runtime: readonly string[];
  readonly containerId: string;
  /** Unique id of the container or process that conmon watches. */
  readonly uniqueId: string;
  readonly bundlePath: string;
  readonly exitFolder: string;
  readonly persistFolder?: string;
  readonly logPath: string;
  readonly pidFile: string;
  readonly monitorPidFile: string;
  readonly terminal: boolean;
  readonly openStdin: boolean;
  /** Process document of a further process; undefined creates the container. */
  readonly execDocument?: string;
  /** Of a further process: called when its attach socket is there; the process starts afterwards. */
  readonly onJoinable?: (() => Promise<void>) | undefined;
}

/** One line that conmon writes to its sync pipe (conmon, `ctr_exit.c` and `utils.c`: write_or_close_sync_fd). */
export interface SyncMessage { readonly data: number; readonly message: string | undefined }

export interface ConmonSession {
  /** First message: the pid, or a negative number with that program's error. */
  readonly first: Promise<SyncMessage>;
  /** Second message: the exit code of a further process. Undefined where conmon went without one. */
  readonly second: Promise<SyncMessage | undefined>;
}

const parse = (line: string): SyncMessage | undefined => {
  try {
    const value = JSON.parse(line) as { data?: unknown; message?: unknown };
    return typeof value.data === 'number' ? { data: value.data, message: typeof value.message === 'string' ? value.message : undefined } : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Starts conmon, which forks itself into the background, runs the runtime's program and then holds stdio, log and exit
 * file. Its sync pipe stays open as long as it lives: messages are lines, not the stream's end.
 */
export const startConmon = (call: ConmonCall): ConmonSession => {
  const [program = '', ...runtimeArguments] = call.runtime;
  const child = spawn(requireProgram('conmon'), [
    '--api-version', '1',
    '--cid', call.containerId,
    '--cuuid', call.uniqueId,
    '--name', call.containerId,
    '--runtime', program,
    ...runtimeArguments.flatMap((argument) => ['--runtime-arg', argument]),
    '--bundle', call.bundlePath,
    '--exit-dir', call.exitFolder,
    ...(call.persistFolder === undefined ? [] : ['--persist-dir', call.persistFolder]),
    '--log-path', `k8s-file:${call.logPath}`,
    '--log-level', 'error',
    // The log is flushed by the kernel: waiting for the disk at each exit would cost more than the container.
    '--no-sync-log',
    '--container-pidfile', call.pidFile,
    '--conmon-pidfile', call.monitorPidFile,
    '--full-attach',
    ...(call.terminal ? ['--terminal'] : []),
    ...(call.openStdin ? ['--stdin'] : []),
    ...(call.onJoinable === undefined ? [] : ['--exec-attach']),
    ...(call.execDocument === undefined ? [] : ['--exec', '--exec-process-spec', call.execDocument]),
  ], {
    detached: true,
    // conmon leaves a file `oom` in its working folder too.
    cwd: call.bundlePath,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', ...(call.onJoinable === undefined ? [] : ['pipe', 'pipe'] as const)],
    env: { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', _OCI_SYNCPIPE: '3', ...(call.onJoinable === undefined ? {} : { _OCI_ATTACHPIPE: '4', _OCI_STARTPIPE: '5' }) },
  });
  const streams: readonly unknown[] = child.stdio;
  const pipe = child.stdio[3] as Readable;
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { if (stderr.length < 8192) stderr += text; });
  const first = Promise.withResolvers<SyncMessage>();
  const second = Promise.withResolvers<SyncMessage | undefined>();
  let buffer = '';
  let messages = 0;
  const release = (): void => {
    // The pipe would keep the event loop alive for as long as the container runs.
    pipe.destroy();
    child.stderr?.destroy();
    child.unref();
  };
  const receive = (message: SyncMessage): void => {
    messages++;
    if (messages === 1) {
      first.resolve(message);
      if (call.execDocument === undefined || message.data < 0) { second.resolve(undefined); release(); }
    } else { second.resolve(message); release(); }
  };
  if (call.onJoinable !== undefined) joinBeforeStart(streams[4] as Readable, streams[5] as Writable, call.onJoinable, first.reject);
  pipe.setEncoding('utf8').on('data', (text: string) => {
    buffer += text;
    for (let end = buffer.indexOf('\n'); end >= 0; end = buffer.indexOf('\n')) {
      const message = parse(buffer.slice(0, end));
      buffer = buffer.slice(end + 1);
      if (message !== undefined) receive(message);
    }
  });
  pipe.on('close', () => {
    first.resolve({ data: -1, message: stderr.trim() || 'conmon ended without an answer' });
    second.resolve(undefined);
    release();
  });
  child.on('error', (error) => {
    first.reject(new SiloError('RuntimeFailed', { args: { runtime: 'conmon', reason: error.message }, cause: error }));
    second.resolve(undefined);
    release();
  });
  return { first: first.promise, second: second.promise };
};

/** conmon waits for two bytes: before it does anything, and between its word on the attach pipe and the start of the process (conmon.c, `start_pipe_fd`). */
const joinBeforeStart = (attachPipe: Readable, startPipe: Writable, join: () => Promise<void>, fail: (error: unknown) => void): void => {
  startPipe.on('error', () => undefined);
  attachPipe.on('error', () => undefined);
  startPipe.write('1');
  attachPipe.once('data', () => {
    attachPipe.destroy();
    join().catch(fail).finally(() => { startPipe.end('1'); });
  });
  attachPipe.once('end', () => { startPipe.destroy(); });
};
