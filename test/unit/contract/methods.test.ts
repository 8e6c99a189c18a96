import { describe, expect, it } from 'vitest';
import { SiloError, errorTable } from '../../../src/base/index.ts';
import { createValidators, methods, type MethodDefinition, type MethodName } from '../../../src/contract/index.ts';
import { sampleOf, type Schema } from './schema-samples.ts';

const names = Object.keys(methods) as MethodName[];
const paramsOf = (method: MethodName): Schema => methods[method].params as unknown as Schema;
const validators = createValidators();

const without = (value: unknown, field: string): object => Object.fromEntries(Object.entries(value as object).filter(([name]) => name !== field));

/** What the engine says of these parameters; undefined where it takes them. */
const complaint = (method: MethodName, params: unknown): SiloError | undefined => {
  try {
    validators.params(method, params);
    return undefined;
  } catch (error) {
    if (error instanceof SiloError) return error;
    throw error;
  }
};

const cases = (of: (schema: Schema) => readonly string[]): [MethodName, string][] => names.flatMap((method) => of(paramsOf(method)).map((field): [MethodName, string] => [method, field]));

describe('parameters of every method', () => {
  it.each(names)('%s takes all that it knows, and as little as it requires', (method) => {
    expect(complaint(method, sampleOf(paramsOf(method)))).toBeUndefined();
    expect(complaint(method, sampleOf(paramsOf(method), 'required'))).toBeUndefined();
  });

  it.each(cases((schema) => schema.required ?? []))('%s names the missing parameter %s', (method, field) => {
    expect(complaint(method, without(sampleOf(paramsOf(method)), field))).toMatchObject({ code: 'ParameterInvalid', args: { parameter: field, reason: 'it is required' }, operation: method, target: { kind: 'request', id: method } });
  });

  it.each(names)('%s names a parameter that it does not know', (method) => {
    expect(complaint(method, { ...(sampleOf(paramsOf(method)) as object), Misspelt: 1 })).toMatchObject({ code: 'ParameterInvalid', args: { parameter: 'Misspelt', reason: 'there is no such parameter' } });
  });

  it.each(cases((schema) => Object.keys(schema.properties ?? {})))('%s names %s where it has a value of another type', (method, field) => {
    const wrong = complaint(method, { ...(sampleOf(paramsOf(method)) as object), [field]: { neither: 'text', nor: 'number' } });
    expect(wrong?.code).toBe('ParameterInvalid');
    expect(String(wrong?.args['parameter']).split('.')[0]).toBe(field);
  });

  it.each([null, 'text', 1, [], [1, 2]])('are an object: %j is refused with words that say so', (params) => {
    const refused = names.filter((method) => complaint(method, params)?.message.includes('must be object'));
    expect(refused).toEqual(names);
  });

  it('are named with their path where they stand deep', () => {
    expect(complaint('container/create', { image: 'a', mounts: [{ kind: 'Bind', source: '/a', target: '/b', readOnly: 'yes' }] })?.args).toEqual({ parameter: 'mounts.0.readOnly', reason: 'it must be boolean' });
    expect(complaint('container/create', { image: 'a', mounts: [{ kind: 'Bind', source: '/a', target: '/b' }] })?.args).toEqual({ parameter: 'mounts.0.readOnly', reason: 'it is required' });
    expect(complaint('container/create', { image: 'a', environment: [{ name: 'A', value: 'b', more: 1 }] })?.args).toEqual({ parameter: 'environment.0.more', reason: 'there is no such parameter' });
  });

  it('tell the words that are allowed', () => {
    expect(complaint('container/create', { image: 'a', isolation: 'hyperv' })?.message).toBe('The value of isolation is not valid: it must be one of Auto, Process, HyperV.');
  });

  it.each([
    ['container/wait', { container: 'a', timeoutSeconds: -2 }, 'timeoutSeconds'],
    ['container/wait', { container: 'a', timeoutSeconds: 1.5 }, 'timeoutSeconds'],
    ['container/list', { limit: 0 }, 'limit'],
    ['container/list', { limit: 1001 }, 'limit'],
    ['container/log', { container: 'a', tail: -1 }, 'tail'],
    ['container/log', { container: 'a', since: '22 November' }, 'since'],
    ['container/log', { container: 'a', since: '2026-11-22T04:00:00' }, 'since'],
    ['container/create', { image: 'a', cpuCount: 0 }, 'cpuCount'],
    ['container/create', { image: 'a', memoryBytes: 6 * 1024 * 1024 - 1 }, 'memoryBytes'],
    ['container/create', { image: 'a', hostName: '-a' }, 'hostName'],
    ['container/create', { image: 'a', hostName: 'a'.repeat(64) }, 'hostName'],
    ['container/create', { image: 'a', hostName: 'a\nb' }, 'hostName'],
    ['process/start', { container: 'a', command: [] }, 'command'],
    ['process/start', { container: 'a', command: ['a'], input: 'no base64!' }, 'input'],
    ['isolation/set', { isolation: 'Auto', default: false }, 'default'],
    ['container/log', { container: 'a', stream: '' }, 'stream'],
  ] as const)('%s does not take %j', (method, params, parameter) => {
    expect(complaint(method, params)).toMatchObject({ code: 'ParameterInvalid', args: { parameter } });
  });
});

