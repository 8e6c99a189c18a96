import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';

type Argument = string | { readonly whatIfArg: string };
interface Command { readonly executable: string; readonly args: readonly Argument[]; readonly input?: 'stdin'; readonly return?: string }
interface Manifest {
  readonly type: string;
  readonly get: Command;
  readonly test: Command;
  readonly set: Command;
  readonly delete?: Command;
  readonly export: Command;
  readonly exitCodes: Readonly<Record<string, string>>;
  readonly schema: { readonly embedded: { readonly properties: Readonly<Record<string, unknown>> } };
}
type Instance = Readonly<Record<string, unknown>>;
interface Answer { readonly exitCode: number; readonly lines: readonly unknown[]; readonly messages: readonly Readonly<Record<string, string>>[] }

const root = join(import.meta.dirname, '../..');
const manifests = (JSON.parse(readFileSync(join(root, 'module/Silo/silo.dsc.manifests.json'), 'utf8')) as { readonly resources: readonly Manifest[] }).resources;

describe('the manifests of resources for dsc', () => {
  it.each(manifests.map((manifest) => [manifest.type, manifest] as const))('%s has what dsc reads, and nothing that it would refuse', (_, manifest) => {
    // Fields of ResourceManifest and its methods in PowerShell/DSC, lib/dsc-lib/src/dscresources/resource_manifest.rs.
    const argument = { anyOf: [{ type: 'string' }, { type: 'object', required: ['whatIfArg'], properties: { whatIfArg: { type: 'string' } }, additionalProperties: false }] };
    const returns = { enum: ['state', 'stateAndDiff'] };
    const command = { executable: { type: 'string' }, args: { type: 'array', items: argument }, input: { enum: ['stdin', 'env'] }, requireSecurityContext: { enum: ['current', 'elevated', 'restricted'] } };
    const method = (more: object = {}): object => ({ type: 'object', required: ['executable'], properties: { ...command, ...more }, additionalProperties: false });
    const check = new Ajv2020({ strict: false }).compile({
      type: 'object',
      required: ['$schema', 'type', 'version', 'get'],
      additionalProperties: false,
      properties: {
        $schema: { const: 'https://aka.ms/dsc/schemas/v3/bundled/resource/manifest.json' }, type: { type: 'string', pattern: String.raw`^\w+(\.\w+){0,2}\/\w+$` }, kind: { const: 'resource' }, version: { type: 'string', pattern: String.raw`^\d+\.\d+\.\d+$` },
        description: { type: 'string' }, tags: { type: 'array', uniqueItems: true, items: { type: 'string', pattern: String.raw`^\w+$` } },
        get: method(), test: method({ return: returns }), set: method({ implementsPretest: { type: 'boolean' }, handlesExist: { type: 'boolean' }, return: returns, whatIfReturns: returns }), delete: method(), export: method({ supportsFiltering: { type: 'boolean' } }),
        exitCodes: { type: 'object', propertyNames: { pattern: String.raw`^\d+$` }, additionalProperties: { type: 'string' } }, schema: { type: 'object', required: ['embedded'], additionalProperties: false, properties: { embedded: { type: 'object' } } },
      },
    });
    expect(check(manifest) || check.errors).toBe(true);
    // A resource that tests by itself must also know what-if: dsc has nothing else then.
    expect(manifest.set.args.some((one) => typeof one === 'object')).toBe(true);
    expect(() => new Ajv2020({ strict: false }).compile(manifest.schema.embedded)).not.toThrow();
  });
});

