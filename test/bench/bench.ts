/**
 * Measures Silo beside runc, Docker and Podman in one run and prints a table: one container and the engine, or,
 * with an argument, many containers and their logs, images, networks, `hcs`: the wrapper of the Host Compute Service on the simulator, or `machines`: utility VMs beside QEMU alone.
 * Everything it makes lies in a temp folder that is removed in the end.
 * `--rounds N` takes other than 15, or than 3 for images, whose rounds are long; `--count N` (containers) and
 * `--megabytes N` (of a log) other than 200 and 1000.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { linuxHostFacts } from '../../src/host/index.ts';
import { runFolderOf } from '../../src/open-linux.ts';
import { command } from './command.ts';
import { openImageSetting } from './image-setting.ts';
import { startDocker } from './peers/docker.ts';
import { isMissing, type MissingPeer, type Peer } from './peers/peer.ts';
import { startPodman } from './peers/podman.ts';
import { startRunc } from './peers/runc.ts';
import { peerVersions } from './peers/versions.ts';
import { buildRows } from './rows/build.ts';
import { cmdletRows } from './rows/cmdlet.ts';
import { containerRows, execRows } from './rows/containers.ts';
import { hcsRows } from './rows/hcs.ts';
import { importRows } from './rows/import.ts';
import { listingRows } from './rows/listing.ts';
import { logRows } from './rows/logs.ts';
import { manyContainerRows } from './rows/many-containers.ts';
import { networkRows } from './rows/networks.ts';
import { machineRows } from './rows/machines.ts';
import { memoryRows } from './rows/memory.ts';
import { pullRows } from './rows/pull.ts';
import { pushRows } from './rows/push.ts';
import { startUpRows } from './rows/start-up.ts';
import { unpackRows } from './rows/unpack.ts';
import { openSetting, type Setting } from './setting.ts';
import { formatTable, type Row } from './table.ts';

const { values, positionals } = parseArgs({ options: { rounds: { type: 'string' }, count: { type: 'string' }, megabytes: { type: 'string' } }, allowPositionals: true });
const selections = ['engine', 'containers', 'images', 'networks', 'hcs', 'machines'] as const;
const selection = positionals.length > 1 ? undefined : selections.find((each) => each === (positionals[0] ?? 'engine'));
if (selection === undefined) throw new Error(`what to measure is one of: ${selections.join(', ')}`);
const wholeNumber = (option: keyof typeof values, otherwise: number): number => {
  const value = Number(values[option] ?? otherwise);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${option} takes a whole number`);
  return value;
};
const rounds = wholeNumber('rounds', selection === 'images' ? 3 : 15);
const manyCount = wholeNumber('count', 200);
const logMegabytes = wholeNumber('megabytes', 1000);

/** A peer that doesn't work is told in a row; it never ends the run. */
const startPeers = async (folder: string, { archive, configPath }: Setting): Promise<readonly (Peer | MissingPeer)[]> => {
  const starts: readonly [string, (own: string) => Promise<Peer | MissingPeer>][] = [
    ['runc', (own) => startRunc(own, archive, configPath)],
    ['docker', (own) => startDocker(own, archive)],
    ['podman', (own) => startPodman(own, archive)],
  ];
  const peers: (Peer | MissingPeer)[] = [];
  for (const [name, start] of starts) {
    const own = join(folder, name);
    mkdirSync(own);
    console.log(`bench: setting up ${name}`);
    peers.push(await start(own));
  }
  return peers;
};

/** What can't be measured is a row too, and the run has failed; the other rows are still worth having. */
const rowsOrReason = async (what: string, rowsOf: () => Promise<Row[]>): Promise<Row[]> => {
  try {
    return await rowsOf();
  } catch (error) {
    process.exitCode = 1;
    return [{ what, measured: `FAILED: ${(error as Error).message.split('\n')[0] ?? ''}` }];
  }
};

/** Some peers leave mounts behind; a removal must not reach through them. */
const unmountBelow = async (folder: string): Promise<void> => {
  const targets = readFileSync('/proc/self/mountinfo', 'utf8').split('\n').map((line) => line.split(' ')[4] ?? '').filter((target) => target.startsWith(`${folder}/`));
  for (const target of targets.reverse()) await command('umount', ['--lazy', target]);
};

