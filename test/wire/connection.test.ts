import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { maximumFrameBytes, methods, protocolVersion, streamWindowBytes } from '../../src/contract/index.ts';
import { frame, wireTests, type WireEngine } from './wire-engine.ts';

const { start, initialized, root } = wireTests();
const hello = { protocolVersion, client: { name: 'wire', version: '1' } };

describe('opening a connection', () => {
  it('outlives Ctrl+C, which a terminal sends to every program of a group: the client ends its request, not its engine', async () => {
    const engine = await initialized();
    engine.process.kill('SIGINT');
    await delay(200);
    expect((await engine.call('host/get')).result).toMatchObject({ enginePid: engine.process.pid });
  });

  it('tells version, methods and limits', async () => {
    const engine = start();
    const { result, jsonrpc } = await engine.call('initialize', hello);
    expect(jsonrpc).toBe('2.0');
    expect(result).toEqual({ protocolVersion, engine: { name: 'silo', version: expect.stringMatching(/^\d+\.\d+\.\d+/), pid: engine.process.pid }, capabilities: { methods: Object.keys(methods), streamWindowBytes, maximumFrameBytes } });
  });

  it('comes first: any other request is refused until then, and the connection goes on', async () => {
    const engine = start();
    for (const method of Object.keys(methods).filter((name) => name !== 'initialize')) expect((await engine.call(method)).error).toMatchObject({ code: 1004, data: { code: 'NotInitialized', args: { method } } });
    expect((await engine.call('initialize', hello)).error).toBeUndefined();
    expect((await engine.call('host/get')).error).toBeUndefined();
  });

  it.each([0, 2, 99, -1])('is refused to a client that speaks version %i, which may still try another', async (version) => {
    const engine = start();
    expect((await engine.call('initialize', { ...hello, protocolVersion: version })).error).toMatchObject({ code: 1016, data: { code: 'ProtocolMismatch', class: 'connection', args: { client: version, engine: protocolVersion } } });
    expect(await engine.code('host/get')).toBe('NotInitialized');
    expect((await engine.call('initialize', hello)).error).toBeUndefined();
  });

  it.each([{}, { protocolVersion: '1' }, { protocolVersion: 1.5 }, null, [1], { protocolVersion: null }])('says what is wrong with %j', async (params) => {
    expect((await start().call('initialize', params)).error).toMatchObject({ code: 1001, data: { code: 'ParameterInvalid', args: { parameter: 'protocolVersion' } } });
  });
});

describe('bytes that are no frame', () => {
  const long = `Content-Length: ${maximumFrameBytes + 1}\r\n\r\n`;

  it.each([
    ['garbage', 'hello there\n', 'ProtocolViolation'],
    ['JSON without a header', '{"jsonrpc":"2.0","id":1,"method":"host/get"}\n', 'ProtocolViolation'],
    ['a header of another protocol', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'ProtocolViolation'],
    ['a negative length', 'Content-Length: -5\r\n\r\nhello', 'ProtocolViolation'],
    ['an oversized frame', long, 'FrameTooLarge'],
    ['a frame of a size beyond numbers', 'Content-Length: 99999999999999999999\r\n\r\n', 'ProtocolViolation'],
  ])('are answered with id null and end the engine with exit code 2: %s', async (_, bytes, code) => {
    const engine = start();
    engine.send(bytes);
    expect((await engine.exit()).code).toBe(2);
    expect(engine.answers).toEqual([expect.objectContaining({ jsonrpc: '2.0', id: null, error: expect.objectContaining({ code: -32_700, data: expect.objectContaining({ code }) }) })]);
    expect(engine.rest).toBe('');
  });

  it('do so also after good ones, whose answers come all the same', async () => {
    const engine = await initialized();
    const id = engine.request('host/test');
    await engine.answer(id);
    engine.send('then garbage');
    expect((await engine.exit()).code).toBe(2);
    expect((await engine.answer(null)).error?.data?.code).toBe('ProtocolViolation');
  });

  it.each([['half a frame', frame('{"jsonrpc":"2.0"}').subarray(0, -3)], ['half a header', Buffer.from('Content-Len')]])('may be %s, when the client is cut off: the engine ends and says so', async (_, bytes) => {
    const engine = await initialized();
    engine.send(bytes);
    engine.closeInput();
    expect((await engine.exit()).code).toBe(2);
    expect((await engine.answer(null)).error?.data?.args['reason']).toBe('the input ended in the middle of a frame');
  });
});

