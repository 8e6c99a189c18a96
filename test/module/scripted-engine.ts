/**
 * A scripted engine: it speaks the wire contract and plays behaviours that a test asks for by the name of
 * a container, so that the module's client can be tried without containers, on any system. It is not
 * the product; nothing outside of test/module starts it.
 *
 *   slow-<ms>       answers late (a cancelled request answers at once)   fail-<Code>   that error
 *   die             ends with exit code 7 without an answer             leave         the same with exit code 0
 *   once-<path>     dies on the first call, answers the second          absent-*      ContainerNotFound
 *   lines-<n>       has n lines of log                                  endless       never stops writing
 *   loud            writes 1 MB to its own stderr before it answers     ends-<n>      exits with code n
 *
 * Images: `…/slowly` takes its time to arrive, `older/…` runs in a utility VM alone, `missing/…` is not here until it is pulled, `nowhere/…` not in its registry either, and a registry that is
 * named `private…` wants the login me with hunter2. A build whose target is
 * `broken` fails, one whose target is `endless` never ends.
 *
 * SILO_SCRIPT is JSON: `record` (a file that gets one line for each event), `protocolVersion`,
 * `containers` (how many container/list has), `exitAtStart`, `idleExit` (ends with 0 after that many ms),
 * `listDelay` (the list of all containers comes so many ms later), `fail` (every request but initialize fails with that code), `secret` (stands wherever somebody might put one).
 */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { createMessageConnection, ParameterStructures, ResponseError, StreamMessageReader, StreamMessageWriter, type CancellationToken } from 'vscode-jsonrpc/node';
import { errorTable, SiloError, type ErrorCode } from '../../src/base/index.ts';
import { batchLines, maximumFrameBytes, methods, protocolVersion, streamWindowBytes, timeFields, type MethodDefinition } from '../../src/contract/index.ts';

interface Script {
  readonly record?: string;
  readonly protocolVersion?: number;
  readonly containers?: number;
  readonly exitAtStart?: number;
  readonly idleExit?: number;
  readonly fail?: ErrorCode;
  readonly listDelay?: number;
  readonly secret?: string;
}
type Fields = Record<string, unknown>;
const known: Record<string, MethodDefinition> = methods;

const script = JSON.parse(process.env['SILO_SCRIPT'] ?? '{}') as Script;
const record = (event: Fields): void => {
  if (script.record !== undefined) appendFileSync(script.record, `${JSON.stringify(event)}\n`);
};
if (script.exitAtStart !== undefined) process.exit(script.exitAtStart);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const epoch = '2026-01-02T03:04:05.678Z';
const idOf = (index: number): string => index.toString(16).padStart(64, '0');

const makeContainer = (name: string, index: number, changes: Fields = {}): Fields => ({
  id: idOf(index), name, image: 'docker.io/library/busybox:latest', imageDigest: `sha256:${idOf(7)}`, state: 'Running', exitCode: null, exitReason: null,
  oomKilled: false, startError: null, monitored: true, createdAt: epoch, startedAt: epoch, finishedAt: null, command: ['sh'],
  environment: [{ name: 'PATH', value: '/bin' }, { name: 'SECRET', value: 'hunter2]"' }], labels: [], mounts: [], ports: [], network: 'None', ipAddress: null, sandboxId: idOf(index),
  isolation: 'Auto', effectiveIsolation: 'Process', machineRoot: null, user: '', workingDirectory: '/', hostName: name, hasCredentialSpec: false, memoryBytes: null, cpuCount: null, autoRemove: false, restartPolicy: 'No', maximumRetries: null, restartCount: 0, health: null, healthOutput: null, terminal: false, pid: 100 + index,
  ...changes,
});

const application = (name: string): Fields => ({ name, state: 'Running', services: [{ name: 'web', replicas: 2, running: 1, healthy: null }], containers: [`${name}-web-1`], networks: [`${name}_default`], createdAt: epoch });

