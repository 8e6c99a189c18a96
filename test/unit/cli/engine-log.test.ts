import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import { SiloError } from '../../../src/base/index.ts';
import { createLogger } from '../../../src/cli/index.ts';

const limitBytes = 10 * 1024 * 1024;

let folder: string;
let path: string;
let stderr: MockInstance<typeof process.stderr.write>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'silo-engine-log-'));
  path = join(folder, 'log/engine.log');
  stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

const written = (file = path): readonly Record<string, unknown>[] => readFileSync(file, 'utf8').split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
const shown = (): readonly unknown[] => stderr.mock.calls.map(([line]) => JSON.parse(String(line)) as unknown);

describe("the engine's log", () => {
  it('is JSON lines with time, level and process, on standard error and in a file that is for its owner alone', () => {
    createLogger(path, 'info').info({ container: 'web' }, 'started\nthen');
    expect(written()).toEqual([{ level: 30, time: expect.stringMatching(/^\d{4}-.*Z$/), pid: process.pid, container: 'web', msg: 'started\nthen' }]);
    expect(shown()).toEqual(written());
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(path)).mode & 0o077).toBe(0);
  });

  it.each([['debug', ['debug', 'info', 'warn', 'error']], ['warn', ['warn', 'error']], ['no such level', ['info', 'warn', 'error']]])('has the level %s', (level, expected) => {
    const log = createLogger(path, level);
    for (const name of ['debug', 'info', 'warn', 'error'] as const) log[name]({}, name);
    expect(written().map(({ msg }) => msg)).toEqual(expected);
    expect(shown().length).toBe(expected.length);
  });

  it('takes its level from the environment', () => {
    vi.stubEnv('SILO_LOG_LEVEL', 'error');
    createLogger(path).warn({}, 'quiet');
    expect(stderr).not.toHaveBeenCalled();
  });

  it('tells errors with code and cause', () => {
    createLogger(path, 'info').error({ err: new SiloError('StoreBusy', { cause: new Error('the cause') }) }, 'failed');
    expect(JSON.stringify(written()[0]?.['err'])).toMatch(/StoreBusy.*the cause|the cause.*StoreBusy/);
  });

  it.each(['password', 'credential', 'secret', 'token'])('never has a %s in it', (name) => {
    const log = createLogger(path, 'info');
    const hidden = 'the hidden thing';
    log.info({ [name]: hidden }, 'at the top');
    log.info({ login: { [name]: hidden, user: 'me' } }, 'in a field');
    log.info({ request: { login: { [name]: hidden } } }, 'deeper');
    log.error({ err: new SiloError('StoreBusy', { args: { [name]: hidden } }) }, 'in the arguments of an error');
    expect(written().length).toBe(4);
    expect(readFileSync(path, 'utf8')).not.toContain(hidden);
    expect(JSON.stringify(shown())).not.toContain(hidden);
    expect(readFileSync(path, 'utf8')).toContain('"me"');
  });
});

describe("rotation of the engine's log", () => {
  const fill = (): void => { truncateSync(path, limitBytes + 1); };
  const files = (): readonly string[] => readdirSync(dirname(path)).sort();

  it('begins a new file once it is too large, and keeps three old ones', () => {
    const log = createLogger(path, 'info');
    for (let round = 1; round <= 6; round++) {
      log.info({}, `round ${round}`);
      fill();
    }
    log.info({}, 'last');
    expect(files()).toEqual(['engine.log', 'engine.log.1', 'engine.log.2', 'engine.log.3']);
    expect(written().map(({ msg }) => msg)).toEqual(['last']);
    expect(['.1', '.2', '.3'].map((end) => readFileSync(`${path}${end}`, 'latin1').split('\n')[0]).map((line) => (JSON.parse(line ?? '') as { msg: string }).msg)).toEqual(['round 6', 'round 5', 'round 4']);
  });

  it('leaves a file alone that is not too large yet', () => {
    const log = createLogger(path, 'info');
    log.info({}, 'first');
    truncateSync(path, limitBytes);
    log.info({}, 'second');
    expect(files()).toEqual(['engine.log']);
  });

  it('is seen by other engines, which go on in the new file', () => {
    const [one, two] = [createLogger(path, 'info'), createLogger(path, 'info')];
    two.info({}, 'before');
    fill();
    one.info({}, 'rotates');
    two.info({}, 'after');
    expect(written().map(({ msg }) => msg)).toEqual(['rotates', 'after']);
  });

  it('loses no line where it is not possible', () => {
    const log = createLogger(path, 'info');
    log.info({}, 'first');
    fill();
    mkdirSync(`${path}.1/in the way`, { recursive: true });
    mkdirSync(`${path}.2/in the way`, { recursive: true });
    log.info({}, 'second');
    expect(readFileSync(path, 'latin1')).toContain('"second"');
  });
});

describe('a log that cannot be written', () => {
  it('keeps no engine from working: standard error has the lines', () => {
    writeFileSync(join(folder, 'log'), 'a file is in the way');
    const log = createLogger(path, 'info');
    expect(() => { log.info({}, 'heard'); }).not.toThrow();
    expect(shown()).toEqual([expect.objectContaining({ msg: 'heard' })]);
    expect(existsSync(path)).toBe(false);
  });
});
