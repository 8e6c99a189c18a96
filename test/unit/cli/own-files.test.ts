import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEngineLog, type EngineLogQuery } from '../../../src/cli/read-engine-log.ts';
import { readSettings } from '../../../src/cli/read-settings.ts';
import { expectError } from '../../fixtures/expect-error.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'silo-own-files-'));
  path = join(folder, 'engine.log');
});
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

const line = (msg: string, fields: object = {}): string => `${JSON.stringify({ level: 30, time: '2026-01-02T03:04:05.678Z', pid: 7, ...fields, msg })}\n`;

const read = async (query: EngineLogQuery = {}): Promise<readonly string[]> => {
  const messages: string[] = [];
  await readEngineLog(path, query, (lines) => { messages.push(...lines.map(({ message }) => message)); return Promise.resolve(); }, new AbortController().signal);
  return messages;
};

describe('the log as it is read', () => {
  it('is empty where nothing was written yet', async () => { expect(await read()).toEqual([]); });

  it('begins with what was turned over, and leaves out what is no line', async () => {
    writeFileSync(`${path}.2`, line('first'));
    writeFileSync(`${path}.1`, line('second'));
    writeFileSync(path, `${line('third')}not JSON\n{"level":"x"}\n${line('fourth')}{"level":30,"time":"2026`);
    expect(await read()).toEqual(['first', 'second', 'third', 'fourth']);
    expect(await read({ tail: 2 })).toEqual(['third', 'fourth']);
    expect(await read({ tail: 0 })).toEqual([]);
  });

  it('is chosen by time, level and source', async () => {
    writeFileSync(path, line('old', { time: '2025-01-01T00:00:00.000Z' }) + line('grave', { level: 50 }) + line('watching', { source: 'supervisor' }) + line('plain'));
    expect(await read({ since: new Date('2026-01-01T00:00:00Z') })).toEqual(['grave', 'watching', 'plain']);
    expect(await read({ leastLevel: 40 })).toEqual(['grave']);
    expect(await read({ source: 'supervisor' })).toEqual(['watching']);
    expect(await read({ source: 'engine' })).toEqual(['old', 'grave', 'plain']);
  });

  it('keeps what else a line says as JSON', async () => {
    writeFileSync(path, line('with more', { container: 'web', err: { code: 'StoreBusy' } }));
    const found: string[] = [];
    await readEngineLog(path, {}, (lines) => { found.push(...lines.map(({ data }) => data)); return Promise.resolve(); }, new AbortController().signal);
    expect(found.map((data) => JSON.parse(data) as unknown)).toEqual([{ container: 'web', err: { code: 'StoreBusy' } }]);
  });

  it('is followed, also where it is turned over meanwhile, until that is cancelled', async () => {
    writeFileSync(path, line('before'));
    const stop = new AbortController();
    const seen: string[] = [];
    const done = readEngineLog(path, { follow: true }, (lines) => {
      for (const { message } of lines) {
        seen.push(message);
        if (message === 'before') {
          appendFileSync(path, line('last of the old'));
          renameSync(path, `${path}.1`);
          writeFileSync(path, line('first of the new'));
        }
        if (message === 'first of the new') stop.abort();
      }
      return Promise.resolve();
    }, stop.signal);
    await expectError('OperationCancelled', done);
    expect(seen).toEqual(['before', 'last of the old', 'first of the new']);
  });
});

describe('the settings as they are read', () => {
  it('have no value whose name speaks of a secret, and no user of an address', async () => {
    writeFileSync(join(folder, 'registries.json'), JSON.stringify({ mirrors: { 'docker.io': ['me:hidden@mirror.example', 'https://me:hidden@mirror.example/x'] }, auths: { a: { auth: 'hidden' } }, deep: [{ apiKey: 'hidden', user: 'me' }], password: 'hidden' }));
    const { files } = await readSettings(folder);
    expect(files.map(({ name }) => name)).toEqual(['registries.json']);
    expect(files[0]?.text).not.toContain('"hidden"');
    expect(files[0]?.text).not.toContain('https://me:hidden');
    expect(JSON.parse(files[0]?.text ?? '')).toMatchObject({ auths: '***', deep: [{ apiKey: '***', user: 'me' }], password: '***' });
  });

  it('that are no JSON are told by their length alone', async () => {
    writeFileSync(join(folder, 'registries.json'), '{ "password": hidden');
    expect((await readSettings(folder)).files).toEqual([{ name: 'registries.json', text: 'not valid JSON: 20 characters' }]);
  });

  it('come with what lies in the root, two levels deep', async () => {
    mkdirSync(join(folder, 'containers/abc/bundle'), { recursive: true });
    writeFileSync(join(folder, 'meta.db'), 'x'.repeat(10));
    expect((await readSettings(folder)).entries).toEqual([
      { path: 'containers', kind: 'Folder', sizeBytes: 0 }, { path: 'containers/abc', kind: 'Folder', sizeBytes: 0 }, { path: 'meta.db', kind: 'File', sizeBytes: 10 },
    ]);
  });

  it('of a root that is not there are an error', async () => { await expectError('PathNotFound', readSettings(join(folder, 'nowhere'))); });
});
