import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleEngine } from '../../build/bundle/engine-bundle.ts';
import { EngineClient, errorCode } from '../../build/engine-client.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';

const projectRoot = join(import.meta.dirname, '../..');
const olderVersion = '0.0.9';
const patience = { timeout: 30_000, interval: 300 };

/** What runs as this process. */
const commandLine = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');

describe.skipIf(skipReason('containers', whyNoContainers()))('two releases on one state root', () => {
  let host: TestHost;
  let folder: string;
  let container: string;
  const builds = (): { readonly older: string; readonly newer: string } => ({ older: join(folder, 'older'), newer: join(folder, 'newer') });

  beforeAll(async () => {
    host = new TestHost();
    folder = mkdtempSync(join(tmpdir(), 'silo-upgrade-'));
    // As a package lays them out: each in a folder of its own, with what it needs.
    for (const build of Object.values(builds())) {
      mkdirSync(build);
      await bundleEngine(build, { sourceMaps: false });
      symlinkSync(join(projectRoot, 'node_modules'), join(build, 'node_modules'));
    }
    let replaced = 0;
    for (const name of readdirSync(builds().older).filter((each) => each.endsWith('.mjs'))) {
      const path = join(builds().older, name);
      const text = readFileSync(path, 'utf8');
      const other = text.replaceAll(new RegExp(`(version\\s*[:=]\\s*)"${packageJson.version.replaceAll('.', '\\.')}"`, 'g'), `$1"${olderVersion}"`);
      if (other !== text) replaced += 1;
      writeFileSync(path, other);
    }
    if (replaced === 0) throw new Error('the bundle says its version in another way');
  }, 120_000);
  afterAll(async () => {
    await host?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  /** Runs `body` on an engine of one build that ends with it. */
  const on = async <T>(build: 'older' | 'newer', body: (engine: EngineClient) => Promise<T>): Promise<T> => {
    const engine = await EngineClient.start({ root: host.root, command: [process.execPath, join(builds()[build], 'silo.mjs')] });
    try {
      return await body(engine);
    } finally {
      await engine.close();
    }
  };
  const look = () => on('newer', async (engine) => (await engine.call('container/list', { containers: [container] })).items[0]);

  it('leaves what runs alone: the newer engine sees it, with its log, and works in it', async () => {
    await on('older', async (engine) => {
      expect((await engine.call('host/get', {})).engineVersion).toBe(olderVersion);
      await engine.call('image/import', { path: host.archive, reference: 'busybox:test' });
      const made = await engine.call('container/create', { image: 'busybox:test', network: 'None', command: ['sh', '-c', 'echo begun; while :; do sleep 0.05; done'], restartPolicy: { name: 'Always' } });
      container = made.container.id;
      await engine.call('container/start', { container });
    });
    await on('newer', async (engine) => {
      expect((await engine.call('host/get', {})).engineVersion).toBe(packageJson.version);
      expect((await engine.call('container/list', { containers: [container] })).items[0]).toMatchObject({ state: 'Running', monitored: true, restartCount: 0 });
      const lines: unknown[] = [];
      await engine.call('container/log', { container }, { onItem: (item) => { lines.push(item); } });
      expect(lines).toMatchObject([{ text: 'begun' }]);
      expect(await engine.call('process/run', { container, command: ['echo', 'from the newer'] })).toMatchObject({ process: { exitCode: 0 } });
    });
  });

  it('is looked after by the older supervisor for as long as it is there', async () => {
    await expect.poll(() => host.processes('supervisor').length, patience).toBe(1);
    expect(commandLine(host.processes('supervisor')[0] ?? 0)).toContain(builds().older);
    process.kill((await look())?.pid ?? 0, 'SIGKILL');
    await expect.poll(look, patience).toMatchObject({ state: 'Running', restartCount: 1, monitored: true });
    expect(commandLine(host.processes('supervisor')[0] ?? 0)).toContain(builds().older);
  });

  it('has the newer supervisor once the older one has ended, and nothing of it is lost', async () => {
    const before = (await look())?.pid;
    process.kill(host.processes('supervisor')[0] ?? 0, 'SIGTERM');
    await expect.poll(() => host.processes('supervisor'), patience).toEqual([]);
    await on('newer', async (engine) => {
      const { container: other } = await engine.call('container/create', { image: 'busybox:test', network: 'None', command: ['sleep', '1000'], restartPolicy: { name: 'Always' } });
      await engine.call('container/start', { container: other.id });
    });
    await expect.poll(() => host.processes('supervisor').map(commandLine).join(), patience).toContain(builds().newer);
    expect((await look())?.pid).toBe(before);
    process.kill(before ?? 0, 'SIGKILL');
    await expect.poll(look, patience).toMatchObject({ state: 'Running', restartCount: 2 });
  });

  it('works on with older engines while the store allows it', async () => {
    await on('older', async (engine) => {
      expect((await engine.call('container/list', { containers: [container] })).items[0]).toMatchObject({ state: 'Running', restartCount: 2 });
      await engine.call('container/stop', { container, timeoutSeconds: 1 });
    });
    expect(await look()).toMatchObject({ state: 'Exited' });
  });

  it('refuses the older engine by name once a newer one has changed the store beyond it, and says so of nothing else', async () => {
    const database = new DatabaseSync(join(host.root, 'meta.db'));
    const { user_version: schema } = database.prepare('PRAGMA user_version').get() as { user_version: number };
    const limits = database.prepare('SELECT least_reader, least_writer FROM schema_limits').get() as { least_reader: number; least_writer: number };
    const set = (version: number, reader: number, writer: number): void => {
      database.exec(`PRAGMA user_version = ${version}`);
      database.prepare('UPDATE schema_limits SET least_reader = ?, least_writer = ?').run(reader, writer);
    };
    try {
      set(schema + 1, schema + 1, schema + 1);
      await on('older', async (engine) => {
        expect(errorCode(await engine.call('container/list', {}).catch((error: unknown) => error))).toBe('StoreNewer');
        // What needs no store still answers.
        expect((await engine.call('host/test', {})).requirements.length).toBeGreaterThan(0);
      });
      set(schema + 1, schema, schema + 1);
      await on('older', async (engine) => {
        expect((await engine.call('container/list', {})).items.length).toBe(2);
        expect(errorCode(await engine.call('container/start', { container }).catch((error: unknown) => error))).toBe('StoreNewer');
      });
    } finally {
      set(schema, limits.least_reader, limits.least_writer);
      database.close();
    }
    await on('newer', async (engine) => { for (const { id } of (await engine.call('container/list', {})).items) await engine.call('container/remove', { container: id, force: true }); });
  });
});
