import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LayerWorkers } from '../../../src/layer/index.ts';

interface Job { readonly name: string; readonly ms?: number }

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'silo-workers-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

const module = (text: string): URL => {
  const path = join(folder, 'worker.mjs');
  writeFileSync(path, text);
  return pathToFileURL(path);
};
/** Answers each job with its name and the thread that did it. */
const answering = `
  import { parentPort, threadId } from 'node:worker_threads';
  parentPort.on('message', ({ job }) => { setTimeout(() => parentPort.postMessage({ kind: 'done', result: { name: job.name, threadId } }), job.ms ?? 0); });`;

const answered = async (work: Promise<unknown>): Promise<{ readonly name: string; readonly threadId: number }> => (await work) as { readonly name: string; readonly threadId: number };

describe('threads for layers', () => {
  it('do a short job before those that wait already', async () => {
    const workers = new LayerWorkers<Job>(module(answering), 1);
    const order: string[] = [];
    const run = async (name: string, soon: boolean, ms = 0): Promise<void> => { order.push((await answered(workers.run({ name, ms }, { soon }))).name); };
    await Promise.all([run('first', false, 50), run('long', false), run('short', true)]);
    expect(order).toEqual(['first', 'short', 'long']);
  });

  it('are there before their work where they were told of it, and no more of them than otherwise', async () => {
    const workers = new LayerWorkers<Job>(module(answering), 2);
    workers.warm();
    workers.warm();
    const seen = await Promise.all(['one', 'two', 'three', 'four'].map((name) => answered(workers.run({ name, ms: 20 }))));
    expect(seen.map(({ name }) => name)).toEqual(['one', 'two', 'three', 'four']);
    expect(new Set(seen.map(({ threadId }) => threadId)).size).toBe(2);
  });

  it('that cannot start end nothing but the work that is asked of them', async () => {
    const workers = new LayerWorkers<Job>(module('throw new Error("no such thing");'), 2);
    workers.warm();
    await delay(300);
    await expect(workers.run({ name: 'one' })).rejects.toThrow('no such thing');
    await expect(workers.run({ name: 'two' })).rejects.toThrow('no such thing');
  });
});
