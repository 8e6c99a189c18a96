import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAccess } from '../../../native/advapi32.ts';
import { EngineClient } from '../../../build/engine-client.ts';

const source = join(import.meta.dirname, '../../../src/main.ts');
let folder: string;
let root: string;

/** With an engine that has ended when this settles; Node 22 knows no `using`. */
const withEngine = async (body: (engine: EngineClient) => Promise<void>): Promise<void> => {
  const engine = await EngineClient.start({ root, command: [process.execPath, source] });
  try {
    await body(engine);
  } finally {
    await engine.close();
  }
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'silo-engine-'));
  root = join(folder, 'Silo');
});
afterAll(() => { rmSync(folder, { recursive: true, force: true, maxRetries: 10 }); });

describe('an engine on Windows', () => {
  it('answers over standard input and output what it finds of the host', () => withEngine(async (engine) => {
    expect(await engine.call('host/get', {})).toMatchObject({ operatingSystem: 'windows', architecture: 'amd64', elevated: true, osVersion: 'Windows Server 2022 Datacenter' });
    expect((await engine.call('container/list', {})).items).toEqual([]);
    expect((await engine.call('image/list', {})).items).toEqual([]);
  }));

  it('keeps its state root to administrators', () => {
    expect(readAccess(root)).not.toContain(';WD)');
    expect(readdirSync(root)).toEqual(expect.arrayContaining(['blobs', 'locks', 'meta.db', 'run']));
  });

  it('says of each requirement whether it holds, and what mends it', () => withEngine(async (engine) => {
    const { requirements } = await engine.call('host/test', {});
    expect(requirements.length).toBeGreaterThan(1);
    for (const { satisfied, detail, remedy } of requirements) {
      expect(detail).not.toBe('');
      expect(satisfied || remedy !== undefined).toBe(true);
    }
  }));

  it('leaves nothing in its log that somebody would have to look at', () => {
    const log = join(root, 'log', 'engine.log');
    expect(existsSync(log) ? readFileSync(log, 'utf8') : '').not.toMatch(/"level":(?:40|50|60)/);
  });
});
