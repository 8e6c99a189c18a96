import { mkdtempSync, rmSync, writeFileSync, readFileSync, existsSync } from 'node:fs';
import { once } from 'node:events';
import { createConnection, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setAccess } from '../../../native/advapi32.ts';
import { SiloError } from '../../../src/base/index.ts';
import type { ExecSpec, Logger, Runtime, TaskExit, TaskSpec } from '../../../src/core/index.ts';
import { PipedRuntime, RuntimeServer, SupervisorChannel } from '../../../src/runtime/piped/index.ts';
import { connectionOn, proofOf, requests } from '../../../src/runtime/piped/wire.ts';
import { wireVersion } from '../../../src/runtime/piped/wire-version.ts';
import { expectError } from '../../fixtures/expect-error.ts';

const quiet = (): void => undefined;
const log: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const windows = process.platform === 'win32';

/** Answers as it is told, and remembers what it was asked. */
class ScriptedRuntime implements Runtime {
  readonly name = 'scripted';
  readonly asked: { readonly method: string; readonly args: readonly unknown[] }[] = [];
  readonly exits = new Map<string, PromiseWithResolvers<TaskExit>>();
  failure: Error | undefined;
  aborted = 0;

  #note<T>(method: string, args: readonly unknown[], answer: T): Promise<T> {
    this.asked.push({ method, args });
    return this.failure === undefined ? Promise.resolve(answer) : Promise.reject(this.failure);
  }
  exitOf(id: string): PromiseWithResolvers<TaskExit> {
    const found = this.exits.get(id) ?? Promise.withResolvers<TaskExit>();
    this.exits.set(id, found);
    return found;
  }

  create(...args: Parameters<Runtime['create']>): ReturnType<Runtime['create']> { return this.#note('create', args, { pid: 7, monitorPid: 8 }); }
  start(...args: Parameters<Runtime['start']>): Promise<void> { return this.#note('start', args, undefined); }
  status(...args: Parameters<Runtime['status']>): ReturnType<Runtime['status']> { return this.#note('status', args, { state: 'running', pid: 7, monitored: true }); }
  kill(...args: Parameters<Runtime['kill']>): Promise<void> { return this.#note('kill', args, undefined); }
  pause(...args: Parameters<Runtime['pause']>): Promise<void> { return this.#note('pause', args, undefined); }
  resume(...args: Parameters<Runtime['resume']>): Promise<void> { return this.#note('resume', args, undefined); }
  exit(...args: Parameters<Runtime['exit']>): ReturnType<Runtime['exit']> { return this.#note('exit', args, undefined); }
  async wait(id: string, signal?: AbortSignal): Promise<TaskExit> {
    this.asked.push({ method: 'wait', args: [id] });
    const cancelled = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => {
        this.aborted += 1;
        reject(new SiloError('OperationCancelled'));
      });
    });
    return Promise.race([this.exitOf(id).promise, cancelled]);
  }
  rotateLog(...args: Parameters<Runtime['rotateLog']>): Promise<boolean> { return this.#note('rotateLog', args, true); }
  rotateProcessLog(...args: Parameters<Runtime['rotateProcessLog']>): Promise<boolean> { return this.#note('rotateProcessLog', args, true); }
  statistics(...args: Parameters<Runtime['statistics']>): ReturnType<Runtime['statistics']> { return this.#note('statistics', args, undefined); }
  update(...args: Parameters<Runtime['update']>): Promise<void> { return this.#note('update', args, undefined); }
  async exec(spec: ExecSpec): ReturnType<Runtime['exec']> {
    await this.#note('exec', [spec], undefined);
    return { pid: 9, exited: this.exitOf(spec.processId).promise };
  }
  killExec(...args: Parameters<Runtime['killExec']>): Promise<void> { return this.#note('killExec', args, undefined); }
  execExit(...args: Parameters<Runtime['execExit']>): ReturnType<Runtime['execExit']> { return this.#note('execExit', args, { exitCode: null, exitedAt: new Date(5) }); }
  delete(...args: Parameters<Runtime['delete']>): Promise<void> { return this.#note('delete', args, undefined); }
  list(...args: Parameters<Runtime['list']>): ReturnType<Runtime['list']> { return this.#note('list', args, ['a', 'b']); }
  requirements(): ReturnType<Runtime['requirements']> { return this.#note('requirements', [], []); }
}

let folder: string;
let addressFile: string;
let served: ScriptedRuntime;
let observer: ScriptedRuntime;
let server: RuntimeServer | undefined;
let started: number;
let retired: number;
let channel: SupervisorChannel;
let runtime: PipedRuntime;

const listen = async (): Promise<void> => {
  const address = windows ? String.raw`\\.\pipe\silo-test-${randomBytes(6).toString('hex')}` : join(folder, 'socket');
  server = await RuntimeServer.listen({
    runtimes: [served], address, addressFile, log, onRetire: () => { retired += 1; },
    ...(windows ? { secure: (pipe: string) => { setAccess(pipe, 'D:P(A;;GA;;;SY)(A;;GA;;;BA)'); } } : {}),
  });
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'silo-piped-'));
  addressFile = join(folder, 'supervisor.json');
  [served, observer, started, retired, server] = [new ScriptedRuntime(), new ScriptedRuntime(), 0, 0, undefined];
  channel = new SupervisorChannel({ addressFile, patienceMs: 300, ensure: () => { started += 1; return Promise.resolve(); } });
  runtime = new PipedRuntime(channel, observer);
  await listen();
});
afterEach(async () => {
  await channel.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const exit: TaskExit = { exitCode: 3, exitedAt: new Date(1_700_000_000_123), oomKilled: true, reason: 'Exited' };

describe('a runtime behind a pipe', () => {
  it('takes arguments and gives answers as they are: dates, bytes, what is undefined, and odd texts', async () => {
    const spec = { id: 'x', process: { args: ['', 'ä\u{1d11e}\n', '"'] }, resources: {}, mounts: [], storage: undefined } as unknown as TaskSpec;
    expect(await runtime.create(spec)).toEqual({ pid: 7, monitorPid: 8 });
    expect(served.asked[0]?.args[0]).toEqual({ id: 'x', process: { args: ['', 'ä\u{1d11e}\n', '"'] }, resources: {}, mounts: [] });
    served.exitOf('x').resolve(exit);
    expect(await runtime.wait('x')).toEqual(exit);
    expect(await runtime.exit('x')).toBeUndefined();
    const { pid, exited } = await runtime.exec({ taskId: 'x', processId: 'p', process: {}, stdin: Buffer.from([0, 255, 10]) } as unknown as ExecSpec);
    expect(pid).toBe(9);
    expect(served.asked.find(({ method }) => method === 'exec')?.args).toMatchObject([{ stdin: Buffer.from([0, 255, 10]) }]);
    served.exitOf('p').resolve({ ...exit, exitCode: null });
    expect(await exited).toMatchObject({ exitCode: null, exitedAt: exit.exitedAt });
    expect(observer.asked).toEqual([]);
  });

  it('hands on errors with all that they carry, and names the runtime where an error is in no table', async () => {
    served.failure = new SiloError('ExecutableNotFound', { args: { command: 'x', reason: 'no' }, target: { kind: 'container', id: 'c' }, operation: 'start', native: { hresult: -2_147_024_894 }, retryable: true });
    const error = await expectError('ExecutableNotFound', runtime.start('c'));
    expect(error).toMatchObject({ args: { command: 'x', reason: 'no' }, target: { kind: 'container', id: 'c' }, operation: 'start', native: { hresult: -2_147_024_894 }, retryable: true });
    served.failure = new TypeError('a defect');
    expect((await expectError('RuntimeFailed', runtime.start('c'))).args).toEqual({ runtime: 'scripted', reason: 'a defect' });
  });

  it('stops waiting at the other side too when it is cancelled here', async () => {
    await expectError('OperationCancelled', runtime.wait('x', AbortSignal.timeout(30)));
    await expect.poll(() => served.aborted).toBe(1);
  });

  it('answers many at once on one connection', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => runtime.status(String(index))));
    expect(answers).toHaveLength(200);
    expect(new Set(served.asked.map(({ args }) => args[0])).size).toBe(200);
  });
});

describe('a supervisor that is gone', () => {
  it('is not started by a look: the observer is asked, and nothing that runs is monitored', async () => {
    await server?.close();
    server = undefined;
    expect(existsSync(addressFile)).toBe(false);
    expect(await runtime.status('x')).toEqual({ state: 'running', pid: 7, monitored: false });
    expect(await runtime.list()).toEqual(['a', 'b']);
    expect(started).toBe(0);
  });

  it('is started for a change, and named where none comes', async () => {
    await server?.close();
    server = undefined;
    const error = await expectError('SupervisorUnavailable', runtime.start('x'));
    expect(error.retryable).toBe(true);
    expect(started).toBeGreaterThan(0);
  });

  it('has a successor that waits on and is asked again, without the caller seeing it', async () => {
    const waiting = runtime.wait('x');
    await expect.poll(() => served.asked.length).toBe(1);
    await server?.close();
    served = new ScriptedRuntime();
    await listen();
    served.exitOf('x').resolve(exit);
    expect(await waiting).toEqual(exit);
    await runtime.kill('x', 9);
    expect(served.asked.map(({ method }) => method)).toEqual(['wait', 'kill']);
  });

  it('leaves nothing of a create that was cut off, and says that it was', async () => {
    const held = Promise.withResolvers<never>();
    held.promise.catch(() => undefined);
    served.create = () => held.promise;
    const creating = runtime.create({ id: 'x', process: {}, resources: {}, mounts: [] } as unknown as TaskSpec);
    const refused = expectError('SupervisorUnavailable', creating);
    await expect.poll(() => server?.isUsed).toBe(true);
    await server?.close();
    served = new ScriptedRuntime();
    await listen();
    await refused;
    expect(served.asked).toEqual([{ method: 'delete', args: ['x'] }]);
  });

  it('leaves an exit code that nobody knows: null, never invented', async () => {
    const { exited } = await runtime.exec({ taskId: 'x', processId: 'p', process: {}, folder: 'f' } as unknown as ExecSpec);
    await server?.close();
    server = undefined;
    expect(await exited).toEqual({ exitCode: null, exitedAt: new Date(5) });
  });
});

describe('the pipe of a supervisor', () => {
  it('serves nobody who does not know the token', async () => {
    const stranger = new SupervisorChannel({ addressFile: join(folder, 'stolen.json'), patienceMs: 100, ensure: () => Promise.resolve() });
    writeFileSync(join(folder, 'stolen.json'), JSON.stringify({ ...(JSON.parse(readFileSync(addressFile, 'utf8')) as object), token: 'guessed' }));
    await expectError('SupervisorUnavailable', new PipedRuntime(stranger, observer).start('x'));
    expect(served.asked).toEqual([]);
  });

  it('answers no request before it knows who asks', async () => {
    const { address } = JSON.parse(readFileSync(addressFile, 'utf8')) as { address: string };
    const socket = createConnection(address);
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'call', params: { runtime: 'scripted', method: 'list', args: [] } });
    socket.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
    let answer = '';
    socket.on('data', (chunk: Buffer) => { answer += chunk.toString(); });
    await expect.poll(() => answer).toContain('ProtocolViolation');
    expect(served.asked).toEqual([]);
    socket.destroy();
  });

  it('is not trusted because of its name: who took it and cannot prove itself is told nothing', async () => {
    await server?.close();
    server = undefined;
    const address = windows ? String.raw`\\.\pipe\silo-false-${process.pid}` : join(folder, 'false');
    const heard: string[] = [];
    const impostor = createServer((socket) => {
      socket.on('error', quiet).on('data', (chunk: Buffer) => {
        heard.push(chunk.toString());
        const body = JSON.stringify({ jsonrpc: '2.0', id: 0, result: { version: 1, proof: 'f'.repeat(64), pid: 1 } });
        socket.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
      });
    }).listen(address);
    await once(impostor, 'listening');
    writeFileSync(addressFile, JSON.stringify({ address, token: 'secret', pid: 1 }));
    await expectError('SupervisorUnavailable', runtime.create({ id: 'hidden', process: {}, resources: {}, mounts: [] } as unknown as TaskSpec));
    expect(heard.length).toBeGreaterThan(0);
    expect(heard.join('')).not.toMatch(/hidden|secret/);
    impostor.close();
  });

  it('is not spoken to by an engine that understands no version of it', async () => {
    await server?.close();
    server = undefined;
    const other = await olderSupervisor(() => 99);
    expect((await expectError('ProtocolMismatch', runtime.start('x'))).args).toEqual({ client: wireVersion, engine: 99 });
    expect(served.asked).toEqual([]);
    await channel.close();
    other.close();
  });
});

/** A supervisor as the first version had it: it answers only who says hello with its own version, and knows neither `retire` nor what came later. */
const olderSupervisor = async (version = (): number => 1): Promise<Server> => {
  const address = windows ? String.raw`\\.\pipe\silo-older-${randomBytes(6).toString('hex')}` : join(folder, 'older');
  const token = 'the secret of an older one';
  const older = createServer((socket) => {
    socket.on('error', quiet);
    const connection = connectionOn(socket);
    let known = false;
    connection.onRequest(requests.hello, (hello) => {
      known = hello.version === version();
      return { version: version(), proof: proofOf(token, 'server', hello.nonce), pid: process.pid };
    });
    connection.onRequest(requests.call, async ({ method, args }) => {
      if (!known) throw new Error('the first request is hello');
      return (await (served[method] as (...given: readonly unknown[]) => Promise<unknown>).apply(served, [...args])) ?? null;
    });
    connection.listen();
  }).listen(address);
  await once(older, 'listening');
  writeFileSync(addressFile, JSON.stringify({ address, token, pid: 1 }));
  return older;
};

describe('a supervisor of another release, while containers run', () => {
  it('that is older works on for a newer engine, which says nothing to it that it would not understand', async () => {
    await server?.close();
    server = undefined;
    const older = await olderSupervisor();
    expect(await runtime.list()).toEqual(['a', 'b']);
    expect(await runtime.create({ id: 'x', process: {}, resources: {}, mounts: [], credentialSpec: undefined } as unknown as TaskSpec)).toMatchObject({ pid: 7 });
    served.exitOf('x').resolve(exit);
    await runtime.kill('x', 9);
    expect(started).toBe(0);
    const before = served.asked.length;
    const refused = await expectError('OptionUnsupported', runtime.create({ id: 'y', process: {}, resources: {}, mounts: [], credentialSpec: '{}' } as unknown as TaskSpec));
    expect(refused.args['option']).toBe('credentialSpec');
    expect((await expectError('OptionUnsupported', runtime.exec({ taskId: 'x', processId: 'p', process: {}, onJoinable: () => Promise.resolve() } as unknown as ExecSpec))).args['option']).toBe('onJoinable');
    expect(served.asked.slice(before)).toEqual([]);
    // It cannot be asked to end; whoever wishes that waits as long as it likes.
    await channel.retire(AbortSignal.timeout(200));
    older.close();
  });

  it("that is newer works for an older engine, in that one's version", async () => {
    const { address, token } = JSON.parse(readFileSync(addressFile, 'utf8')) as { address: string; token: string };
    const connection = connectionOn(createConnection(address));
    connection.listen();
    const hello = (version: number): Promise<{ version: number }> => connection.sendRequest(requests.hello, { version, nonce: 'n', proof: proofOf(token, 'client', 'n') });
    expect((await hello(1)).version).toBe(1);
    expect(await connection.sendRequest(requests.call, { runtime: 'scripted', method: 'list', args: [] })).toEqual(['a', 'b']);
    // One that is newer still hears what this one speaks, and decides.
    expect((await hello(wireVersion + 5)).version).toBe(wireVersion);
    // One from before the oldest that is spoken is served nothing.
    expect((await hello(0)).version).toBe(wireVersion);
    await expect(connection.sendRequest(requests.call, { runtime: 'scripted', method: 'list', args: [] })).rejects.toThrow('hello');
    connection.dispose();
  });
});

describe('a supervisor that is asked to end', () => {
  it('hears it at once, and so does one that only comes while somebody asks', async () => {
    const stop = new AbortController();
    const asking = channel.retire(stop.signal);
    await expect.poll(() => server?.isRetiring).toBe(true);
    expect(retired).toBe(1);
    await server?.close();
    server = undefined;
    await listen();
    await expect.poll(() => server?.isRetiring).toBe(true);
    expect(retired).toBe(2);
    stop.abort();
    await asking;
    expect(started).toBe(0);
    await expect.poll(() => server?.isUsed).toBe(false);
  });

  it('and that breaks off in the middle is no error, nor is one that never answers', async () => {
    await server?.close();
    server = undefined;
    const address = windows ? String.raw`\\.\pipe\silo-dying-${randomBytes(6).toString('hex')}` : join(folder, 'dying');
    let times = 0;
    const dying = createServer((socket) => {
      socket.on('error', quiet).on('data', () => {
        times += 1;
        socket.destroy();
      });
    }).listen(address);
    await once(dying, 'listening');
    writeFileSync(addressFile, JSON.stringify({ address, token: 'secret', pid: 1 }));
    await channel.retire(AbortSignal.timeout(300));
    expect(times).toBeGreaterThan(0);
    dying.close();
  });
});
