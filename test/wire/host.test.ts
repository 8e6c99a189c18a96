import { chmodSync, chownSync, mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { createValidators, methods, type MethodDefinition, type MethodName } from '../../src/contract/index.ts';
import { makeBusyboxArchive, whyNoContainers } from '../fixtures/busybox-root.ts';
import { sampleOf, type Schema } from '../unit/contract/schema-samples.ts';
import { wireTests, type WireEngine } from './wire-engine.ts';

const { root, initialized } = wireTests();
const definitions = methods as Record<string, MethodDefinition>;
const nobody = 65_534;
const asNobody = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'] as const;
const whyNotRoot = process.platform !== 'linux' ? 'it needs Linux' : process.geteuid?.() === 0 ? undefined : 'it needs root';

/** For methods that take one of several, which their schema leaves optional. */
const oneOfSeveral: Readonly<Record<string, object>> = { 'isolation/set': { isolation: 'Auto', default: true }, 'desired/set': { volume: { name: 'nowhere' } }, 'container/create': { image: 'nowhere' } };
/** Parameters that a method takes, of things that are not there. */
const paramsOf = (method: string): object => oneOfSeveral[method] ?? (sampleOf(definitions[method]?.params as Schema, 'required') as object);
/** What changes containers, images or settings of the host; logging in to a registry does not. */
const changing = Object.entries(definitions).filter(([name, { readOnly }]) => !readOnly && !name.startsWith('registry/')).map(([name]) => name);
/** Reads that an empty store can answer. */
const reads = ['host/get', 'host/test', 'image/list', 'container/list', 'isolation/get'] as const satisfies readonly MethodName[];

const works = async (engine: WireEngine, ...names: readonly MethodName[]): Promise<void> => {
  for (const method of names) {
    const { result, error } = await engine.call(method);
    expect(error, method).toBeUndefined();
    expect(createValidators().result(method, result)).toBe(result);
  }
};

describe('an empty state root', () => {
  it.skipIf(whyNotRoot !== undefined)('answers every read as the contract says', async () => {
    const engine = await initialized();
    await works(engine, ...reads);
    expect((await engine.call('container/list')).result).toEqual({ items: [], next: null });
    expect((await engine.call('image/list')).result).toEqual({ items: [] });
    expect((await engine.call('host/get')).result).toMatchObject({ containerCount: 0, runningCount: 0, imageCount: 0, elevated: true, enginePid: engine.process.pid });
  });

  it.skipIf(whyNotRoot !== undefined)('knows nothing that is asked for by name', async () => {
    const engine = await initialized();
    for (const method of ['container/wait', 'container/log', 'process/list', 'process/wait', 'isolation/get', 'container/start', 'container/stop', 'container/remove', 'process/start']) {
      const params = { container: 'nobody', ...(method === 'process/wait' ? { process: 'p' } : {}), ...(method === 'container/log' ? { stream: 's' } : {}), ...(method === 'process/start' ? { command: ['a'] } : {}) };
      expect(await engine.code(method, params), method).toBe('ContainerNotFound');
    }
    expect(await engine.code('image/list', { reference: 'nothing' })).toBe('ImageNotFound');
    expect(await engine.code('container/create', { image: 'nothing' })).toBe('ImageNotFound');
    expect(await engine.code('image/remove', { image: 'nothing' })).toBe('ImageNotFound');
    expect(await engine.code('image/import', { path: '/no/such/file' })).toBe('PathNotFound');
    expect((await engine.call('container/remove', { container: 'nobody', force: true })).result).toEqual({ removed: false, id: null });
  });

  it.skipIf(whyNotRoot !== undefined)('says that a log is only given as a stream', async () => {
    expect(await (await initialized()).call('container/log', { container: 'a' })).toMatchObject({ error: { data: { code: 'ParameterInvalid', args: { parameter: 'stream' } } } });
  });

  it.skipIf(whyNotRoot !== undefined)('remembers the isolation that is set, for every engine', async () => {
    const folder = root();
    const environment = { SILO_MACHINES: '/nowhere' };
    const [one, two] = [await initialized({ root: folder, environment }), await initialized({ root: folder, environment })];
    expect((await one.call('isolation/set', { isolation: 'Process', default: true })).result).toMatchObject({ scope: 'Host', isolation: 'Process', effectiveIsolation: 'Process' });
    expect((await two.call('isolation/get')).result).toMatchObject({ isolation: 'Process' });
    expect(await two.code('isolation/set', { isolation: 'HyperV', default: true })).toBe('IsolationUnsupported');
    for (const params of [{ isolation: 'Auto' }, { isolation: 'Auto', default: true, container: 'a' }]) expect(await two.code('isolation/set', params)).toBe('ParameterInvalid');
  });
});

describe.skipIf(whyNotRoot !== undefined)('an engine without administrative rights', () => {
  const roots = {
    'of its own': (): string => {
      const folder = root();
      chownSync(folder, nobody, nobody);
      return folder;
    },
    'that it may not even look into': (): string => {
      const folder = root();
      chmodSync(folder, 0o700);
      return folder;
    },
    'that is not there': (): string => join(root(), 'deep/down'),
  };

  it.each(Object.entries(roots))('refuses every change on a root %s, and says what is missing', async (_, make) => {
    const engine = await initialized({ root: make(), prefix: asNobody });
    for (const method of changing) expect(await engine.call(method, paramsOf(method)), method).toMatchObject({ error: { code: 1006, data: { code: 'ElevationRequired' } } });
    const { result, error } = await engine.call('host/test');
    expect(error).toBeUndefined();
    expect(createValidators().result('host/test', result)).toMatchObject({ ready: false, requirements: expect.arrayContaining([expect.objectContaining({ name: 'administrative rights', satisfied: false, remedy: expect.any(String) })]) });
  });

  it("refuses every change on the host's own root, which an engine with rights has made", async () => {
    const folder = root();
    const elevated = await initialized({ root: folder });
    await works(elevated, 'host/get');
    const engine = await initialized({ root: folder, prefix: asNobody });
    for (const method of changing) expect(await engine.code(method, paramsOf(method)), method).toBe('ElevationRequired');
    for (const method of reads) expect([undefined, 'ElevationRequired'], method).toContain(await engine.code(method));
  });
});

describe.skipIf(whyNotRoot !== undefined)('a host that lacks something', () => {
  it('says with host/test what, and how to mend it', async () => {
    const engine = await initialized({ environment: { SILO_RUNC: '/nonexistent', SILO_CONMON: '/nonexistent' } });
    const { result } = await engine.call('host/test');
    expect(result).toMatchObject({ ready: false, requirements: expect.arrayContaining([
      { name: 'runc', satisfied: false, detail: 'runc is not installed', remedy: 'apt-get install runc', neededFor: 'Everything' }, { name: 'conmon', satisfied: false, detail: 'conmon is not installed', remedy: 'apt-get install conmon', neededFor: 'Everything' },
    ]) });
    await works(engine, ...reads);
  });

  it.skipIf(whyNoContainers() !== undefined).each([['SILO_RUNC', 'RuncMissing'], ['SILO_CONMON', 'ConmonMissing']])('tells by %s that is not there why nothing starts, and starts it when it is', async (variable, code) => {
    const folder = root();
    const archive = makeBusyboxArchive(join(folder));
    const lacking = await initialized({ root: folder, environment: { [variable]: '/nonexistent' } });
    expect((await lacking.call('image/import', { path: archive, reference: 'busybox:test' })).error).toBeUndefined();
    expect((await lacking.call('container/create', { image: 'busybox:test', name: 'web', command: ['true'] })).error).toBeUndefined();
    expect(await lacking.call('container/start', { container: 'web' })).toMatchObject({ error: { code: 1013, data: { code } } });
    expect((await lacking.call('container/list', { containers: ['web'] })).result).toMatchObject({ items: [{ state: 'Created', startError: expect.stringContaining('not installed') }] });
    await lacking.close();
    const engine = await initialized({ root: folder });
    expect((await engine.call('container/start', { container: 'web' })).error).toBeUndefined();
    expect((await engine.call('container/wait', { container: 'web' })).result).toMatchObject({ container: { state: 'Exited', exitCode: 0, startError: null } });
    expect((await engine.call('container/remove', { container: 'web' })).result).toMatchObject({ removed: true });
  });
});

describe.skipIf(whyNotRoot !== undefined)('a store that another engine made', () => {
  const writeStore = (folder: string, version: number, leastReader: number, leastWriter: number): void => {
    const database = new DatabaseSync(join(folder, 'meta.db'));
    database.exec(`UPDATE schema_limits SET least_reader = ${leastReader}, least_writer = ${leastWriter}; PRAGMA user_version = ${version}`);
    database.close();
  };

  /** A root whose store this release made and a later one has changed. */
  const later = async (leastReader: number, leastWriter: number): Promise<string> => {
    const folder = root();
    const engine = await initialized({ root: folder });
    await engine.call('isolation/set', { isolation: 'Process', default: true });
    await engine.close();
    writeStore(folder, 1000, leastReader, leastWriter);
    return folder;
  };

  it('is refused where it is too new to be read, and left as it is', async () => {
    const folder = await later(1000, 1000);
    const before = readFileSync(join(folder, 'meta.db'));
    const engine = await initialized({ root: folder });
    for (const method of [...reads.filter((name) => name !== 'host/test'), ...changing]) expect(await engine.call(method, reads.includes(method as never) ? {} : paramsOf(method)), method).toMatchObject({ error: { code: 1004, data: { code: 'StoreNewer', args: { found: 1000 } } } });
    await works(engine, 'host/test');
    await engine.close();
    expect(readFileSync(join(folder, 'meta.db')).equals(before)).toBe(true);
  });

  it('is read, and not written, where it is too new only for that', async () => {
    const engine = await initialized({ root: await later(1, 1000) });
    await works(engine, ...reads);
    expect((await engine.call('isolation/get')).result).toMatchObject({ isolation: 'Process' });
    expect(await engine.code('isolation/set', { isolation: 'Auto', default: true })).toBe('StoreNewer');
    expect((await engine.call('isolation/get')).result).toMatchObject({ isolation: 'Process' });
  });

  it('is told to be damaged where it is no database', async () => {
    const folder = root();
    writeFileSync(join(folder, 'meta.db'), 'x'.repeat(10_000));
    const engine = await initialized({ root: folder });
    expect(await engine.call('container/list')).toMatchObject({ error: { code: 1014, data: { code: 'StoreCorrupt' } } });
    await works(engine, 'host/test');
  });

  it('may be put right while the engine runs: it looks again', async () => {
    const folder = root();
    mkdirSync(join(folder, 'meta.db'));
    const engine = await initialized({ root: folder });
    expect((await engine.call('container/list')).error).toBeDefined();
    const other = root();
    const good = await initialized({ root: other });
    await good.call('host/get');
    await good.close();
    rmdirSync(join(folder, 'meta.db'));
    renameSync(join(other, 'meta.db'), join(folder, 'meta.db'));
    await works(engine, 'container/list');
  });
});

describe.skipIf(whyNotRoot !== undefined)('an engine in a mount namespace of its own', () => {
  it('reads, and refuses every change, which others would not see', async () => {
    const engine = await initialized({ prefix: ['unshare', '--mount'] });
    await works(engine, ...reads);
    for (const method of changing) expect(await engine.call(method, paramsOf(method)), method).toMatchObject({ error: { code: 1004, data: { code: 'MountNamespacePrivate' } } });
    expect((await engine.call('host/test')).result).toMatchObject({ ready: false, requirements: expect.arrayContaining([expect.objectContaining({ name: 'mount namespace', satisfied: false, remedy: 'nsenter --target 1 --mount' })]) });
  });
});