describe('messages that cannot be served', () => {
  it.each(['{"jsonrpc":"2.0","id":7,"method":', 'no JSON', '{"a":1}}', '\0', '\xff\xfe'])('are answered with a parse error, and the connection goes on: %j', async (body) => {
    const engine = await initialized();
    engine.send(frame(Buffer.from(body, 'latin1')));
    expect(await engine.answer(null)).toMatchObject({ id: null, error: { code: -32_700, data: { code: 'ProtocolViolation' } } });
    expect((await engine.call('host/test')).error).toBeUndefined();
  });

  it.each(['[]', '42', 'null', '{}', '"text"', '{"jsonrpc":"2.0","id":7}', '[{"jsonrpc":"2.0","id":7,"method":"host/get"}]'])('are answered as no request, and the connection goes on: %s', async (body) => {
    const engine = await initialized();
    engine.send(frame(body));
    expect((await engine.call('host/test')).error).toBeUndefined();
    // JSON-RPC 2.0, section 5: what is no request is answered with -32600.
    expect(engine.answers.filter(({ error }) => error?.code === -32_600).length).toBe(1);
  });

  it('name a method that is not there', async () => {
    const engine = await initialized();
    for (const method of ['no/such', '', 'constructor', '__proto__', 'toString', 'Host/Get']) expect((await engine.call(method)).error).toMatchObject({ code: -32_601, message: expect.stringContaining(method) });
    expect((await engine.call('host/test')).error).toBeUndefined();
  });

  it.each([[['a']], [[{ container: 'a' }]], [[]], [{ neverHeardOf: 1 }]])('have parameters that no method takes: %j', async (params) => {
    expect(await (await initialized()).code('host/get', params)).toBe('ParameterInvalid');
  });

  it('may be notifications that nobody knows: they are passed over', async () => {
    const engine = await initialized();
    engine.notify('no/such', {});
    engine.notify('stream/credit', { stream: 'nobody', bytes: 5 });
    engine.notify('stream/credit', { stream: 5, bytes: 'many' });
    engine.notify('$/cancelRequest', { id: 12_345 });
    expect((await engine.call('host/test')).error).toBeUndefined();
    expect(engine.answers.filter(({ error }) => error !== undefined)).toEqual([]);
  });
});

describe('a connection', () => {
  it('tells the committed contract', async () => {
    const committed: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '../../src/contract/openrpc.json'), 'utf8'));
    expect((await (await initialized()).call('rpc.discover')).result).toEqual(committed);
  });

  it('answers each of many requests that come at once, wherever the bytes are cut, with text in any script', async () => {
    const engine = await initialized();
    const names = Array.from({ length: 60 }, (_, index) => `컨테이너-🚀-${index}`);
    const bytes = Buffer.concat(names.map((container, index) => frame(JSON.stringify({ jsonrpc: '2.0', id: `r${index}`, method: 'container/wait', params: { container } }))));
    for (let at = 0; at < bytes.length; at += 777) {
      engine.send(bytes.subarray(at, at + 777));
      if (at % 5 === 0) await delay(1);
    }
    for (const [index, container] of names.entries()) expect((await engine.answer(`r${index}`)).error).toMatchObject({ code: 1002, message: expect.stringContaining(container), data: { code: 'ContainerNotFound', args: { id: container } } });
    expect(engine.rest).toBe('');
  });

  it('takes a request of many megabytes, and never answers with more than a client takes', async () => {
    const engine = await initialized();
    const large = 'x'.repeat(20 * 1024 * 1024);
    expect(await engine.code('container/list', { cursor: large })).toBe('CursorInvalid');
    // The error for this one would hold the name several times.
    expect((await engine.call('container/wait', { container: large })).error).toMatchObject({ code: 1008, data: { code: 'FrameTooLarge', args: { limitBytes: maximumFrameBytes } } });
    expect((await engine.call('host/test')).error).toBeUndefined();
  });

  it('sends no half of a character, though it was given one', async () => {
    const engine = await initialized();
    const id = engine.request('container/wait', { container: 'a\ud83d' });
    expect((await engine.answer(id)).error?.data?.args['id']).toBe('a\ufffd');
  });

  it('marks text that looks like a date where the client asked for it', async () => {
    const date = '2026-11-22T04:00:00Z';
    const [marking, plain] = [await initialized({}, { escapeDateLikeText: true }), await initialized()];
    const id = async (engine: typeof plain): Promise<unknown> => (await engine.call('container/wait', { container: date })).error?.data?.args['id'];
    expect([await id(marking), await id(plain)]).toEqual([`\u0001${date}`, date]);
  });

  it('writes its log as JSON lines to standard error, and nothing but the protocol to standard output', async () => {
    const engine = await initialized({ environment: { SILO_LOG_LEVEL: 'debug', NODE_DEBUG: '' } });
    await engine.call('host/get');
    await engine.close();
    expect(engine.rest).toBe('');
    const lines = engine.log.split('\n').filter((line) => line !== '');
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ pid: engine.process.pid, msg: expect.any(String) });
  });
});

