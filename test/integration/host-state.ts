import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { EngineClient } from '../../build/engine-client.ts';
import { makeBusyboxArchive } from '../fixtures/busybox-root.ts';

const source = join(import.meta.dirname, '../../src/main.ts');

const names = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** A state root for one test file, with engines on it, and the means to see what they leave on the host. */
export class TestHost {
  readonly folder = mkdtempSync(join(tmpdir(), 'silo-host-'));
  readonly root: string;
  readonly archive: string;
  readonly #engines = new Set<EngineClient>();

  /** Put before the engine's own command: `nsenter --net=…` gives it another network stack. */
  readonly #prefix: readonly string[];

  constructor(root?: string, prefix: readonly string[] = []) {
    this.#prefix = prefix;
    this.root = root ?? join(this.folder, 'root');
    this.archive = makeBusyboxArchive(this.folder);
  }

  async engine(): Promise<EngineClient> {
    const engine = await EngineClient.start({ root: this.root, command: [...this.#prefix, process.execPath, source] as unknown as [string, ...string[]] });
    this.#engines.add(engine);
    return engine;
  }

  async withImage(): Promise<EngineClient> {
    const engine = await this.engine();
    await engine.call('image/import', { path: this.archive, reference: 'busybox:test' });
    return engine;
  }

  /** As a power failure of the process would: no handler runs. */
  async kill(engine: EngineClient): Promise<void> {
    engine.process.kill('SIGKILL');
    while (engine.process.exitCode === null && engine.process.signalCode === null) await delay(2);
    this.#engines.delete(engine);
  }

  get #runFolders(): readonly string[] {
    const hash = createHash('sha256').update(this.root).digest('hex').slice(0, 12);
    return names('/run/silo').filter((name) => name.startsWith(hash)).map((name) => join('/run/silo', name));
  }

  /** Rows of the store that the kernel and the disk are compared with. */
  #rows(sql: string): readonly Record<string, unknown>[] {
    const database = new DatabaseSync(join(this.root, 'meta.db'), { readOnly: true });
    try {
      return database.prepare(sql).all();
    } finally {
      database.close();
    }
  }

  /** Everything on the host that belongs to no container, image or snapshot of the store. */
  leaks(): readonly string[] {
    const containers = new Map(this.#rows('SELECT id, state FROM containers').map((row) => [String(row['id']), String(row['state'])]));
    const running = new Set([...containers].filter(([, state]) => state === 'running' || state === 'paused').map(([id]) => id));
    const snapshots = new Set(this.#rows('SELECT key FROM snapshots').map((row) => String(row['key'])));
    const found: string[] = [];
    const foreign = (what: string, ids: readonly string[], known: ReadonlySet<string> | ReadonlyMap<string, string>): void => {
      for (const id of ids) if (!known.has(id)) found.push(`${what} ${id}`);
    };
    foreign('snapshot', names(join(this.root, 'snapshots')), snapshots);
    foreign('container folder', names(join(this.root, 'containers')), containers);
    foreign('exit file', names(join(this.root, 'exits')), running);
    foreign('unfinished blob', names(join(this.root, 'blobs/ingest')), new Set());
    for (const run of this.#runFolders) for (const kind of ['runc', 'tasks', 'netns', 'rootfs']) foreign(kind, names(join(run, kind)), running);
    for (const hierarchy of names('/sys/fs/cgroup')) {
      const ours = names(join('/sys/fs/cgroup', hierarchy, 'silo')).filter((name) => this.#everMade.has(name));
      foreign(`cgroup ${hierarchy}`, ours, running);
    }
    for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
      const target = line.split(' ')[4] ?? '';
      const id = target.split('/').at(-1) ?? '';
      if (this.#runFolders.some((run) => target.startsWith(`${run}/`)) && !running.has(id)) found.push(`mount ${target}`);
    }
    for (const pid of names('/proc').filter((name) => /^\d+$/.test(name))) {
      const line = commandLine(pid);
      const id = [...this.#everMade].find((candidate) => line.includes(candidate));
      if (id !== undefined && !running.has(id)) found.push(`process ${pid} ${line.slice(0, 80)}`);
    }
    for (const row of this.#rows('SELECT id FROM leases')) found.push(`lease ${String(row['id'])}`);
    for (const row of this.#rows("SELECT id, state FROM containers WHERE state IN ('starting', 'removing')")) found.push(`${String(row['state'])} ${String(row['id'])}`);
    for (const row of this.#rows("SELECT key FROM snapshots WHERE kind = 'pending'")) found.push(`pending snapshot ${String(row['key'])}`);
    return found;
  }

  /** Every container id that the store has ever told of. */
  get #everMade(): ReadonlySet<string> {
    return new Set(this.#rows("SELECT DISTINCT subject FROM events WHERE kind = 'container/create'").map((row) => String(row['subject'])));
  }

  /** Waits for the repair, which goes on behind the first answers of an engine. */
  async settledLeaks(patienceMs = 15_000): Promise<readonly string[]> {
    const end = performance.now() + patienceMs;
    for (;;) {
      const leaks = this.leaks();
      if (leaks.length === 0 || performance.now() > end) return leaks;
      await delay(50);
    }
  }

  async close(): Promise<void> {
    const engine = await this.engine();
    for (const { id } of (await engine.call('container/list', {})).items) await engine.call('container/remove', { container: id, force: true });
    for (const client of this.#engines) await client[Symbol.asyncDispose]();
    for (const run of this.#runFolders) rmSync(run, { recursive: true, force: true });
    for (const mount of readFileSync('/proc/self/mountinfo', 'utf8').split('\n').map((line) => line.split(' ')[4] ?? '').filter((target) => target.startsWith(`${this.folder}/`))) execFileSync('umount', ['-l', mount]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const commandLine = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
};