const oddLabels = [
  { name: 'iso', value: '2026-11-22T04:05:06Z' }, { name: 'day', value: '2026-11-22' }, { name: 'epoch', value: '/Date(0)/' }, { name: '', value: 'empty key' },
  { name: 'Path', value: 'upper' }, { name: 'PATH', value: 'all upper' }, { name: 'deep', value: `${'['.repeat(40)}${']'.repeat(40)}` },
  { name: '"name":', value: '{"name":"x","exitCode":1}' }, { name: 'control', value: '\u0001begins with U+0001' }, { name: 'korean', value: '\uCEE8\uD14C\uC774\uB108' }, { name: 'lines', value: 'a\r\nb' },
];
const secretly: Fields = script.secret === undefined ? {} : {
  command: ['sh', '-c', `login --password ${script.secret}`], environment: [{ name: 'DB_PASSWORD', value: script.secret }], labels: [{ name: 'note', value: script.secret }], healthOutput: script.secret, startError: script.secret,
};
const named = [
  makeContainer('web-1', 1, { labels: [{ name: 'tier', value: 'web' }], ...secretly }), makeContainer('web-2', 2, { state: 'Exited', exitCode: 0, exitReason: 'Exited', finishedAt: epoch, pid: null }),
  makeContainer('db', 3, { image: 'registry.example/db:1' }), makeContainer('odd', 4, { labels: oddLabels }),
];
const containers = script.containers === undefined ? named : Array.from({ length: script.containers }, (_, index) => makeContainer(`c${index}`, index + 1));
/** A leading slash means a name, as in the engine. */
const find = (slashed: string): Fields => {
  const reference = slashed.replace(/^\//, '');
  return containers.find((one) => one['name'] === reference || (one['id'] === reference && slashed === reference)) ?? makeContainer(reference, 999);
};

const image = (reference: string): Fields => ({
  reference: `docker.io/library/${reference}`, name: reference, id: `sha256:${idOf(8)}`, digest: `sha256:${idOf(7)}`, createdAt: null, importedAt: epoch,
  operatingSystem: 'linux', architecture: 'amd64', osVersion: null, layerCount: 1, sizeBytes: 4_500_000, storedBytes: 2_100_000, containers: [idOf(1)],
});
const isolation = (container: unknown): Fields => ({
  scope: container === undefined ? 'Host' : 'Container', containerId: container === undefined ? null : find(textOf(container))['id'], isolation: 'Auto', effectiveIsolation: 'Process', reason: 'the only one here', warning: null,
  available: [{ isolation: 'Process', available: true, reason: 'runc is installed', action: null }, { isolation: 'HyperV', available: false, reason: 'no hypervisor', action: 'Install-WindowsFeature -Name Hyper-V' }],
});
const processOf = (params: Fields, changes: Fields = {}): Fields => ({
  id: idOf(77), containerId: find(textOf(params['container']))['id'], command: params['command'], user: params['user'] ?? '', state: 'Running', pid: 4711, exitCode: null, startedAt: epoch, exitedAt: null, ...changes,
});

const fail = (code: ErrorCode, kind: 'container' | 'host' | 'network' | 'volume', id: string, operation: string): never => {
  const args = Object.fromEntries([...errorTable[code].message.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, name === 'id' ? id : `<${name}>`]));
  throw new SiloError(code, { args, target: { kind, id }, operation, native: { errno: 'ESCRIPT' } });
};

const onceDone = (path: string): boolean => {
  if (existsSync(path)) return true;
  writeFileSync(path, '');
  return false;
};

const until = (milliseconds: number, token: CancellationToken): Promise<void> => new Promise((resolve, reject) => {
  const timer = setTimeout(resolve, milliseconds);
  token.onCancellationRequested(() => {
    clearTimeout(timer);
    reject(new SiloError('OperationCancelled'));
  });
});

/** What the name of a container asks for, before the method's own answer. */
const play = async (name: string, method: string, token: CancellationToken): Promise<void> => {
  const [verb = '', ...rest] = name.split('-');
  const word = rest.join('-');
  if (verb === 'slow') await until(Number(word), token);
  if (verb === 'fail') fail(word as ErrorCode, 'container', name, method);
  if (verb === 'absent') fail('ContainerNotFound', 'container', name, method);
  if (verb === 'die') process.exit(7);
  if (verb === 'leave') process.exit(0);
  if (verb === 'once' && !onceDone(word)) process.exit(7);
  if (verb === 'loud') for (let count = 0; count < 1024; count += 1) process.stderr.write(`${'x'.repeat(1023)}\n`);
};

const makeNetwork = (name: string, index: number, users: readonly string[], changes: Fields = {}): Fields => ({
  id: idOf(index), name, driver: 'Nat', subnets: [{ prefix: '172.28.0.0/20', gateway: '172.28.0.1' }], parentInterface: null, vlanId: null, mtu: null, dnsServers: [], dnsSuffix: null, hostId: 'silo-0', problem: null, labels: [], containers: users, createdAt: epoch, ...changes,
});
const makeVolume = (name: string, changes: Fields = {}): Fields => ({ name, anonymous: false, path: `/var/lib/silo/volumes/${name}/data`, labels: [], containers: [], share: null, sizeBytes: null, createdAt: epoch, ...changes });
const makeAdapter = (container: Fields, network: string): Fields => ({
  id: idOf(41), containerId: container['id'], containerName: container['name'], networkId: idOf(31), network, attached: true, interfaceName: 'eth0', addresses: ['172.28.0.2/20'], gateways: ['172.28.0.1'], macAddress: '02:51:ac:1c:00:02', aliases: [], ports: ['8080:80/tcp'],
});