describe('the end of an engine', () => {
  it('comes when its input is closed, with exit code 0', async () => {
    const engine = await initialized();
    await engine.call('host/get');
    engine.closeInput();
    expect(await engine.exit()).toEqual({ code: 0, signal: null });
  });

  it('comes at once where the client closes it before it has said anything', async () => {
    const engine = start();
    engine.closeInput();
    expect((await engine.exit()).code).toBe(0);
    expect(engine.answers).toEqual([]);
  });

  it('comes when it is asked for, after the answer', async () => {
    const engine = await initialized();
    expect((await engine.call('shutdown')).result).toEqual({});
    expect((await engine.exit()).code).toBe(0);
  });

  it('comes after the answers to what was still open', async () => {
    const engine = await initialized();
    const calls = Array.from({ length: 20 }, () => engine.request('host/get'));
    engine.request('shutdown');
    expect((await engine.exit()).code).toBe(0);
    expect(calls.filter((id) => engine.answers.find((answer) => answer.id === id)?.result === undefined)).toEqual([]);
  });

  it('comes with SIGTERM, and never with SIGINT, which a terminal sends to all of its processes', async () => {
    const engine = await initialized();
    for (let count = 0; count < 3; count++) {
      engine.process.kill('SIGINT');
      expect((await engine.call('host/test')).error).toBeUndefined();
    }
    engine.process.kill('SIGTERM');
    expect(await engine.exit()).toEqual({ code: 0, signal: null });
  });

  it('comes when nobody reads its output any more', async () => {
    const engine = await initialized();
    engine.process.stdout?.destroy();
    engine.request('host/test');
    expect((await engine.exit()).code).toBe(0);
  });

  const clock = { NODE_OPTIONS: `--import=${join(import.meta.dirname, '../fixtures/child-clock.ts')}` };
  let minutes = 0;
  /** Lets minutes pass in the engine, one after the other. */
  const pass = async (engine: WireEngine, count: number): Promise<void> => {
    for (const last = minutes + count; minutes < last;) {
      engine.process.kill('SIGUSR2');
      minutes += 1;
      await expect.poll(() => engine.log, { timeout: 20_000 }).toContain(`{"minute":${minutes}}`);
    }
  };

  it('comes after five minutes without an open request, with exit code 0 and without a word; each request begins them anew', async () => {
    minutes = 0;
    const engine = await initialized({ environment: clock });
    for (const _ of [1, 2]) {
      await engine.call('host/get');
      await pass(engine, 4);
    }
    expect((await engine.call('host/get')).result).toMatchObject({ enginePid: engine.process.pid });
    await pass(engine, 4);
    const answers = engine.answers.length;
    engine.process.kill('SIGUSR2');
    expect(await engine.exit()).toEqual({ code: 0, signal: null });
    expect([engine.answers.length, engine.rest]).toEqual([answers, '']);
  });

  it('comes so too where nobody has opened the connection', async () => {
    minutes = 0;
    const engine = start({ environment: clock });
    expect(await engine.code('host/get')).toBe('NotInitialized');
    await pass(engine, 4);
    engine.process.kill('SIGUSR2');
    expect(await engine.exit()).toEqual({ code: 0, signal: null });
  });

  it('does not come while a request is open, however long, and comes five minutes after its end', async () => {
    minutes = 0;
    const engine = await initialized({ environment: clock });
    const id = engine.request('host/log', { follow: true, stream: 'log' });
    await engine.call('host/get');
    await pass(engine, 12);
    engine.notify('$/cancelRequest', { id });
    expect((await engine.answer(id)).error?.data?.code).toBe('OperationCancelled');
    await pass(engine, 4);
    engine.process.kill('SIGUSR2');
    expect(await engine.exit()).toEqual({ code: 0, signal: null });
  });

  it('comes when its parent is gone, though its input stays open', async () => {
    // A shell starts the engine with a pipe of ours as its input, and is then killed.
    const shell = spawn('/bin/sh', ['-c', '"$@" <&3 >/dev/null 2>&1 & echo $!; wait', 'sh', process.execPath, join(import.meta.dirname, '../../src/main.ts'), 'engine'], { env: { ...process.env, SILO_ROOT: root() }, stdio: ['ignore', 'pipe', 'inherit', 'pipe'] });
    const input = shell.stdio[3] as Writable;
    input.on('error', () => undefined);
    const pid = await new Promise<number>((resolve) => { shell.stdout?.once('data', (text: Buffer) => { resolve(Number(text.toString())); }); });
    const alive = (): boolean => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    try {
      input.write(frame(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: hello })));
      // As long as the engine looks for its parent, and longer: it must have seen who that is.
      await delay(3000);
      expect(alive()).toBe(true);
      shell.kill('SIGKILL');
      for (let waited = 0; alive() && waited < 20_000; waited += 50) await delay(50);
      expect(alive()).toBe(false);
    } finally {
      input.destroy();
      if (alive()) process.kill(pid, 'SIGKILL');
    }
  });
});
