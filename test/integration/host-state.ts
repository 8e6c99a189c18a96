import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { EngineClient } from '../../build/engine-client.ts';
import { makeBusyboxArchive } from '../fixtures/busybox-root.ts';
import type { NetworkNamespace } from '../fixtures/network-namespace.ts';

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
  readonly #network: NetworkNamespace | undefined;

  /** `network` is the stack in which `prefix` puts the engines: its links and rules are then looked at too. */
  constructor(root?: string, prefix: readonly string[] = [], network?: NetworkNamespace) {
    this.#prefix = prefix;
    this.#network = network;
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

  /** 12 hex digits that stand for the root in names of folders, links and tables. */
  get #mark(): string { return createHash('sha256').update(this.root).digest('hex').slice(0, 12); }

  get runFolders(): readonly string[] {
    return names('/run/silo').filter((name) => name.startsWith(this.#mark)).map((name) => join('/run/silo', name));
  }

  /** Process ids of this root's programs: its supervisors, the monitors of its containers, and runc where it just works on one. */
  processes(kind: 'supervisor' | 'conmon' | 'runc'): readonly number[] {
    const ofRun = (line: string): boolean => this.runFolders.some((run) => line.includes(`${run}/`));
    return names('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
      const line = commandLine(pid);
      if (kind === 'supervisor') return / supervise( |$)/.test(line) && readProcess(pid, 'environ').split('\0').includes(`SILO_ROOT=${this.root}`);
      const program = line.split(' ')[0]?.split('/').at(-1);
      return program === kind && ofRun(line);
    }).map(Number);
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
    for (const run of this.runFolders) for (const kind of ['runc', 'tasks', 'netns', 'rootfs']) foreign(kind, names(join(run, kind)), running);
    for (const hierarchy of names('/sys/fs/cgroup')) {
      const ours = names(join('/sys/fs/cgroup', hierarchy, 'silo')).filter((name) => this.#everMade.has(name));
      foreign(`cgroup ${hierarchy}`, ours, running);
    }
    for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
      const target = line.split(' ')[4] ?? '';
      const id = target.split('/').at(-1) ?? '';
      if (this.runFolders.some((run) => target.startsWith(`${run}/`)) && !running.has(id)) found.push(`mount ${target}`);
    }
    for (const pid of names('/proc').filter((name) => /^\d+$/.test(name))) {
      const line = commandLine(pid);
      const id = [...this.#everMade].find((candidate) => line.includes(candidate));
      if (id !== undefined && !running.has(id)) found.push(`process ${pid} ${line.slice(0, 80)}`);
    }
    found.push(...this.#networkLeaks(running));
    foreign('volume', names(join(this.root, 'volumes')), new Set(this.#rows('SELECT id FROM volumes').map((row) => String(row['id']))));
    for (const row of this.#rows('SELECT id FROM leases')) found.push(`lease ${String(row['id'])}`);
    for (const row of this.#rows("SELECT id, state FROM containers WHERE state IN ('starting', 'removing')")) found.push(`${String(row['state'])} ${String(row['id'])}`);
    for (const row of this.#rows("SELECT key FROM snapshots WHERE kind = 'pending'")) found.push(`pending snapshot ${String(row['key'])}`);
    return found;
  }

  /** Links that bear this root's mark and elements of its rule table, where no network and no running container has them; a table without a network. */
  #networkLeaks(running: ReadonlySet<string>): readonly string[] {
    if (this.#network === undefined) return [];
    const networks = new Set(this.#rows('SELECT id FROM networks').map((row) => String(row['id'])));
    const endpoints = new Set(this.#rows('SELECT id, container_id FROM endpoints').filter((row) => running.has(String(row['container_id']))).map((row) => String(row['id'])));
    const known = { network: networks, endpoint: endpoints };
    const links = JSON.parse(this.#network.run('ip -json -details link').trim() || '[]') as readonly { readonly ifname: string; readonly ifalias?: string }[];
    const table = `silo_${this.#mark}`;
    const listed = this.#network.run(`nft list table inet ${table} 2>/dev/null || true`);
    return [
      ...links.filter(({ ifname }) => ifname.startsWith('silo')).flatMap(({ ifname, ifalias = '' }) => {
        const [, kind, id = ''] = new RegExp(`^silo:${this.#mark}:(network|endpoint):(\\w+)$`).exec(ifalias) ?? [];
        return (kind === 'network' || kind === 'endpoint') && known[kind].has(id) ? [] : [`link ${ifname} ${ifalias}`];
      }),
      ...[...listed.matchAll(/comment "(network|endpoint) (\w+)"/g)].flatMap(([, kind, id = '']) => (known[kind as keyof typeof known].has(id) ? [] : [`rule of ${kind} ${id}`])),
      ...(listed !== '' && networks.size === 0 ? [`table ${table}`] : []),
    ];
  }

  /** Every container id that the store has ever told of. */
  get #everMade(): ReadonlySet<string> {
    return new Set(this.#rows("SELECT DISTINCT subject FROM events WHERE kind = 'container/create'").map((row) => String(row['subject'])));
  }

  /** What the host lacks of containers that run by the store: process, state of runc, root mount, network namespace, cgroup, links. */
  losses(): readonly string[] {
    const [run = ''] = this.runFolders;
    const mounts = new Set(readFileSync('/proc/self/mountinfo', 'utf8').split('\n').map((line) => line.split(' ')[4]));
    const links = this.#network?.run('ip -details link') ?? '';
    return this.#rows("SELECT id, state FROM containers WHERE state IN ('running', 'paused')").flatMap((row) => {
      const [id, state] = [String(row['id']), String(row['state'])];
      const known = runcState(join(run, 'runc'), id);
      const cgroups = [join('/sys/fs/cgroup/silo', id), ...names('/sys/fs/cgroup').map((hierarchy) => join('/sys/fs/cgroup', hierarchy, 'silo', id))];
      const endpoints = this.#network === undefined ? [] : this.#rows('SELECT id, container_id FROM endpoints').filter((endpoint) => endpoint['container_id'] === id);
      return [
        ...(known === state ? [] : [`runc says ${String(known)} of ${state} ${id}`]),
        ...['rootfs', 'netns'].filter((kind) => !mounts.has(join(run, kind, id))).map((kind) => `no ${kind} of ${id}`),
        ...(cgroups.some((path) => existsSync(path)) ? [] : [`no cgroup of ${id}`]),
        ...endpoints.filter((endpoint) => !links.includes(`silo:${this.#mark}:endpoint:${String(endpoint['id'])}`)).map((endpoint) => `no link of endpoint ${String(endpoint['id'])} of ${id}`),
      ];
    });
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
    for (const run of this.runFolders) rmSync(run, { recursive: true, force: true });
    for (const mount of readFileSync('/proc/self/mountinfo', 'utf8').split('\n').map((line) => line.split(' ')[4] ?? '').filter((target) => target.startsWith(`${this.folder}/`))) execFileSync('umount', ['-l', mount]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const runcState = (root: string, id: string): string | undefined => {
  const { status, stdout } = spawnSync('runc', ['--root', root, 'state', id], { encoding: 'utf8' });
  return status === 0 ? (JSON.parse(stdout) as { status?: string }).status : undefined;
};

/** Empty where the process has ended. */
const readProcess = (pid: string, file: 'cmdline' | 'environ'): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
};

const commandLine = (pid: string): string => readProcess(pid, 'cmdline').replaceAll('\0', ' ');
