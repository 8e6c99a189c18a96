import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { streamWindowBytes } from '../../src/contract/index.ts';
import { makeBusyboxArchive, whyNoContainers } from '../fixtures/busybox-root.ts';
import { wireTests, type Answer, type WireEngine } from './wire-engine.ts';

const { root, initialized } = wireTests();
const reason = whyNoContainers();

describe.skipIf(reason !== undefined)(`requests that take their time${reason === undefined ? '' : `: ${reason}`}`, () => {
  let folder: string;
  let engine: WireEngine;
  beforeEach(async () => {
    folder = root();
    engine = await initialized({ root: folder });
    const { error } = await engine.call('image/import', { path: makeBusyboxArchive(folder), reference: 'busybox:test' });
    if (error !== undefined) throw new Error(error.message);
  });
  afterEach(async () => {
    const cleaner = await initialized({ root: folder });
    const { items } = (await cleaner.call('container/list')).result as { items: readonly { id: string }[] };
    for (const { id } of items) await cleaner.call('container/remove', { container: id, force: true });
    await cleaner.close();
  });

  const running = async (command: readonly string[], name = 'web'): Promise<void> => {
    expect((await engine.call('container/create', { image: 'busybox:test', name, command, stopTimeoutSeconds: 0 })).error).toBeUndefined();
    expect((await engine.call('container/start', { container: name })).error).toBeUndefined();
  };
  const batches = (stream: string): readonly { readonly items: readonly { text: string }[]; readonly bytes: number }[] =>
    engine.answers.filter(({ method, params }) => method === 'stream/data' && (params as { stream: string }).stream === stream).map(({ params }) => params as { items: { text: string }[]; bytes: number });
  const isCode = (code: string) => ({ error: { data: { code } } });

  it('are cancelled when the input is closed: each is answered, the engine ends well, and the container runs on', async () => {
    await running(['sleep', '600']);
    const open = [
      engine.request('container/wait', { container: 'web' }),
      engine.request('container/log', { container: 'web', follow: true, stream: 'log' }),
      engine.request('process/run', { container: 'web', command: ['sleep', '600'], stream: 'run' }),
      engine.request('container/run', { image: 'busybox:test', name: 'second', command: ['sleep', '600'], stream: 'second' }),
    ];
    // Until the last of them is surely under way.
    const other = await initialized({ root: folder });
    for (let state: string | undefined; state !== 'Running'; await delay(20)) {
      state = ((await other.call('container/list', { containers: ['second'] })).result as { items: readonly { state: string }[] } | undefined)?.items[0]?.state;
    }
    engine.closeInput();
    expect((await engine.exit()).code).toBe(0);
    for (const id of open) expect(engine.answers.find((answer) => answer.id === id), JSON.stringify(engine.answers.slice(-4))).toMatchObject(isCode('OperationCancelled'));
    const { items } = (await other.call('container/list')).result as { items: readonly { name: string; state: string }[] };
    expect(items.map(({ name, state }) => [name, state])).toEqual([['web', 'Running'], ['second', 'Running']]);
  });

  it('are cancelled one by one', async () => {
    await running(['sleep', '600']);
    const [one, two] = [engine.request('container/wait', { container: 'web' }), engine.request('container/wait', { container: 'web' })];
    engine.notify('$/cancelRequest', { id: one });
    expect(await engine.answer(one)).toMatchObject({ error: { code: 1011, data: { code: 'OperationCancelled', class: 'cancelled' } } });
    expect(engine.answers.find(({ id }) => id === two)).toBeUndefined();
    await engine.call('container/stop', { container: 'web', force: true });
    expect(await engine.answer(two)).toMatchObject({ result: { container: { state: 'Exited', exitCode: 137 } } });
  });

  it('end by their own time', async () => {
    await running(['sleep', '600']);
    expect(await engine.call('container/wait', { container: 'web', timeoutSeconds: 1 })).toMatchObject({ error: { code: 1010, data: { code: 'OperationTimedOut', args: { timeoutSeconds: 1 } } } });
  });

  it('send a stream no further ahead than its window, go on with credit, and lose nothing', async () => {
    const lines = 40_000;
    await running(['sh', '-c', `seq -f 'line %08.0f of a log that is longer than any window, so that it has to wait for its client' 1 ${lines} 2>/dev/null || i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo "line $i of a log that is longer than any window, so that it has to wait for its client"; done`]);
    await engine.call('container/wait', { container: 'web' });
    const id = engine.request('container/log', { container: 'web', stream: 'log', tail: lines });
    const sent = (): number => batches('log').reduce((sum, { bytes }) => sum + bytes, 0);
    // It comes to a stop by itself, near the end of the window and not beyond it.
    await engine.find(() => sent() > streamWindowBytes * 0.9);
    await delay(300);
    expect(sent()).toBeLessThanOrEqual(streamWindowBytes);
    expect(engine.answers.some((answer) => answer.id === id)).toBe(false);
    let acknowledged = 0;
    while (!engine.answers.some((answer) => answer.id === id)) {
      const owed = sent() - acknowledged;
      expect(owed).toBeLessThanOrEqual(streamWindowBytes);
      engine.notify('stream/credit', { stream: 'log', bytes: owed });
      acknowledged += owed;
      await delay(2);
    }
    expect((await engine.answer(id)).result).toEqual({ lines });
    const texts = batches('log').flatMap(({ items }) => items.map(({ text }) => text));
    expect(texts.length).toBe(lines);
    expect(texts.at(-1)).toContain(String(lines));
    expect(new Set(texts).size).toBe(lines);
  });

  it('are cancelled while their stream waits for credit', async () => {
    await running(['sh', '-c', 'yes "a line that fills the window sooner or later, since nobody gives any credit back" | head -n 30000']);
    await engine.call('container/wait', { container: 'web' });
    const id = engine.request('container/log', { container: 'web', stream: 'log' });
    await engine.find((answer: Answer) => answer.method === 'stream/data' && batches('log').reduce((sum, { bytes }) => sum + bytes, 0) > streamWindowBytes * 0.9);
    engine.notify('$/cancelRequest', { id });
    expect(await engine.answer(id)).toMatchObject(isCode('OperationCancelled'));
    expect((await engine.call('host/test')).error).toBeUndefined();
  });

  it('may not use the name of a stream that is open', async () => {
    await running(['sleep', '600']);
    const first = engine.request('container/log', { container: 'web', follow: true, stream: 'same' });
    expect(await engine.call('container/log', { container: 'web', stream: 'same' })).toMatchObject({ error: { data: { code: 'ParameterInvalid', args: { parameter: 'stream' } } } });
    engine.notify('$/cancelRequest', { id: first });
    await engine.answer(first);
    expect((await engine.call('container/log', { container: 'web', stream: 'same' })).error).toBeUndefined();
  });

  it('say what keeps a container from starting: a folder of the host that is not there', async () => {
    const mounts = [{ kind: 'Bind', source: '/no/such/folder', target: '/data', readOnly: false }];
    await engine.call('container/create', { image: 'busybox:test', name: 'mounted', command: ['true'], mounts });
    expect(await engine.call('container/start', { container: 'mounted' })).toMatchObject({ error: { code: 1002, data: { code: 'PathNotFound', args: { path: '/no/such/folder' } } } });
  });

  it('can be made once from a command line, with the same answers', async () => {
    const silo = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> => new Promise((resolve) => {
      execFile(process.execPath, [join(import.meta.dirname, '../../src/main.ts'), 'call', ...args], { env: { ...process.env, SILO_ROOT: folder } }, (error, stdout, stderr) => { resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }); });
    });
    const listed = await silo('image/list');
    expect([listed.code, (JSON.parse(listed.stdout) as { items: readonly object[] }).items]).toEqual([0, [expect.objectContaining({ name: 'busybox:test' })]]);
    const ran = await silo('container/run', JSON.stringify({ image: 'busybox:test', command: ['sh', '-c', 'echo out; exit 3'], autoRemove: true, stream: 's' }));
    expect(ran.code).toBe(0);
    const [line, ...rest] = ran.stdout.split('\n');
    expect(JSON.parse(line ?? '')).toMatchObject({ stream: 'stdout', text: 'out' });
    expect(JSON.parse(rest.join('\n'))).toMatchObject({ container: { exitCode: 3 } });
    const missing = await silo('container/wait', '{"container":"nobody"}');
    expect([missing.code, missing.stdout]).toEqual([1, '']);
    // The engine's log goes there too.
    expect(missing.stderr).toMatch(/^ {2}"code": "ContainerNotFound",$/m);
    for (const json of ['{', '[]', 'null', '"text"']) expect(await silo('host/get', json)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^silo: /) });
  });
});