/** A container, the engine itself, builds and lists. */
const engineBench = async (folder: string): Promise<Row[]> => {
  const setting = await openSetting(folder);
  const rows: Row[] = [];
  try {
    const peers = await startPeers(folder, setting);
    const missing = peers.filter(isMissing).map((peer) => ({ what: `  against ${peer.name}`, measured: peer.missing }));
    const working = peers.filter((peer): peer is Peer => !isMissing(peer));
    try {
      console.log('bench: containers');
      rows.push(...await rowsOrReason('containers', () => containerRows(setting, working, missing, rounds)));
    } finally {
      for (const peer of working) await peer.close();
    }
    rows.push(...await rowsOrReason('engine memory', () => memoryRows(setting)));
    console.log('bench: builds');
    rows.push(...await rowsOrReason('builds', () => buildRows(setting, rounds)));
    console.log('bench: start of the engine');
    rows.push(...await rowsOrReason('engine start', () => startUpRows(setting, rounds)));
    console.log('bench: cmdlets');
    rows.push(...await rowsOrReason('cmdlets', () => cmdletRows(setting, Math.max(rounds, 30))));
    console.log('bench: imports');
    rows.push(...await rowsOrReason('imports', () => importRows(folder, rounds)));
    console.log('bench: lists');
    rows.push(...await rowsOrReason('lists', () => listingRows(setting, rounds)));
  } finally {
    await setting.close();
  }
  return rows;
};

/** All that is done with images; its rounds are as long as those of the others are short. */
const imageBench = async (folder: string): Promise<Row[]> => {
  console.log(`bench: ${await peerVersions('docker', 'podman', 'skopeo', 'umoci', 'buildah', 'tar', 'gzip')}`);
  const rows: Row[] = [];
  const setting = await openSetting(folder);
  try {
    console.log('bench: builds');
    rows.push(...await rowsOrReason('builds', () => buildRows(setting, 3 * rounds)));
  } finally {
    await setting.close();
  }
  console.log('bench: making an image');
  const images = await openImageSetting(folder);
  try {
    console.log('bench: pulls');
    rows.push(...await rowsOrReason('pulls', () => pullRows(images, rounds)));
    console.log('bench: pushes');
    rows.push(...await rowsOrReason('pushes', () => pushRows(images, setting.archive, rounds)));
    console.log('bench: unpacking');
    rows.push(...await rowsOrReason('unpacking', () => unpackRows(images, rounds)));
  } finally {
    await images.close();
  }
  return rows;
};

/** Docker is slow enough that fewer containers tell its rate; the whole run is to stay within some minutes. */
const dockerShare = 4;

/** Many containers at once, a process more, logs and statistics. */
const containersBench = async (folder: string): Promise<Row[]> => {
  const setting = await openSetting(folder);
  const rows: Row[] = [];
  try {
    const own = join(folder, 'runc');
    mkdirSync(own);
    const runc = await startRunc(own, setting.archive, setting.configPath);
    try {
      console.log('bench: a process more');
      const missing = isMissing(runc) ? [{ what: `  against ${runc.name}`, measured: runc.missing }] : [];
      rows.push(...await rowsOrReason('exec', () => execRows(setting, isMissing(runc) ? [] : [runc], missing, rounds)));
    } finally {
      if (!isMissing(runc)) await runc.close();
    }
    rows.push(...await rowsOrReason('logs', () => logRows(setting, { megabytes: logMegabytes, rounds })));
    rows.push(...await rowsOrReason('many containers', () => manyContainerRows(setting, { count: manyCount, dockerCount: Math.ceil(manyCount / dockerShare), rounds })));
  } finally {
    await setting.close();
  }
  return rows;
};

const networkBench = async (folder: string): Promise<Row[]> => {
  const setting = await openSetting(folder);
  try {
    console.log('bench: networks');
    return await rowsOrReason('networks', () => networkRows(setting, rounds));
  } finally {
    await setting.close();
  }
};

const machineBench = async (folder: string): Promise<Row[]> => {
  const setting = await openSetting(folder);
  try {
    console.log('bench: utility VMs');
    return await rowsOrReason('utility VMs', () => machineRows(setting, rounds));
  } finally {
    await setting.close();
  }
};

const benches = { engine: engineBench, containers: containersBench, images: imageBench, networks: networkBench, machines: machineBench, hcs: (folder: string): Promise<Row[]> => rowsOrReason('HCS', () => hcsRows(folder, rounds)) } as const;

if (process.getuid?.() !== 0) {
  console.log('bench: running containers needs root');
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), 'silo-bench-'));
try {
  console.log(`bench: Node ${process.versions.node}, Linux ${release()}, ${cpus().length} x ${cpus()[0]?.model ?? 'processor'}; medians of ${rounds} rounds in turns`);
  const rows = await benches[selection](folder);
  console.log(`\n${formatTable(rows)}`);
} finally {
  await unmountBelow(folder);
  rmSync(folder, { recursive: true, force: true });
  const runFolder = runFolderOf(join(folder, 'silo'), linuxHostFacts().bootId);
  await unmountBelow(runFolder);
  rmSync(runFolder, { recursive: true, force: true });
}
