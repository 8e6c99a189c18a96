import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import type { Params, Result, WireContainer } from '../../src/contract/index.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { makeNetworkNamespace, whyNoNetworks, type NetworkNamespace } from '../fixtures/network-namespace.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';

const idle = 'trap "exit 0" TERM; while :; do sleep 0.05; done';

describe.skipIf(skipReason('applications', whyNoContainers() ?? whyNoNetworks()))('an application of several containers', () => {
  let machine: NetworkNamespace;
  let host: TestHost;
  let engine: EngineClient;
  let folder: string;
  beforeAll(async () => {
    machine = makeNetworkNamespace();
    host = new TestHost(undefined, ['env', 'SILO_DEFAULT_NETWORK=', 'nsenter', `--net=${machine.path}`]);
    engine = await host.withImage();
    folder = join(host.folder, 'shop');
    mkdirSync(folder);
  });
  afterAll(async () => {
    await host?.close();
    machine?.close();
  });
  afterEach(async () => {
    for (const { name } of (await engine.call('application/list', {})).items) await engine.call('application/remove', { name, removeVolumes: true });
    for (const { id } of (await engine.call('container/list', {})).items) await engine.call('container/remove', { container: id, force: true });
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    const left = await host.settledLeaks();
    if (left.length > 0) throw new Error(`left on the host: ${left.join('; ')}`);
  });

  const write = (text: string, name = 'compose.yaml'): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const apply = (text: string, options: Partial<Params<'application/apply'>> = {}, client = engine): Promise<Result<'application/apply'>> => client.call('application/apply', { files: [write(text)], start: true, ...options });
  const actions = ({ items }: Pick<Result<'application/apply'>, 'items'>): Readonly<Record<string, string>> => Object.fromEntries(items.map(({ name, action }) => [name, action]));
  const containers = async (): Promise<readonly WireContainer[]> => (await engine.call('container/list', {})).items;
  const container = async (name: string): Promise<WireContainer> => (await engine.call('container/list', { containers: [name] })).items[0] as WireContainer;
  const inside = async (name: string, command: string): Promise<string> => {
    const lines: string[] = [];
    const { process } = await engine.call('process/run', { container: name, command: ['sh', '-c', command] }, { onItem: (item) => { lines.push((item as { text: string }).text); } });
    return `${process.exitCode} ${lines.join('\n')}`.trim();
  };

  const two = (extra = ''): string => `
services:
  web:
    image: busybox:test
    command: [sh, -c, "echo hello > /www/index; exec httpd -f -p 80 -h /www"]
    healthcheck: { test: "printf 'GET /index HTTP/1.0\\\\r\\\\n\\\\r\\\\n' | nc 127.0.0.1 80 | grep -q hello", interval: 200ms, start_interval: 100ms, retries: 50 }
    stop_grace_period: 0s
  client:
    image: busybox:test
    command: [sh, -c, '${idle}']
    depends_on: { web: { condition: service_healthy } }
    volumes: ["data:/data"]${extra}
volumes: { data: }
`;

  it('comes up in the order of its services, who find each other by name, and stays as it is when nothing differs', async () => {
    expect(actions(await apply(two()))).toEqual({ shop_default: 'Created', 'shop-web-1': 'Created', 'shop-client-1': 'Created' });
    const [web, client] = [await container('shop-web-1'), await container('shop-client-1')];
    expect(web).toMatchObject({ state: 'Running', health: 'Healthy' });
    expect(Date.parse(client.startedAt ?? '')).toBeGreaterThan(Date.parse(web.startedAt ?? ''));
    expect(await inside('shop-client-1', "printf 'GET /index HTTP/1.0\\r\\n\\r\\n' | nc -w 2 web 80 | tail -n 1")).toBe('0 hello');
    expect((await engine.call('application/list', {})).items).toMatchObject([{ name: 'shop', state: 'Running', services: [{ name: 'client', replicas: 1, running: 1, healthy: null }, { name: 'web', replicas: 1, running: 1, healthy: 1 }], networks: ['shop_default'] }]);
    expect(new Set(Object.values(actions(await apply(two()))))).toEqual(new Set(['Kept']));
    expect((await containers()).map(({ id }) => id)).toEqual([web.id, client.id]);
  });

  it('changes only the service that differs, whose volume keeps its data', async () => {
    await apply(two());
    const web = await container('shop-web-1');
    await inside('shop-client-1', 'echo kept > /data/file');
    const changed = two('\n    environment: { A: "1" }');
    expect(actions(await apply(changed, { dryRun: true }))).toMatchObject({ 'shop-web-1': 'Kept', 'shop-client-1': 'WouldRecreate' });
    expect(actions(await apply(changed))).toEqual({ shop_default: 'Kept', 'shop-web-1': 'Kept', 'shop-client-1': 'Recreated' });
    expect((await container('shop-web-1')).id).toBe(web.id);
    expect(await inside('shop-client-1', 'echo $A; cat /data/file')).toBe('0 1\nkept');
  });

  it('makes a changed network anew with the containers on it', async () => {
    await apply(two());
    const text = `${two()}networks: { default: { internal: true } }\n`;
    expect(actions(await apply(text))).toEqual({ shop_default: 'Recreated', 'shop-web-1': 'Recreated', 'shop-client-1': 'Recreated' });
    expect((await engine.call('network/list', {})).items).toMatchObject([{ name: 'shop_default', driver: 'Internal', containers: ['shop-client-1', 'shop-web-1'] }]);
  });

  it('stops and starts in order, and goes away with what it made', async () => {
    await apply(two());
    expect(await engine.call('application/stop', { name: 'shop' })).toMatchObject({ changed: true, application: { state: 'Stopped' } });
    const [web, client] = [await container('shop-web-1'), await container('shop-client-1')];
    expect(Date.parse(client.finishedAt ?? '')).toBeLessThanOrEqual(Date.parse(web.finishedAt ?? ''));
    expect(await engine.call('application/stop', { name: 'shop' })).toMatchObject({ changed: false });
    expect(await engine.call('application/start', { name: 'shop' })).toMatchObject({ changed: true, application: { state: 'Running' } });
    expect(actions(await engine.call('application/remove', { name: 'shop', dryRun: true, removeVolumes: true }))).toEqual({ 'shop-client-1': 'WouldRemove', 'shop-web-1': 'WouldRemove', shop_default: 'WouldRemove', shop_data: 'WouldRemove' });
    expect(await containers()).toHaveLength(2);
    expect(actions(await engine.call('application/remove', { name: 'shop', removeVolumes: true }))).toEqual({ 'shop-client-1': 'Removed', 'shop-web-1': 'Removed', shop_default: 'Removed', shop_data: 'Removed' });
    expect([await containers(), (await engine.call('network/list', {})).items]).toEqual([[], []]);
    expect(await engine.call('application/remove', { name: 'shop', force: true })).toEqual({ items: [] });
    await expect(engine.call('application/remove', { name: 'shop' })).rejects.toMatchObject({ data: { code: 'ApplicationNotFound' } });
  });

  const replicas = (count: number, ...others: readonly string[]): string =>
    `services:\n${['work', ...others].map((name) => `  ${name}: { image: "busybox:test", network_mode: none, stop_grace_period: 0s, command: [sleep, "1000"]${name === 'work' ? `, scale: ${count}` : ''} }\n`).join('')}`;

  it('has as many replicas as its file says, and names what the file no longer has', async () => {
    await apply(replicas(3, 'old'));
    expect((await containers()).map(({ name }) => name).sort()).toEqual(['shop-old-1', 'shop-work-1', 'shop-work-2', 'shop-work-3']);
    const { warnings, ...applied } = await apply(replicas(1));
    expect(actions(applied)).toEqual({ 'shop-work-1': 'Kept', 'shop-work-2': 'Removed', 'shop-work-3': 'Removed' });
    expect(warnings).toEqual([expect.stringContaining('shop-old-1')]);
    expect(actions(await apply(replicas(1), { removeOrphans: true }))).toEqual({ 'shop-work-1': 'Kept', 'shop-old-1': 'Removed' });
  });

  it('waits for a service that has work to do, and does not do it twice', async () => {
    const text = `
services:
  job: { image: "busybox:test", network_mode: none, command: [sh, -c, "sleep 0.3; exit 0"] }
  after: { image: "busybox:test", network_mode: none, stop_grace_period: 0s, command: [sleep, "1000"], depends_on: { job: { condition: service_completed_successfully } } }
`;
    await apply(text);
    const [job, after] = [await container('shop-job-1'), await container('shop-after-1')];
    expect(job).toMatchObject({ state: 'Exited', exitCode: 0 });
    expect(Date.parse(after.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(job.finishedAt ?? ''));
    expect(actions(await apply(text))).toEqual({ 'shop-job-1': 'Kept', 'shop-after-1': 'Kept' });
    expect((await container('shop-job-1')).startedAt).toBe(job.startedAt);
  });

  it('names the service that failed, and goes on from there when its cause is gone', async () => {
    const text = (exit: number): string => `
services:
  first: { image: "busybox:test", network_mode: none, stop_grace_period: 0s, command: [sleep, "1000"] }
  job: { image: "busybox:test", network_mode: none, command: [sh, -c, "exit ${exit}"] }
  after: { image: "busybox:test", network_mode: none, stop_grace_period: 0s, command: [sleep, "1000"], depends_on: { job: { condition: service_completed_successfully } } }
`;
    await expect(apply(text(3))).rejects.toMatchObject({ data: { code: 'ServiceFailed' }, message: expect.stringMatching(/service 'job' of the application 'shop' failed: .*exit code 3/) as string });
    expect(actions(await apply(text(0)))).toEqual({ 'shop-first-1': 'Kept', 'shop-job-1': 'Recreated', 'shop-after-1': 'Created' });
    await expect(apply('services: { first: { image: "not/there:1", pull_policy: never } }')).rejects.toMatchObject({ data: { code: 'ServiceFailed' } });
  });

  it('gives its containers the settings of the kernel that its file asks for', async () => {
    await apply('services: { a: { image: "busybox:test", network_mode: none, stop_grace_period: 0s, command: [sleep, "1000"], cap_drop: [ALL], cap_add: [NET_RAW], group_add: [1234], init: true, shm_size: 8m, sysctls: { kernel.msgmax: 4096 } } }');
    expect(await inside('shop-a-1', 'grep CapBnd /proc/1/status; grep Groups /proc/1/status; cat /proc/sys/kernel/msgmax; df -k /dev/shm | tail -n 1')).toMatch(/^0 CapBnd:\s*0000000000002000\nGroups:.*1234.*\n4096\n\S+\s+8192 /);
  });

  it('touches nothing that belongs to others', async () => {
    await engine.call('container/create', { image: 'busybox:test', name: 'shop-work-1', network: 'None', command: ['true'] });
    expect(await apply(replicas(1)).then(() => 'done', errorCode)).toBe('ContainerNameInUse');
    await engine.call('container/remove', { container: 'shop-work-1' });
    await engine.call('network/create', { name: 'shop_default' });
    expect(await apply(two()).then(() => 'done', errorCode)).toBe('NetworkNameInUse');
    await engine.call('network/remove', { network: 'shop_default' });
    expect(await apply('services: { a: { image: "busybox:test", volumes: ["mine:/data"] } }\nvolumes: { mine: { external: true } }').then(() => 'done', errorCode)).toBe('ServiceFailed');
    expect(await containers()).toEqual([]);
  });

  it('runs what a service says after each start and before each stop, for whoever starts and stops the application', async () => {
    const path = join(folder, 'data');
    mkdirSync(path);
    const said = (): readonly string[] => readFileSync(join(path, 'said'), 'utf8').trim().split('\n');
    const text = (start = 'echo start $$WHO as $$(id -u) in $$(pwd) >> /data/said', stop = 'echo stop >> /data/said', extra = ''): string => `
services:
  web:
    image: busybox:test
    command: [sh, -c, 'trap "echo term >> /data/said; exit 0" TERM; while :; do sleep 0.05; done']
    volumes: ["./data:/data"]${extra}
    post_start:
      - { command: [sh, -c, '${start}'], user: "1000:1000", working_dir: /tmp, environment: { WHO: it } }
      - { command: sh -c "echo second >> /data/said" }
    pre_stop: [{ command: [sh, -c, '${stop}'] }]
`;
    chmodSync(path, 0o777);
    const all = ['start it as 1000 in /tmp', 'second', 'stop', 'term'];
    const begin = (): void => {
      writeFileSync(join(path, 'said'), '');
      chmodSync(join(path, 'said'), 0o666);
    };
    begin();
    await apply(text());
    expect(said()).toEqual(all.slice(0, 2));
    // Nothing is started, and nothing run.
    expect(actions(await apply(text()))).toEqual({ shop_default: 'Kept', 'shop-web-1': 'Kept' });
    await engine.call('application/stop', { name: 'shop' });
    expect(said()).toEqual(all);
    begin();
    // The files are not asked any more.
    rmSync(join(folder, 'compose.yaml'));
    await engine.call('application/start', { name: 'shop' });
    expect(said()).toEqual(all.slice(0, 2));
    // One that is made anew is stopped as any other.
    expect(actions(await apply(text(undefined, undefined, '\n    environment: { A: "1" }')))).toMatchObject({ 'shop-web-1': 'Recreated' });
    expect(said()).toEqual([...all, ...all.slice(0, 2)]);
    begin();
    await engine.call('application/remove', { name: 'shop' });
    expect(said()).toEqual(all.slice(2));
    begin();
    // A failed start is none: the next call does it again. A failed stop keeps nothing from being stopped.
    const failure = (await apply(text('echo no such thing; exit 3', 'exit 4')).catch((error: unknown) => error)) as Error;
    expect(errorCode(failure)).toBe('ServiceFailed');
    expect(failure.message).toContain('post_start (sh) ended with exit code 3: no such thing');
    expect(await container('shop-web-1')).toMatchObject({ state: 'Exited' });
    expect(said()).toEqual(['term']);
    await apply(text('echo now >> /data/said', 'sleep 100', '\n    stop_grace_period: 1s'));
    expect(said().slice(-2)).toEqual(['now', 'second']);
    const began = performance.now();
    expect(await engine.call('application/stop', { name: 'shop', timeoutSeconds: 1 })).toMatchObject({ changed: true, application: { state: 'Stopped' } });
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(said().at(-1)).toBe('term');
  });

  it('says which keys of its file mean nothing here, and does the rest', async () => {
    const { warnings } = await apply(two('\n    develop: { watch: [{ path: ., action: rebuild }] }\n    attach: false\n    deploy: { placement: { constraints: [a] }, resources: { reservations: { memory: 10m } } }'));
    expect(warnings.map((warning) => warning.replace(/ is ignored: .*/, '')).toSorted()).toEqual(['services.client.attach', 'services.client.deploy.placement', 'services.client.deploy.resources.reservations.memory', 'services.client.develop']);
    expect(await container('shop-client-1')).toMatchObject({ state: 'Running' });
  });

  it('gives files of secrets and configs to its containers, read only', async () => {
    write('hush', 'key.txt');
    await apply('services: { a: { image: "busybox:test", network_mode: none, stop_grace_period: 0s, command: [sleep, "1000"], secrets: [key], configs: [{ source: conf, target: /etc/app.conf }] } }\nsecrets: { key: { file: key.txt } }\nconfigs: { conf: { file: key.txt } }');
    expect(await inside('shop-a-1', 'cat /run/secrets/key /etc/app.conf; echo x > /run/secrets/key || echo refused')).toMatch(/^0 hushhushrefused/);
  });

  it('gives secrets and configs that are no files to its containers: secrets from memory, and anew where they differ', async () => {
    const text = `
services:
  job:
    image: busybox:test
    command: [sh, -c, '${idle}']
    user: "1000"
    stop_grace_period: 0s
    secrets: [{ source: token, mode: 0400, uid: "1000" }]
    configs: [{ source: motd, target: /etc/motd }]
secrets: { token: { environment: TOKEN } }
configs: { motd: { content: "from the file\\n" } }
`;
    const token = 'a-secret-of-this-test-4711';
    const given = { environment: [{ name: 'TOKEN', value: token }] };
    await apply(text, given);
    expect(await inside('shop-job-1', 'sha256sum < /run/secrets/token; stat -c %a:%u /run/secrets/token; cat /etc/motd')).toBe(`0 ${createHash('sha256').update(token).digest('hex')}  -\n400:1000\nfrom the file`);
    expect(await inside('shop-job-1', 'echo no > /etc/motd')).toMatch(/^1 /);
    expect(actions(await apply(text, given))).toMatchObject({ 'shop-job-1': 'Kept' });
    expect(spawnSync('grep', ['-rla', token, host.root], { encoding: 'utf8' }).stdout).toBe('');
    expect((await container('shop-job-1')).mounts).toMatchObject([{ kind: 'File', target: '/run/secrets/token', inMemory: true }, { kind: 'File', target: '/etc/motd' }]);
    // As after a start of the host: what was in memory is gone.
    await engine.call('application/stop', { name: 'shop' });
    const { id } = await container('shop-job-1');
    rmSync(join(host.runFolders[0] ?? '', 'placed', id), { recursive: true });
    expect(await engine.call('container/start', { container: 'shop-job-1' }).catch(errorCode)).toBe('ContainerFileLost');
    expect(actions(await apply(text, given))).toMatchObject({ 'shop-job-1': 'Started' });
    expect(actions(await apply(text, { environment: [{ name: 'TOKEN', value: 'another' }] }))).toMatchObject({ 'shop-job-1': 'Recreated' });
    expect(await inside('shop-job-1', 'cat /run/secrets/token')).toBe('0 another');
  });

  it('starts those again that ask for it when what they depend on was made anew', async () => {
    const text = (level: string): string => `
services:
  base: { image: busybox:test, command: [sh, -c, '${idle}'], environment: { LEVEL: "${level}" } }
  follower: { image: busybox:test, command: [sh, -c, '${idle}'], depends_on: { base: { condition: service_started, restart: true } } }
  other: { image: busybox:test, command: [sh, -c, '${idle}'], depends_on: [base] }
`;
    await apply(text('1'));
    const before = await container('shop-follower-1');
    expect(actions(await apply(text('2')))).toMatchObject({ 'shop-base-1': 'Recreated', 'shop-follower-1': 'Restarted', 'shop-other-1': 'Kept' });
    expect(await container('shop-follower-1')).toMatchObject({ id: before.id, state: 'Running' });
    expect((await container('shop-follower-1')).startedAt).not.toBe(before.startedAt);
  });

  it('keeps the data of volumes without a name, and shares what is in memory and namespaces as its file says', async () => {
    const text = (level: string): string => `
services:
  main:
    image: busybox:test
    command: [sh, -c, '${idle}']
    environment: { LEVEL: "${level}" }
    volumes: [/own, "data:/data"]
    tmpfs: ["/fast:size=1m,mode=700"]
    ulimits: { nofile: { soft: 123, hard: 456 } }
    shm_size: 2m
  watcher:
    image: busybox:test
    command: [sh, -c, '${idle}']
    pid: service:main
    ipc: service:main
volumes: { data: { labels: { keep: long } } }
`;
    await apply(text('1'));
    expect(await inside('shop-main-1', 'echo x > /own/file; ulimit -Hn; stat -c %a /fast; df -k /fast | tail -n 1 | tr -s " " | cut -d " " -f 2; df -k /dev/shm | tail -n 1 | tr -s " " | cut -d " " -f 2')).toBe('0 456\n700\n1024\n2048');
    // Of the first process: older versions of runc give a further one the hard limit now and then (openFileRace).
    expect(await inside('shop-main-1', 'grep files /proc/1/limits')).toMatch(/^0 Max open files +123 +456 /);
    expect(await inside('shop-watcher-1', 'readlink /proc/1/ns/pid /proc/self/ns/ipc')).toBe(await inside('shop-main-1', 'readlink /proc/self/ns/pid /proc/self/ns/ipc'));
    expect((await engine.call('volume/list', {})).items.find(({ name }) => name === 'shop_data')).toMatchObject({ labels: [{ name: 'keep', value: 'long' }] });
    expect(actions(await apply(text('2')))).toMatchObject({ 'shop-main-1': 'Recreated', 'shop-watcher-1': 'Recreated' });
    expect(await inside('shop-main-1', 'cat /own/file')).toBe('0 x');
  });

  it('gives services the volumes of others, a domain and options of the resolver as its file says', async () => {
    const text = (more: string): string => `
services:
  lender: { image: busybox:test, stop_grace_period: 0s, command: [sh, -c, 'echo lent > /own/file; echo named > /named/file; ${idle}'], volumes: [/own, "data:/named"${more}] }
  user:
    image: busybox:test
    stop_grace_period: 0s
    command: [sh, -c, '${idle}']
    volumes_from: [lender:ro]
    hostname: box
    domainname: corp.example
    dns_opt: ["ndots:2"]
  other: { image: busybox:test, stop_grace_period: 0s, command: [sh, -c, '${idle}'], volumes_from: ["container:shop-lender-1"], volumes: ["mine:/named"], depends_on: [lender] }
volumes: { data: {}, mine: {} }
`;
    await apply(text(''));
    await expect.poll(() => inside('shop-user-1', 'cat /own/file /named/file')).toBe('0 lent\nnamed');
    expect(await inside('shop-user-1', 'touch /own/x 2>/dev/null || hostname -f; grep options /etc/resolv.conf')).toBe('0 box.corp.example\noptions ndots:2');
    expect(await inside('shop-other-1', 'cat /own/file; ls /named')).toBe('0 lent');
    // As always: what its file says is so already, and what changes there changes those that have it from there.
    expect(actions(await apply(text('')))).toMatchObject({ 'shop-lender-1': 'Kept', 'shop-user-1': 'Kept', 'shop-other-1': 'Kept' });
    expect(actions(await apply(text(', "mine:/more"')))).toMatchObject({ 'shop-lender-1': 'Recreated', 'shop-user-1': 'Recreated' });
    expect(await inside('shop-user-1', 'cat /own/file; ls -d /more')).toBe('0 lent\n/more');
  });

  it('gives the lines of all its containers in the order of time, old ones and new ones', async () => {
    const chatty = (name: string): string => `for n in 1 2 3 4 5; do echo ${name} $$n; sleep 0.15; done; echo last of ${name} >&2; ${idle}`;
    await apply(`
services:
  a: { image: busybox:test, stop_grace_period: 0s, command: [sh, -c, '${chatty('a')}'] }
  b: { image: busybox:test, stop_grace_period: 0s, command: [sh, -c, '${chatty('b')}'], scale: 2 }
`);
    type Line = { readonly time: string; readonly text: string; readonly service: string; readonly container: string; readonly stream: string };
    const read = async (params: Partial<Params<'application/log'>> = {}, seen: Line[] = []): Promise<readonly Line[]> => {
      const { lines } = await engine.call('application/log', { name: 'shop', ...params }, { onItem: (item) => { seen.push(item as Line); } });
      expect(lines).toBe(seen.length);
      return seen;
    };
    const live: Line[] = [];
    const following = read({ follow: true }, live);
    await expect.poll(() => live.length, { timeout: 10_000 }).toBe(18);
    const whole = await read();
    const ordered = (lines: readonly Line[]): boolean => lines.every(({ time }, index) => index === 0 || time >= (lines[index - 1]?.time ?? ''));
    expect(ordered(whole)).toBe(true);
    expect(ordered(live)).toBe(true);
    expect(new Set(live.map((line) => JSON.stringify(line)))).toEqual(new Set(whole.map((line) => JSON.stringify(line))));
    expect(new Set(whole.map(({ service, container: of }) => `${service} ${of}`))).toEqual(new Set(['a shop-a-1', 'b shop-b-1', 'b shop-b-2']));
    // Really among each other, and not one container after the other.
    expect(whole.slice(0, 6).map(({ container: of }) => of)).toEqual(expect.arrayContaining(['shop-a-1', 'shop-b-1', 'shop-b-2']));
    expect((await read({ tail: 1, services: ['b'] })).map(({ text }) => text)).toEqual(['last of b', 'last of b']);
    expect((await read({ only: 'stderr' })).length).toBe(3);
    expect((await read({ since: whole[9]?.time ?? '' })).length).toBe(whole.filter(({ time }) => time >= (whole[9]?.time ?? '')).length);
    expect(await engine.call('application/log', { name: 'shop', services: ['c'] }, { onItem: () => undefined }).catch(errorCode)).toBe('ParameterInvalid');
    await engine.call('application/stop', { name: 'shop' });
    expect((await following).length).toBe(18);
  });

  it('is completed by the next engine, whenever one is killed', async () => {
    const texts = [replicas(2, 'a', 'b'), replicas(3, 'b', 'c').replaceAll('"1000"', '"2000"')];
    for (const [index, delayMs] of [5, 40, 80, 120, 180, 250, 350, 500].entries()) {
      const text = texts[index % 2] ?? '';
      const doomed = await host.engine();
      await doomed.call('host/get', {});
      const asked = Promise.allSettled([apply(text, { removeOrphans: true }, doomed)]);
      await delay(delayMs);
      await host.kill(doomed);
      await asked;
      await apply(text, { removeOrphans: true });
      const expected = index % 2 === 0 ? ['shop-a-1', 'shop-b-1', 'shop-work-1', 'shop-work-2'] : ['shop-b-1', 'shop-c-1', 'shop-work-1', 'shop-work-2', 'shop-work-3'];
      expect((await containers()).map(({ name, state }) => `${name} ${state}`).sort()).toEqual(expected.map((name) => `${name} Running`));
      expect(new Set(Object.values(actions(await apply(text, { dryRun: true }))))).toEqual(new Set(['Kept']));
    }
  }, 120_000);
});