const connection = createMessageConnection(new StreamMessageReader(process.stdin), new StreamMessageWriter(process.stdout));

interface OpenStream { credit: number; most: number; wake: () => void }
const streams = new Map<string, OpenStream>();

/** Sends lines in batches under credit, and notes how much was ever unacknowledged. */
const sendLines = async (token: string, lines: Iterable<Fields>, cancelled: CancellationToken): Promise<number> => {
  const stream: OpenStream = { credit: streamWindowBytes, most: 0, wake: () => {} };
  streams.set(token, stream);
  cancelled.onCancellationRequested(() => stream.wake());
  let sent = 0;
  const send = async (items: Fields[]): Promise<void> => {
    const bytes = Buffer.byteLength(JSON.stringify(items));
    while (stream.credit < bytes && !cancelled.isCancellationRequested) await new Promise<void>((resolve) => { stream.wake = resolve; });
    if (cancelled.isCancellationRequested) throw new SiloError('OperationCancelled');
    stream.credit -= bytes;
    stream.most = Math.max(stream.most, streamWindowBytes - stream.credit);
    await connection.sendNotification('stream/data', ParameterStructures.byName, { stream: token, items, bytes });
    sent += items.length;
  };
  try {
    let batch: Fields[] = [];
    for (const line of lines) {
      batch.push(line);
      if (batch.length === batchLines) {
        await send(batch);
        batch = [];
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    if (batch.length > 0) await send(batch);
    return sent;
  } finally {
    streams.delete(token);
    record({ stream: token, mostUnacknowledgedBytes: stream.most, sent });
  }
};

const logLines = function* (name: string): Generator<Fields> {
  const count = name === 'endless' ? Infinity : Number(/^lines-(\d+)$/.exec(name)?.[1] ?? 3);
  for (let index = 1; index <= count; index += 1) yield { time: epoch, stream: index % 3 === 0 ? 'stderr' : 'stdout', text: `line ${index} of ${name}${name === 'endless' ? ' '.repeat(200) : ''}` };
};

/** Standard output as bytes: all values that a byte can have, and no line's end at the end. */
const byteLines: readonly Fields[] = [
  { time: epoch, stream: 'stdout', text: Buffer.from(Array.from({ length: 256 }, (_, value) => value)).toString('base64') },
  { time: epoch, stream: 'stderr', text: 'a warning' },
  { time: epoch, stream: 'stdout', text: Buffer.from([13, 10, 0]).toString('base64') },
];

const endlessBytes = function* (): Generator<Fields> {
  for (;;) yield { time: epoch, stream: 'stdout', text: Buffer.alloc(300).toString('base64') };
};

const exitCodeOf = (name: unknown): number => Number(/^ends-(\d+)$/.exec(textOf(name))?.[1] ?? 0);
const exited = (name: string): Fields => ({ ...find(name), state: 'Exited', exitCode: exitCodeOf(find(name)['name']), exitReason: 'Exited', finishedAt: epoch, pid: null });

/** Images of `older/…` are for an older Windows than the host: they run in a utility VM alone. */
const isOlder = (reference: unknown): boolean => textOf(reference).startsWith('older/');
const vmOnly = (reference: unknown): Fields => (isOlder(reference) ? { effectiveIsolation: 'HyperV' } : {});
const warningOf = (reference: unknown): string | null => (isOlder(reference) ? 'HyperV isolation is used: Windows Server 2022 (20348) runs images of Windows Server 2019 (17763.1) with Hyper-V isolation only.' : null);

const pulled = new Set<string>();
const isHere = (reference: string): boolean => !/^(missing|nowhere)\//.test(reference) || pulled.has(reference);
const requireImage = (reference: unknown, operation: string): void => {
  if (!isHere(textOf(reference))) throw new SiloError('ImageNotFound', { args: { reference: textOf(reference) }, target: { kind: 'image', id: textOf(reference) }, operation });
};
const logins = new Map<string, string>();
const login = (reference: string, credential: unknown): void => {
  const registry = reference.split('/')[0] ?? '';
  const given = credential as Fields | undefined;
  if (registry.startsWith('private') && !logins.has(registry) && given?.['secret'] !== 'hunter2') fail('RegistryLoginRequired', 'host', registry, 'login');
};
const tellProgress = async (token: unknown, activity: string, status: string, cancelled: CancellationToken, steps = 10): Promise<void> => {
  for (let step = 1; token !== undefined && step <= steps; step += 1) {
    await connection.sendNotification('$/progress', ParameterStructures.byName, { token, value: { activity, status, currentBytes: step * 1_000_000, totalBytes: steps * 1_000_000, completed: step === steps } });
    await until(60, cancelled);
  }
};

const hostService = { kind: 'Systemd', installed: true, running: true, unitPath: '/etc/systemd/system/silo-supervisor.service', taskName: null, restartNeeded: false };

const answers: Record<string, (params: Fields, token: CancellationToken) => unknown> = {
  shutdown: () => { setImmediate(() => process.exit(0)); return {}; },
  'rpc.discover': () => ({}),
  'host/get': () => ({
    name: 'scripted', operatingSystem: 'Linux', architecture: 'x64', osVersion: '12', kernelVersion: '6.1', engineVersion: '0.0.0', protocolVersion, nodeVersion: process.versions.node, enginePid: process.pid,
    engineMemoryBytes: process.memoryUsage().rss, root: '/tmp/scripted', logPath: '/tmp/scripted/engine.log', isolation: 'Auto', runtime: 'runc', snapshotter: 'overlay', cpuCount: 2, memoryBytes: 8_000_000_000,
    containerCount: containers.length, runningCount: 1, imageCount: 1, elevated: true,
  }),
  'host/test': () => ({ ready: false, requirements: [
    { name: 'runc', satisfied: true, detail: 'runc 1.1.5', remedy: null, neededFor: 'Everything' }, { name: 'conmon', satisfied: false, detail: 'not found', remedy: 'apt-get install conmon', neededFor: 'Everything' },
    { name: 'nested virtualisation', satisfied: false, detail: 'this virtual machine was given none', remedy: 'Set-VMProcessor -VMName <this virtual machine> -ExposeVirtualizationExtensions $true', neededFor: 'HyperV' },
  ] }),
  'host/log': async ({ stream, level, source, tail }, token) => {
    const lines = [
      { time: epoch, level: 'Information', source: 'Engine', processId: 7, message: 'the engine ends', data: '' },
      { time: epoch, level: 'Error', source: 'Supervisor', processId: 8, message: 'could not look after a container; trying again', data: '{"container":"web"}' },
      ...(script.secret === undefined ? [] : [{ time: epoch, level: 'Warning', source: 'Engine', processId: 7, message: `login with password=${script.secret} at https://me:${script.secret}@registry.example`, data: JSON.stringify({ headers: `Bearer ${script.secret}`, token: script.secret }) }]),
    ].filter((line) => (level !== 'Error' || line.level === 'Error') && (source === undefined || line.source === source));
    if (stream !== undefined) await sendLines(textOf(stream), tail === undefined ? lines : lines.slice(-Number(tail)), token);
    return {};
  },
  'host/settings': () => ({ files: [{ name: 'registries.json', text: '{ "mirrors": {} }' }], entries: [{ path: 'meta.db', kind: 'File', sizeBytes: 4096 }, { path: 'containers', kind: 'Folder', sizeBytes: 0 }] }),
  'host/install': ({ features }) => ({ service: { ...hostService, restartNeeded: Array.isArray(features) }, changed: true }),
  'host/uninstall': ({ removeStore, force }) => {
    if (removeStore === true && force !== true) fail('ContainerRunning', 'container', 'web-1', 'host/uninstall');
    return { service: { ...hostService, installed: false, running: false }, changed: true, storeRemoved: removeStore === true };
  },
  'image/import': async ({ progressToken, reference }, token) => {
    await tellProgress(progressToken, 'Layer 1', 'Unpacking', token);
    return { images: [image(textOf(reference ?? 'busybox:latest'))] };
  },
  'image/list': ({ reference }) => ({ items: reference === undefined ? [image('busybox:latest'), image('alpine:3.20')] : [image(textOf(reference))] }),
  'image/remove': ({ image: reference }) => ({ removed: [reference], reclaimedBytes: 12 }),
  'image/pull': async ({ reference, policy, progressToken, credential }, token) => {
    const wanted = textOf(reference);
    login(wanted, credential);
    if (wanted.startsWith('nowhere/')) fail('TagNotFound', 'host', wanted, 'image/pull');
    const changed = policy === 'Always' ? wanted !== 'busybox:latest' : !isHere(wanted);
    if (changed && wanted.endsWith('/slowly')) for (const [activity, status] of [['Layer 0123456789ab', 'Downloading'], ['Layer 1 of 1', 'Unpacking']] as const) await tellProgress(progressToken, activity, status, token);
    pulled.add(wanted);
    return { images: [image(wanted)], changed };
  },
  'image/push': ({ image: reference, destination, credential }) => {
    login(textOf(destination ?? reference), credential);
    return { reference: destination ?? reference, digest: `sha256:${idOf(7)}`, uploadedBytes: 2_100_000, skippedLayers: 1 };
  },
  'image/find': ({ registry, repository, credential }) => {
    login(textOf(registry), credential);
    const from = registry ?? 'docker.io';
    if (repository === undefined) return { items: ['library/busybox', 'team/app', 'team/tools'].map((name) => ({ registry: from, repository: name, tag: null })) };
    return { items: ['1.0', '1.1', 'latest'].map((tag) => ({ registry: from, repository, tag })) };
  },
  'image/referrers': () => ({ items: [{ digest: `sha256:${idOf(11)}`, artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json', mediaType: 'application/vnd.oci.image.manifest.v1+json', sizeBytes: 500 }] }),
  'image/test': ({ image: reference }) => {
    const name = textOf(reference);
    const runs = !name.startsWith('windows/');
    return {
      reference: name, local: isHere(name) && runs, intact: runs ? !name.startsWith('damaged/') : null, damaged: name.startsWith('damaged/') ? [`sha256:${idOf(9)}`] : [],
      compatibility: { platform: runs ? 'linux/amd64' : 'windows/amd64', imageBuild: runs ? null : '20348', hostBuild: null, processIsolation: runs, hyperVIsolation: false, reason: runs ? 'it is made for this host' : 'this host does not run Windows', suggestedTag: null },
    };
  },
  'registry/connect': ({ registry, credential }) => {
    const { userName, secret } = credential as Fields;
    if (secret !== 'hunter2') fail('RegistryLoginRequired', 'host', textOf(registry), 'registry/connect');
    logins.set(textOf(registry), textOf(userName));
    return { registry, userName, kept: textOf(registry).startsWith('helped') ? 'CredentialHelper' : 'Engine' };
  },
  'registry/disconnect': ({ registry }) => ({ removed: logins.delete(textOf(registry)) }),
  'image/tag': ({ image: reference, reference: further, force }) => {
    if (further === 'taken:1' && force !== true) fail('ImageReferenceInUse', 'host', textOf(further), 'image/tag');
    return { image: { ...image(textOf(further)), id: image(textOf(reference))['id'] } };
  },
  'image/history': () => ({ items: [
    { createdAt: epoch, createdBy: 'CMD ["sh"]', comment: '', author: '', emptyLayer: true, digest: null, sizeBytes: 0 },
    { createdAt: epoch, createdBy: 'ADD rootfs.tar /', comment: 'made', author: 'me', emptyLayer: false, digest: `sha256:${idOf(9)}`, sizeBytes: 4_500_000 },
  ] }),
  'image/layers': ({ image: reference, orphaned }) => ({ items: [{
    digest: `sha256:${idOf(9)}`, diffId: `sha256:${idOf(10)}`, chainId: `sha256:${idOf(10)}`, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', storedBytes: 2_100_000, sizeBytes: orphaned === true ? null : 4_500_000,
    images: orphaned === true ? [] : [`docker.io/library/${textOf(reference ?? 'busybox:latest')}`], unpacked: orphaned !== true,
  }] }),
  'image/export': ({ path, images, force }) => {
    if (textOf(path).endsWith('taken.tar') && force !== true) fail('PathExists', 'host', textOf(path), 'image/export');
    return { path, sizeBytes: 2_100_512, digests: (images as string[]).map(() => `sha256:${idOf(7)}`) };
  },
  'image/build': async ({ stream, target, references, progressToken }, token) => {
    await tellProgress(progressToken, 'Build of /tmp', 'RUN', token, 2);
    if (stream !== undefined) await sendLines(textOf(stream), logLines(target === 'endless' ? target : 'lines-6'), token);
    if (target === 'broken') throw new SiloError('BuildStepFailed', { args: { line: 3, instruction: 'RUN', exitCode: 2 }, operation: 'image/build' });
    return { image: image(textOf((references as string[] | undefined)?.[0] ?? 'built:latest')), cachedSteps: 1, steps: 2 };
  },
  'container/copy': ({ containerPath, hostPath, direction }) => ({ path: direction === 'ToContainer' ? textOf(containerPath) : textOf(hostPath), files: 1, folders: 0, links: 0, sizeBytes: 5, skipped: textOf(containerPath) === '/run' ? ['/run/socket'] : [] }),
  'container/changes': () => ({ items: [{ path: '/etc', kind: 'Modified' }, { path: '/etc/new', kind: 'Added' }, { path: '/old', kind: 'Deleted' }] }),
  'container/export': ({ path }) => ({ path: textOf(path), sizeBytes: 10_240 }),
  'container/commit': ({ reference }) => ({ image: image(textOf(reference ?? 'committed:latest')) }),
  'store/get': () => ({
    path: '/var/lib/silo', fileSystem: 'ext4', capacityBytes: 64_000_000_000, freeBytes: 20_000_000_000, contentCount: 3, contentBytes: 2_100_512, layerCount: 1, layerBytes: 4_500_000,
    containerCount: 2, containerBytes: 8192, volumeCount: 2, volumeBytes: 65_536, buildCacheBytes: 0, logBytes: 12_288, reclaimableBytes: 4_500_512,
  }),
  'store/optimize': ({ dryRun }) => ({ items: [{ kind: 'Image', id: 'docker.io/library/old:1', sizeBytes: 4_500_000, reason: 'no container uses it', action: dryRun === true ? 'WouldRemove' : 'Removed' }, { kind: 'Blob', id: `sha256:${idOf(9)}`, sizeBytes: 512, reason: 'nothing needs it', action: dryRun === true ? 'WouldRemove' : 'Removed' }], reclaimedBytes: 4_500_512 }),
  'store/repair': ({ dryRun }) => ({ items: [{ kind: 'Ingest', id: 'ingest-1', sizeBytes: 100, reason: 'its engine is gone', action: dryRun === true ? 'WouldRepair' : 'Repaired' }] }),
  'store/move': ({ path }) => ({ path, movedBytes: 12_000_000 }),
  'container/create': ({ name, ifNotExists, image: wanted }) => {
    requireImage(wanted ?? 'busybox:latest', 'container/create');
    return { container: makeContainer(textOf(name ?? 'made-up'), 50, { state: 'Created', ...vmOnly(wanted) }), existed: ifNotExists === true, warning: warningOf(wanted) };
  },
  'container/start': ({ container }) => ({ container: find(textOf(container)), changed: find(textOf(container))['name'] !== 'web-1' }),
  'container/stop': ({ container }) => ({ container: exited(String(container)), changed: find(textOf(container))['name'] !== 'web-2', stopReason: 'Graceful', durationMilliseconds: 5 }),
  'container/wait': ({ container }) => ({ container: exited(String(container)) }),
  'container/statistics': ({ containers: wanted, sampleMilliseconds }) => ({
    items: (wanted === undefined ? containers.filter((one) => one['state'] === 'Running') : (wanted as string[]).map(find)).map((one) => ({
      containerId: one['id'], name: one['name'], time: epoch, cpuPercent: Number(sampleMilliseconds) > 0 ? 12.5 : null, cpuMicroseconds: 1_500_000, memoryBytes: 20_000_000, memoryLimitBytes: null, processCount: 3,
      readBytes: 4096, writtenBytes: 0, receivedBytes: null, sentBytes: null,
    })),
  }),
  'container/update': ({ container, memoryBytes }) => ({ container: { ...find(textOf(container)), memoryBytes: memoryBytes ?? null } }),
  'event/list': async ({ stream }, token) => {
    const events = [1, 2, 3].map((seq) => ({ seq, time: epoch, kind: seq === 3 ? 'container/exit' : 'container/start', subject: idOf(1), attributes: [{ name: 'name', value: 'web-1' }] }));
    if (stream !== undefined) await sendLines(textOf(stream), events, token);
    return { lastSeq: 3 };
  },
  'container/foreign': () => ({ items: [{ id: 'f'.repeat(64), name: 'theirs', state: 'Running', owner: 'docker', pid: 4711, createdAt: '2026-11-22T10:00:00.000Z' }] }),
  'application/list': ({ names }) => ({ items: (Array.isArray(names) ? names.map(textOf) : ['shop', 'blog']).map((name) => (name === 'absent' ? fail('ApplicationNotFound', 'host', name, 'application/list') : application(name))) }),
  'application/apply': async ({ dryRun, stream }, token) => {
    if (stream !== undefined) await sendLines(textOf(stream), logLines('lines-2'), token);
    return { name: 'shop', items: [{ kind: 'Container', name: 'shop-web-1', service: 'web', action: dryRun === true ? 'WouldCreate' : 'Created', reason: 'it is not there' }], warnings: ['The variable TAG is not set; it is taken for an empty text.'] };
  },
  'application/start': ({ name }) => ({ application: application(textOf(name)), changed: name !== 'shop' }),
  'application/stop': ({ name }) => ({ application: application(textOf(name)), changed: name !== 'shop' }),
  'application/log': async ({ name, stream }, token) => {
    if (name === 'gone') fail('ApplicationNotFound', 'host', 'gone', 'application/log');
    await sendLines(textOf(stream), [...logLines('lines-2')].map((line, index) => ({ ...line, service: index === 0 ? 'web' : 'db', container: `shop-${index === 0 ? 'web' : 'db'}-1` })), token);
    return { lines: 2 };
  },
  'application/remove': ({ name, dryRun, force }) => ({ items: name === 'gone' ? (force === true ? [] : fail('ApplicationNotFound', 'host', 'gone', 'application/remove')) : [{ kind: 'Container', name: `${textOf(name)}-web-1`, service: 'web', action: dryRun === true ? 'WouldRemove' : 'Removed', reason: 'it belongs to the application' }] }),
  'network/list': ({ networks }) => {
    const networkList = [makeNetwork('nat', 31, ['web-1']), makeNetwork('front', 32, [])];
    if (!Array.isArray(networks)) return { items: networkList };
    return { items: networks.map((name) => networkList.find((network) => network['name'] === name || network['id'] === name) ?? fail('NetworkNotFound', 'network', textOf(name), 'network/list')) };
  },
  'network/create': ({ name, driver }) => ({ network: makeNetwork(textOf(name), 33, [], { driver: driver ?? 'Nat' }) }),
  'network/remove': ({ network, force }) => (network === 'absent' ? (force === true ? { removed: false, id: null } : fail('NetworkNotFound', 'network', 'absent', 'network/remove')) : { removed: true, id: idOf(31) }),
  'volume/list': ({ volumes, size }) => {
    const sizeBytes = size === true ? 4096 : null;
    const volumeList = [makeVolume('data', { containers: ['web-1', 'db'], sizeBytes }), makeVolume('database', { labels: [{ name: 'tier', value: 'data' }], sizeBytes }), makeVolume(idOf(51), { anonymous: true, containers: ['web-2'], sizeBytes })];
    if (!Array.isArray(volumes)) return { items: volumeList };
    return { items: volumes.map((name) => volumeList.find((volume) => volume['name'] === name) ?? fail('VolumeNotFound', 'volume', textOf(name), 'volume/list')) };
  },
  'volume/create': ({ name, labels, share }) => {
    const { credential, ...shown } = (share ?? {}) as Fields;
    const account = credential as Fields | undefined;
    const shareFields = share === undefined ? {} : { path: shown['source'], share: { ...(account === undefined ? {} : { userName: account['userName'] }), ...shown } };
    return { volume: makeVolume(typeof name === 'string' ? name : idOf(52), { labels: labels ?? [], ...shareFields }), existed: name === 'data' };
  },
  'volume/remove': ({ volume, force }) => {
    if (volume === 'absent' && force !== true) return fail('VolumeNotFound', 'volume', 'absent', 'volume/remove');
    return volume === 'held' ? fail('VolumeInUse', 'volume', 'held', 'volume/remove') : { removed: volume !== 'absent', name: volume };
  },
  'volume/prune': ({ dryRun }) => ({ items: [{ name: 'database', sizeBytes: 4096, reason: 'no container mounts it', action: dryRun === true ? 'WouldRemove' : 'Removed' }], reclaimedBytes: 4096 }),
  'network/connect': ({ container, network }) => ({ adapter: makeAdapter(find(textOf(container)), textOf(network)), changed: network !== 'nat' }),
  'network/disconnect': ({ network }) => ({ changed: network === 'nat' }),
  'network/repair': ({ dryRun }) => ({ items: [{ kind: 'Network', id: idOf(31), name: 'nat', problem: 'the host does not have it', action: dryRun === true ? 'WouldRepair' : 'Repaired' }] }),
  'network/adapters': ({ container }) => ({ items: [makeAdapter(container === undefined ? find('/web-1') : find(textOf(container)), 'nat')] }),
  'process/stop': (params) => ({ process: processOf({ ...params, command: ['sh'] }, { state: 'Exited', exitCode: 143, exitedAt: epoch }) }),
  'container/pause': ({ container }) => ({ container: { ...find(textOf(container)), state: 'Paused' }, changed: true }),
  'container/resume': ({ container }) => ({ container: find(textOf(container)), changed: find(textOf(container))['name'] !== 'web-1' }),
  'container/restart': ({ container }) => ({ container: find(textOf(container)), stopReason: 'Graceful', durationMilliseconds: 5 }),
  'container/specification': ({ container }) => ({
    specification: {
      image: 'docker.io/library/busybox:latest', name: find(textOf(container))['name'], isolation: 'Auto', environment: [{ name: 'A', value: '1' }],
      networks: [{ network: 'front', addresses: ['10.9.0.4'] }, { network: 'back', aliases: ['db'] }],
    },
    omitted: [{ kind: 'Variable', name: 'DB_PASSWORD' }, { kind: 'CredentialSpec', name: '' }, { kind: 'File', name: '/run/secrets/key' }, { kind: 'Share', name: '/share' }],
  }),
  'container/rename': ({ container, name }) => {
    if (name === 'db') fail('ContainerNameInUse', 'container', textOf(name), 'container/rename');
    return { container: { ...find(textOf(container)), name } };
  },
  'container/list': async ({ containers: wanted, states, limit, cursor }, token) => {
    if (wanted === undefined && script.listDelay !== undefined) await until(script.listDelay, token);
    const chosen = (wanted === undefined ? containers : (wanted as string[]).map(find)).filter((one) => states === undefined || (states as string[]).includes(textOf(one['state'])));
    const start = Number(cursor ?? 0);
    const end = start + Number(limit ?? 1000);
    return { items: chosen.slice(start, end), next: end < chosen.length ? String(end) : null };
  },
  'container/remove': ({ container }) => ({ removed: true, id: find(textOf(container))['id'] }),
  'container/run': async ({ name, stream, image: wanted, outputBytes }, token) => {
    requireImage(wanted, 'container/run');
    if (stream !== undefined) await sendLines(textOf(stream), outputBytes === true ? (name === 'endless' ? endlessBytes() : byteLines) : logLines(textOf(name ?? 'nameless')), token);
    return { container: { ...exited(textOf(name ?? 'made-up')), ...vmOnly(wanted) }, warning: warningOf(wanted) };
  },
  'container/log': async ({ container, stream }, token) => ({ lines: stream === undefined ? 0 : await sendLines(textOf(stream), logLines(textOf(find(textOf(container))['name'])), token) }),
  'process/start': (params) => ({ process: processOf(params) }),
  'process/run': async (params, token) => {
    if (params['stream'] !== undefined) await sendLines(textOf(params['stream']), params['outputBytes'] === true ? byteLines : logLines('lines-3'), token);
    return { process: processOf(params, { state: 'Exited', exitCode: Number((params['command'] as string[])[1] ?? 0), exitedAt: epoch, pid: null }) };
  },
  'process/wait': (params) => ({ process: processOf(params, { state: 'Exited', exitCode: 0, exitedAt: epoch }) }),
  'process/list': (params) => ({ items: [processOf({ ...params, command: ['sh'] })] }),
  'isolation/get': ({ container }) => isolation(container),
  'isolation/set': ({ container, isolation: wanted }) => ({ ...isolation(container), isolation: wanted }),
};

const times = new Set(timeFields());
const looksLikeDate = /^\d{4}-\d\d-\d\d|^\/Date\(|^\\\/Date\(/;
let escapes = false;
const guard = (value: unknown, name = ''): unknown => {
  if (typeof value === 'string') return !times.has(name) && (value.startsWith('\u0001') || looksLikeDate.test(value)) ? `\u0001${value}` : value;
  if (Array.isArray(value)) return value.map((item) => guard(item));
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, guard(item, key)]));
  return value;
};

const referenceIn = (params: Fields): string => textOf(params['container'] ?? (params['containers'] as string[] | undefined)?.[0] ?? params['name'] ?? params['image']).replace(/^\//, '');

let idle: NodeJS.Timeout | undefined;
const restTimer = (): void => {
  clearTimeout(idle);
  if (script.idleExit !== undefined) idle = setTimeout(() => process.exit(0), script.idleExit);
};

connection.onRequest(async (method: string, parameters: unknown, token: CancellationToken) => {
  const params = (parameters ?? {}) as Fields;
  clearTimeout(idle);
  record({ method, params, changes: !(known[method]?.readOnly ?? false) && params['dryRun'] !== true });
  token.onCancellationRequested(() => record({ cancelled: method }));
  try {
    if (method === 'initialize') {
      escapes = (params['capabilities'] as Fields | undefined)?.['escapeDateLikeText'] === true;
      return { protocolVersion: script.protocolVersion ?? protocolVersion, engine: { name: 'scripted engine', version: '0.0.0', pid: process.pid }, capabilities: { methods: Object.keys(known), streamWindowBytes, maximumFrameBytes } };
    }
    if (script.fail !== undefined) fail(script.fail, 'host', 'scripted', method);
    await play(referenceIn(params), method, token);
    const answer = await answers[method]?.(params, token);
    return escapes ? guard(answer) : answer;
  } catch (error) {
    if (!(error instanceof SiloError)) throw error;
    const { code, class: errorClass, message, action, args, target, operation, native, retryable } = error;
    const category = errorClass;
    throw new ResponseError(error.rpcCode, message, { code, class: errorClass, category, message, action, args, target, operation, native, retryable });
  } finally {
    restTimer();
  }
});
connection.onNotification('stream/credit', ({ stream, bytes }: { stream: string; bytes: number }) => {
  const open = streams.get(stream);
  if (open === undefined) return;
  open.credit += bytes;
  open.wake();
});
process.on('SIGINT', () => {});
connection.onClose(() => process.exit(0));
process.stdin.on('end', () => process.exit(0));
connection.listen();
restTimer();
