import { createReadStream, createWriteStream, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { command, findProgram } from '../command.ts';
import { measure } from '../measure.ts';
import { imageName, type Setting } from '../setting.ts';
import { megabytes, milliseconds, times, type Row } from '../table.ts';

const goals = { bytesPerSecond: 200e6, tailMs: 50 };
const lineBytes = 100;
const tail = 100;
const runPatienceMs = 120_000;
/** In the container. */
const linesPath = '/lines';

/** Numbered lines of 100 bytes with their ends: what is missing, or out of its place, can be seen. */
const writeLines = async (path: string, lines: number): Promise<void> => {
  const file = createWriteStream(path);
  const filling = 'x'.repeat(lineBytes - 12);
  const batch = 10_000;
  for (let first = 0; first < lines; first += batch) {
    const text = Array.from({ length: Math.min(batch, lines - first) }, (_, index) => `${String(first + index).padStart(10, '0')} ${filling}\n`).join('');
    if (!file.write(text)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
};

const [space, newLine, wholeTag] = [32, 10, 'F'.charCodeAt(0)];

/** Lines of a log's files, the oldest first, that came in their order; the first that did not ends the count. A line is `time stream tag text`, and one in pieces has the tag P on all but the last. */
const countLines = async (paths: readonly string[]): Promise<number> => {
  let expected = 0;
  let pieces: Buffer[] = [];
  for (const path of paths) {
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of createReadStream(path, { highWaterMark: 4 << 20 })) {
      const data = rest.length === 0 ? chunk as Buffer : Buffer.concat([rest, chunk as Buffer]);
      let start = 0;
      for (let end = data.indexOf(newLine, start); end >= 0; end = data.indexOf(newLine, start)) {
        const tag = data.indexOf(space, start) + ' stdout '.length;
        pieces.push(data.subarray(tag + 2, end));
        start = end + 1;
        if (data[tag] !== wholeTag) continue;
        const line = pieces.length === 1 ? pieces[0] ?? rest : Buffer.concat(pieces);
        if (line.length !== lineBytes - 1 || Number(line.toString('latin1', 0, 10)) !== expected) return expected;
        expected += 1;
        pieces = [];
      }
      rest = data.subarray(start);
    }
  }
  return expected;
};

const logFiles = (folder: string): readonly string[] => readdirSync(folder).filter((name) => /^log(\.\d+)?$/.test(name))
  .sort((one, other) => Number(other.split('.')[1] ?? 0) - Number(one.split('.')[1] ?? 0)).map((name) => join(folder, name));

interface Written { readonly bytesPerSecond: number; readonly lines: number; readonly files: number }

/** Time from the start of the container to its recorded end; `look` may ask for its log before it is removed. */
const throughSilo = async ({ engine, root }: Setting, linesFile: string, { maximumSizeBytes, keptFiles }: { readonly maximumSizeBytes: number; readonly keptFiles: number }, look: (id: string) => Promise<void> = () => Promise.resolve()): Promise<Written> => {
  const { container: { id } } = await engine.call('container/create', {
    image: imageName, command: ['/bin/cat', linesPath], network: 'None', logLimits: { maximumSizeBytes, keptFiles }, mounts: [{ kind: 'Bind', source: linesFile, target: linesPath, readOnly: true }],
  });
  try {
    const began = performance.now();
    await engine.call('container/start', { container: id });
    await engine.call('container/wait', { container: id, timeoutSeconds: runPatienceMs / 1000 });
    const seconds = (performance.now() - began) / 1000;
    const files = logFiles(join(root, 'containers', id));
    const lines = await countLines(files);
    await look(id);
    return { bytesPerSecond: statSync(linesFile).size / seconds, lines, files: files.length };
  } finally {
    await engine.call('container/remove', { container: id, force: true });
  }
};

/** conmon and runc with nobody beside them, over the bundle that Silo made for another container. */
const throughConmon = async (folder: string, archive: string, configPath: string, linesFile: string): Promise<Written | string> => {
  const [runc, conmon] = [findProgram('runc'), findProgram('conmon')];
  if (runc === undefined || conmon === undefined) return 'runc or conmon is not installed';
  const [bundle, rootFolder, exits, state] = [join(folder, 'bundle'), join(folder, 'rootfs'), join(folder, 'exits'), join(folder, 'state')];
  for (const path of [bundle, rootFolder, exits]) mkdirSync(path, { recursive: true });
  await command('tar', ['--extract', '--file', archive, '--directory', rootFolder]);
  const config = JSON.parse(readFileSync(configPath, 'utf8')) as { process: { args: string[] }; root: { path: string }; mounts: object[]; linux: { namespaces: { type: string; path?: string }[]; cgroupsPath?: string } };
  config.process.args = ['/bin/cat', linesPath];
  config.root = { ...config.root, path: rootFolder };
  config.mounts.push({ destination: linesPath, type: 'bind', source: linesFile, options: ['bind', 'ro'] });
  for (const namespace of config.linux.namespaces) if (namespace.type === 'network') delete namespace.path;
  config.linux.cgroupsPath = `/silo-bench-${process.pid}/logs`;
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(config));
  const log = join(folder, 'log');
  const pidFile = join(folder, 'conmon-pid');
  const id = `silo-bench-${process.pid}`;
  try {
    await command(conmon, ['--api-version', '1', '--cid', id, '--cuuid', id, '--name', id, '--runtime', runc, '--runtime-arg', `--root=${state}`, '--bundle', bundle, '--exit-dir', exits,
      '--log-path', `k8s-file:${log}`, '--log-level', 'error', '--no-sync-log', '--full-attach', '--container-pidfile', join(folder, 'pid'), '--conmon-pidfile', pidFile], process.env, { discardOutput: true });
    for (const began = performance.now(); !existsSync(join(folder, 'pid')); await delay(10)) if (performance.now() - began > 10_000) return 'conmon did not make the container';
    const began = performance.now();
    await command(runc, ['--root', state, 'start', id]);
    while (!existsSync(join(exits, id))) {
      if (performance.now() - began > runPatienceMs) return 'the container did not end';
      await delay(5);
    }
    const seconds = (performance.now() - began) / 1000;
    return { bytesPerSecond: statSync(linesFile).size / seconds, lines: await countLines([log]), files: 1 };
  } finally {
    await command(runc, ['--root', state, 'delete', '--force', id]).catch(() => '');
    rmSync(log, { force: true });
  }
};

/** How fast what a container writes gets into its log, with and without files turned over, and how fast the end of a long log is found. */
export const logRows = async (setting: Setting, { megabytes: size, rounds }: { readonly megabytes: number; readonly rounds: number }): Promise<Row[]> => {
  const { folder, archive, configPath, engine } = setting;
  const own = join(folder, 'logs');
  mkdirSync(own);
  const lines = size * 10_000;
  const linesFile = join(own, 'lines');
  console.log(`bench: logs of ${size} MB`);
  await writeLines(linesFile, lines);
  try {
    const rowOf = (what: string, written: Written): Row => ({
      what, measured: `${megabytes(written.bytesPerSecond)}/s, ${written.lines} of ${lines} lines in ${written.files} file(s)`,
      goal: { text: `at least ${goals.bytesPerSecond / 1e6} MB/s, all lines`, reached: written.bytesPerSecond >= goals.bytesPerSecond && written.lines === lines },
    });
    const alone = await throughConmon(own, archive, configPath, linesFile);
    let tailRow: Row | undefined;
    const whole = await throughSilo(setting, linesFile, { maximumSizeBytes: 1e12, keptFiles: 1 }, async (id) => {
      const tailed = (await measure([{
        name: 'tail',
        round: async () => {
          let [got, last] = [0, ''];
          const began = performance.now();
          await engine.call('container/log', { container: id, tail }, { onItem: (item) => { got += 1; last = (item as { text: string }).text; } });
          const took = performance.now() - began;
          if (got !== tail || Number(last.slice(0, 10)) !== lines - 1) throw new Error(`the last ${tail} lines were asked for; ${got} came, to ${last.slice(0, 10)}`);
          return took;
        },
      }], { rounds })).get('tail');
      if (tailed !== undefined) tailRow = { what: `last ${tail} lines of a log of ${size} MB`, measured: `${milliseconds(tailed.medianMs)} (${milliseconds(tailed.leastMs)} to ${milliseconds(tailed.mostMs)})`, goal: { text: `at most ${goals.tailMs} ms`, reached: tailed.medianMs <= goals.tailMs } };
    });
    const turned = await throughSilo(setting, linesFile, { maximumSizeBytes: Math.max(1, Math.round(size / 8)) * 1_000_000, keptFiles: 1000 });
    return [
      rowOf(`log of lines of ${lineBytes} bytes, ${size} MB`, whole),
      typeof alone === 'string' ? { what: '  against conmon alone', measured: alone } : { what: `  against conmon alone (${megabytes(alone.bytesPerSecond)}/s, ${alone.lines} lines)`, measured: times(whole.bytesPerSecond / alone.bytesPerSecond) },
      rowOf('the same, turned over while it is written', turned),
      ...(tailRow === undefined ? [] : [tailRow]),
    ];
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
};