describe('results of every method', () => {
  it.each(names)('%s gives what its schema says, and nothing else', (method) => {
    const schema = methods[method].result as unknown as Schema;
    const sample = sampleOf(schema);
    expect(validators.result(method, sample)).toBe(sample);
    if (schema.properties === undefined) return;
    // A result that breaks the contract is a defect of the engine, not an error that a client could mend.
    expect(() => validators.result(method, { ...(sample as object), extra: 1 })).toThrow(`result of ${method} breaks the contract: extra`);
    for (const field of schema.required ?? []) {
      expect(() => validators.result(method, without(sample, field))).toThrow(`result of ${method} breaks the contract: ${field}`);
    }
  });
});

describe('the table of methods', () => {
  const definitions = Object.entries(methods as Record<string, MethodDefinition>);

  it.each(definitions)('%s lists codes that exist, each once', (_, definition) => {
    expect(definition.errors.filter((code) => !Object.hasOwn(errorTable, code))).toEqual([]);
    expect(new Set(definition.errors).size).toBe(definition.errors.length);
  });

  it('names methods noun/verb, and says in a sentence what each does', () => {
    const outside = ['initialize', 'shutdown', 'rpc.discover'];
    expect(definitions.map(([name]) => name).filter((name) => !outside.includes(name) && !/^[a-z]+\/[a-z]+$/.test(name))).toEqual([]);
    expect(definitions.filter(([, { summary }]) => !/^[A-Z].*\.$/.test(summary))).toEqual([]);
  });

  it('lets every method that streams take the name of a stream, and no other', () => {
    const takesStream = ([, { params }]: (typeof definitions)[number]): boolean => Object.hasOwn((params as Schema).properties ?? {}, 'stream');
    expect(definitions.filter((entry) => takesStream(entry) !== (entry[1].streams !== undefined)).map(([name]) => name)).toEqual([]);
    expect(definitions.filter(takesStream).length).toBeGreaterThan(0);
  });

  it('calls read-only exactly what its verb says: what only looks may be repeated without harm', () => {
    const looking = new Set(['adapters', 'changes', 'discover', 'find', 'foreign', 'get', 'history', 'initialize', 'layers', 'list', 'log', 'referrers', 'settings', 'shutdown', 'specification', 'statistics', 'test', 'wait']);
    const verb = (name: string): string => name.split(/[./]/).at(-1) ?? '';
    expect(definitions.filter(([name, { readOnly }]) => readOnly !== looking.has(verb(name))).map(([name]) => name)).toEqual([]);
  });

  it('lets every change say that it lacks rights or the host mount namespace', () => {
    // Logging in to a registry changes nothing of the host.
    const silent = definitions.filter(([name, { readOnly, errors }]) => !readOnly && !name.startsWith('registry/') && !(errors.includes('ElevationRequired') && errors.includes('MountNamespacePrivate'))).map(([name]) => name);
    expect(silent).toEqual([]);
  });
});