describe.each(['en-US', 'ko-KR'])('the topic about DSC (%s)', (culture) => {
  it('shows a configuration whose resources and properties exist', () => {
    const lines = readFileSync(join(root, `module/Silo/${culture}/about_Silo_Dsc.help.txt`), 'utf8').split('\n');
    const begin = lines.findIndex((line) => line.includes('$schema:'));
    const end = lines.findIndex((line, index) => index > begin && line.trim() === '');
    const document = parse(lines.slice(begin, end).map((line) => line.slice(8)).join('\n')) as { readonly resources: readonly { readonly type: string; readonly properties: Instance }[] };
    expect(document.resources.map(({ type }) => type)).toEqual(['Silo/Network', 'Silo/Container']);
    for (const { type, properties } of document.resources) {
      const check = new Ajv2020({ strict: false }).compile(manifests.find((candidate) => candidate.type === type)?.schema.embedded ?? false);
      expect(check(properties) || check.errors).toBe(true);
    }
  });
});

describe.skipIf(skipReason('resources of dsc', whyNoContainers()))('the resources of dsc', { timeout: 300_000 }, () => {
  let host: TestHost;
  let folder: string;
  beforeAll(async () => {
    host = new TestHost();
    await (await host.withImage()).close();
    // As a module is installed: Node and the engine in the folder `engine` beside the manifests.
    folder = join(host.folder, 'Silo');
    mkdirSync(join(folder, 'engine'), { recursive: true });
    symlinkSync(process.execPath, join(folder, 'engine/node'));
    writeFileSync(join(folder, 'engine/silo.mjs'), `await import(${JSON.stringify(pathToFileURL(join(root, 'src/main.ts')).href)});\n`);
  });
  afterAll(async () => { await host?.close(); });
  afterEach(async () => {
    const engine = await host.engine();
    for (const { id } of (await engine.call('container/list', {})).items) await engine.call('container/remove', { container: id, force: true });
    for (const { name } of (await engine.call('volume/list', {})).items) await engine.call('volume/remove', { volume: name });
    await engine.close();
  });

  const manifest = (type: string): Manifest => manifests.find((candidate) => candidate.type === type) as Manifest;

  /** Runs a command of a manifest as dsc does: from the manifest's folder, with one object on standard input, in an environment without a profile. */
  const run = async (type: string, operation: 'get' | 'test' | 'set' | 'delete' | 'export', input: Instance | string | undefined, whatIf = false): Promise<Answer> => {
    const { executable, args } = manifest(type)[operation] as Command;
    const given = args.flatMap((argument) => (typeof argument === 'string' ? [argument] : whatIf ? [argument.whatIfArg] : []));
    const child = spawn(join(folder, executable), given, { cwd: folder, env: { SILO_ROOT: host.root, SILO_DEFAULT_NETWORK: 'none', PATH: process.env['PATH'] ?? '' } });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input === undefined ? '' : typeof input === 'string' ? input : JSON.stringify(input));
    const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), new Promise<number>((resolve) => { child.on('close', (code) => { resolve(code ?? -1); }); })]);
    const lines = (all: string): readonly unknown[] => all.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as unknown);
    return { exitCode, lines: lines(stdout), messages: lines(stderr) as Answer['messages'] };
  };

  /** As `dsc resource set`: what get tells before, then set; every instance holds to the schema. */
  const expectInstance = (type: string, value: unknown): Instance => {
    const check = new Ajv2020({ strict: false }).compile(manifest(type).schema.embedded);
    expect(check(value) || check.errors).toBe(true);
    return value as Instance;
  };
  const web = { name: 'web', image: 'busybox:test', command: ['sleep', '1000'], state: 'Running', settleSeconds: 0, stopTimeoutSeconds: 0, environment: { Path: 'one', PATH: '/bin' }, labels: { tier: 'web' }, mounts: [{ kind: 'Tmpfs', source: '', target: '/scratch', readOnly: false }] };

  it('bring a container about, once: get, test, set, get, test', async () => {
    const absent = await run('Silo/Container', 'get', web);
    expect(absent).toMatchObject({ exitCode: 0, lines: [{ name: 'web', _exist: false }] });
    expectInstance('Silo/Container', absent.lines[0]);
    expect((await run('Silo/Container', 'test', web)).lines).toEqual([{ name: 'web', _exist: false, _inDesiredState: false }, ['_exist']]);
    const first = await run('Silo/Container', 'set', web);
    expect(first).toMatchObject({ exitCode: 0, lines: [{ name: 'web', _exist: true, state: 'Running', environment: { Path: 'one' }, labels: { tier: 'web' } }, ['_exist']] });
    const id = expectInstance('Silo/Container', first.lines[0])['id'];
    const tested = await run('Silo/Container', 'test', web);
    expect(tested.lines).toMatchObject([{ _inDesiredState: true }, []]);
    expectInstance('Silo/Container', tested.lines[0]);
    const again = await run('Silo/Container', 'set', web);
    expect(again.lines).toEqual([first.lines[0], []]);
    expect(expectInstance('Silo/Container', (await run('Silo/Container', 'get', { name: 'web' })).lines[0])['id']).toBe(id);
  });

  it('tell what differs, property by property, and what would be done', async () => {
    await run('Silo/Container', 'set', web);
    const wish = { ...web, memoryBytes: 67_108_864, command: ['sleep', '2000'] };
    const tested = await run('Silo/Container', 'test', wish);
    expect(tested.lines).toMatchObject([{ _inDesiredState: false }, ['command', 'memoryBytes']]);
    expect(tested.messages).toContainEqual({ info: 'InPlace: memoryBytes: it is not set and shall be 67108864' });
    const rehearsed = await run('Silo/Container', 'set', wish, true);
    expect(rehearsed.lines).toMatchObject([{ memoryBytes: 67_108_864, command: ['sleep', '2000'], _metadata: { whatIf: ['Recreate: command: it runs ["sleep","1000"] and shall run ["sleep","2000"]', expect.stringContaining('memoryBytes')] } }]);
    expectInstance('Silo/Container', rehearsed.lines[0]);
    expect((await run('Silo/Container', 'test', web)).lines).toMatchObject([{ _inDesiredState: true }, []]);
    expect((await run('Silo/Container', 'set', wish)).lines).toMatchObject([{ memoryBytes: 67_108_864, command: ['sleep', '2000'] }, ['command', 'memoryBytes']]);
  });

  it('take a container away, by delete or by _exist, and say before what would go', async () => {
    await run('Silo/Container', 'set', web);
    expect(await run('Silo/Container', 'delete', { name: 'web' }, true)).toMatchObject({ exitCode: 0, lines: [{ _metadata: { whatIf: ['Remove: _exist: it is there and shall not be'] } }] });
    expect((await run('Silo/Container', 'set', { name: 'web', _exist: false }, true)).lines).toMatchObject([{ name: 'web', _exist: false }]);
    expect((await run('Silo/Container', 'get', { name: 'web' })).lines).toMatchObject([{ _exist: true }]);
    expect(await run('Silo/Container', 'delete', { name: 'web' })).toMatchObject({ exitCode: 0, lines: [] });
    expect(await run('Silo/Container', 'delete', { name: 'web' })).toMatchObject({ exitCode: 0, lines: [] });
    await run('Silo/Container', 'set', web);
    expect((await run('Silo/Container', 'set', { name: 'web', _exist: false })).lines).toEqual([{ name: 'web', _exist: false }, ['_exist']]);
    expect((await run('Silo/Container', 'test', { name: 'web', _exist: false })).lines).toEqual([{ name: 'web', _exist: false, _inDesiredState: true }, []]);
  });

  it('are exported, one a line, in words that ask for what is there, and by a filter', async () => {
    await run('Silo/Container', 'set', web);
    await run('Silo/Container', 'set', { ...web, name: 'other', state: 'Stopped' });
    const all = await run('Silo/Container', 'export', undefined);
    expect(all.lines).toHaveLength(2);
    for (const instance of all.lines) {
      expectInstance('Silo/Container', instance);
      expect((await run('Silo/Container', 'test', instance as Instance)).lines).toMatchObject([{ _inDesiredState: true }, []]);
    }
    expect((await run('Silo/Container', 'export', { name: 'w*' })).lines).toMatchObject([{ name: 'web' }]);
    expect((await run('Silo/Container', 'export', { state: 'Stopped' })).lines).toMatchObject([{ name: 'other' }]);
    for (const type of ['Silo/Image', 'Silo/Network', 'Silo/Volume', 'Silo/Host', 'Silo/Application', 'Silo/ContainerList']) {
      const exported = await run(type, 'export', undefined);
      expect(exported.exitCode).toBe(0);
      for (const instance of exported.lines) expectInstance(type, instance);
    }
    expect((await run('Silo/Image', 'export', undefined)).lines).toMatchObject([{ reference: 'busybox:test', _exist: true }]);
  });

  it('keep a list, and purge what it does not have', async () => {
    const list = (names: readonly string[], more: Instance = {}): Instance => ({ scope: 'shop', containers: names.map((name) => ({ ...web, name })), ...more });
    expect((await run('Silo/ContainerList', 'set', list(['one', 'two']))).lines).toMatchObject([{ scope: 'shop', containers: [{ name: 'one', environment: { Path: 'one' } }, { name: 'two' }] }, ['containers']]);
    expect((await run('Silo/ContainerList', 'test', list(['one'], { _purge: true }))).lines).toMatchObject([{ _inDesiredState: false }, ['_purge']]);
    const set = await run('Silo/ContainerList', 'set', list(['one'], { _purge: true }));
    expect(set.lines).toMatchObject([{ containers: [{ name: 'one' }] }, ['_purge']]);
    expectInstance('Silo/ContainerList', set.lines[0]);
    await run('Silo/ContainerList', 'delete', { scope: 'shop' });
    expect((await run('Silo/Container', 'export', undefined)).lines).toEqual([]);
  });

  it('change the host, which cannot be deleted', async () => {
    expect((await run('Silo/Host', 'set', { isolation: 'Process' })).lines).toMatchObject([{ isolation: 'Process' }, ['isolation']]);
    expect((await run('Silo/Host', 'test', { isolation: 'Process' })).lines).toMatchObject([{ _inDesiredState: true }, []]);
    expectInstance('Silo/Host', (await run('Silo/Host', 'get', {})).lines[0]);
    await run('Silo/Host', 'set', { isolation: 'Auto' });
    expect(manifest('Silo/Host').delete).toBeUndefined();
  });

  it('take a credential as dsc passes a secure parameter, and never write it', async () => {
    const input = { reference: '127.0.0.1:9/private:1', credential: { secureObject: { userName: 'me', password: { secureString: 'hunter2' } } } };
    const refused = await run('Silo/Image', 'set', input);
    expect(refused).toMatchObject({ exitCode: 3, lines: [] });
    expect(JSON.stringify(refused)).not.toContain('hunter2');
    const rehearsed = await run('Silo/Image', 'set', input, true);
    expect(rehearsed.exitCode).toBe(0);
    expect(JSON.stringify(rehearsed)).not.toContain('hunter2');
  });

  it('fail with an exit code that the manifest explains, and a message in the form that dsc reads', async () => {
    const failing = async (input: Instance | string): Promise<readonly [number, string]> => {
      const { exitCode, messages, lines } = await run('Silo/Container', 'set', input);
      expect(lines).toEqual([]);
      expect(Object.keys(manifest('Silo/Container').exitCodes)).toContain(String(exitCode));
      return [exitCode, messages.findLast((message) => message['error'] !== undefined)?.['error'] ?? ''];
    };
    expect(await failing('no JSON')).toEqual([2, expect.stringMatching(/^ParameterInvalid: /)]);
    expect(await failing('[]')).toEqual([2, expect.stringMatching(/^ParameterInvalid: /)]);
    expect(await failing({ name: 'web', colour: 'red' })).toEqual([2, expect.stringContaining('colour')]);
    expect(await failing({ ...web, image: 'nothing:here', pull: 'Never' })).toEqual([5, expect.stringMatching(/^ImageNotFound: /)]);
    expect(await failing({ ...web, command: ['false'], settleSeconds: 2 })).toEqual([5, expect.stringContaining('exit code 1')]);
  });
});
