import { describe, expect, it } from 'vitest';
import type { ContainerMount, ContainerSpec } from '../../../src/core/index.ts';
import { differences, resolveSpec, type CreateRequest } from '../../../src/engine/container-spec.ts';
import type { ImageDefaults } from '../../../src/image/index.ts';
import { idOf } from '../store/records.ts';

const bare: ImageDefaults = { user: '', environment: [], entrypoint: [], command: ['/bin/sh'], workingDirectory: '', volumes: [], stopSignal: undefined, labels: [], exposedPorts: [], healthCheck: undefined };
const id = idOf('the container');

const resolve = (request: Partial<CreateRequest> = {}, image: Partial<ImageDefaults> = {}): ContainerSpec => {
  let volumes = 0;
  return resolveSpec({ image: 'a', resources: {}, ...request }, { ...bare, ...image }, 'docker.io/library/a:latest', id, () => `volume-${++volumes}`);
};
const refusal = (request: Partial<CreateRequest>, image: Partial<ImageDefaults> = {}): unknown => {
  try {
    return resolve(request, image);
  } catch (error) {
    return error;
  }
};

describe('the command of a container', () => {
  const image = { entrypoint: ['/entry', '-x'], command: ['default', 'arguments'] };

  // docker run [--entrypoint E] IMAGE [COMMAND…], with ENTRYPOINT and CMD of the image.
  it.each<[string, Partial<CreateRequest>, Partial<ImageDefaults>, readonly string[]]>([
    ['ENTRYPOINT and CMD', {}, image, ['/entry', '-x', 'default', 'arguments']],
    ['CMD alone', {}, { command: ['/cmd', 'a'] }, ['/cmd', 'a']],
    ['ENTRYPOINT alone', {}, { entrypoint: ['/entry'], command: [] }, ['/entry']],
    ['a command in the place of CMD', { command: ['mine'] }, image, ['/entry', '-x', 'mine']],
    ['an empty command in the place of CMD', { command: [] }, image, ['/entry', '-x']],
    ['an entry point, which drops CMD too', { entrypoint: ['/other'] }, image, ['/other']],
    ['an entry point and a command', { entrypoint: ['/other'], command: ['a', ''] }, image, ['/other', 'a', '']],
    ['an empty entry point, so that the command is all', { entrypoint: [], command: ['/bin/a'] }, image, ['/bin/a']],
  ])('comes from %s', (_, request, defaults, args) => { expect(resolve(request, defaults).args).toEqual(args); });

  it.each<[Partial<CreateRequest>, Partial<ImageDefaults>]>([[{}, { command: [] }], [{ entrypoint: [] }, image], [{ command: [] }, {}], [{ entrypoint: [''] }, image], [{ command: ['', 'a'] }, {}]])('must be there: %j on %j', (request, defaults) => {
    expect(refusal(request, defaults)).toMatchObject({ code: 'CommandMissing' });
  });

  it('holds no NUL, which no kernel takes', () => {
    expect(refusal({ command: ['a', 'b\0c'] })).toMatchObject({ code: 'ParameterInvalid', args: { parameter: 'command' } });
  });
});

describe('the environment of a container', () => {
  const names = (spec: ContainerSpec): Readonly<Record<string, string>> => Object.fromEntries(spec.environment.map(({ name, value }) => [name, value]));

  it("is the image's with the request's; the request wins, and each name is there once", () => {
    const spec = resolve({ environment: [{ name: 'B', value: '3' }, { name: 'C', value: '' }, { name: 'C', value: 'x=y\n' }] }, { environment: [{ name: 'A', value: '1' }, { name: 'B', value: '2' }, { name: 'PATH', value: '/opt' }] });
    expect(spec.environment).toEqual([{ name: 'PATH', value: '/opt' }, { name: 'A', value: '1' }, { name: 'B', value: '3' }, { name: 'C', value: 'x=y\n' }]);
  });

  it('always has a PATH, and a TERM with a terminal', () => {
    expect(names(resolve())).toEqual({ PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' });
    expect(names(resolve({ terminal: true }))['TERM']).toBe('xterm');
    expect(names(resolve({ terminal: true, environment: [{ name: 'TERM', value: 'vt100' }] }))['TERM']).toBe('vt100');
  });

  it('tells names apart that differ in case alone', () => {
    expect(names(resolve({ environment: [{ name: 'a', value: '1' }, { name: 'A', value: '2' }] }))).toMatchObject({ a: '1', A: '2' });
  });

  it.each([{ name: '', value: 'x' }, { name: 'A=B', value: 'x' }, { name: 'A\0', value: 'x' }, { name: 'A', value: 'x\0' }])('takes no %j', (entry) => {
    expect(refusal({ environment: [entry] })).toMatchObject({ code: 'ParameterInvalid', args: { parameter: 'environment' } });
  });
});

describe('what else the image says', () => {
  it('holds where the request says nothing', () => {
    expect(resolve({}, { user: 'web:www', workingDirectory: '/srv', stopSignal: 'SIGQUIT', labels: [{ name: 'a', value: '1' }] })).toMatchObject({ user: 'web:www', workingDirectory: '/srv', stopSignal: 'SIGQUIT', labels: [{ name: 'a', value: '1' }] });
  });

  it('gives way to the request', () => {
    const request = { user: '0', workingDirectory: '/tmp', stopSignal: 'INT', labels: [{ name: 'a', value: '2' }, { name: '', value: 'odd' }] };
    expect(resolve(request, { user: 'web', workingDirectory: '/srv', stopSignal: 'SIGQUIT', labels: [{ name: 'a', value: '1' }, { name: 'b', value: '3' }] })).toMatchObject({ ...request, labels: [{ name: 'a', value: '2' }, { name: 'b', value: '3' }, { name: '', value: 'odd' }] });
  });

  it('is as safe as can be where nobody says anything', () => {
    expect(resolve()).toEqual({
      imageReference: 'docker.io/library/a:latest', args: ['/bin/sh'], environment: [expect.objectContaining({ name: 'PATH' })], workingDirectory: '/', user: '', hostName: id.slice(0, 12), labels: [], terminal: false, openStdin: false,
      stopSignal: 'SIGTERM', stopTimeoutSeconds: 10, readOnlyRoot: false, privileged: false, network: 'none', resources: {}, mounts: [], autoRemove: false,
    });
  });

  it.each<[Partial<CreateRequest>, Partial<ImageDefaults>, object]>([
    [{ stopSignal: 'SIGWHAT' }, {}, { code: 'SignalInvalid' }],
    [{}, { stopSignal: 'SIGWHAT' }, { code: 'SignalInvalid' }],
    [{ workingDirectory: 'srv' }, {}, { code: 'ParameterInvalid', args: { parameter: 'workingDirectory' } }],
    [{ workingDirectory: '/a\0' }, {}, { code: 'ParameterInvalid', args: { parameter: 'workingDirectory' } }],
  ])('is refused at once where nothing can come of it: %j on %j', (request, image, expected) => { expect(refusal(request, image)).toMatchObject(expected); });
});

describe('mounts', () => {
  const bind = (target: string, source = '/srv'): ContainerMount => ({ kind: 'bind', source, target, readOnly: true });

  it('are those of the request, then a volume of its own for each that the image declares', () => {
    expect(resolve({ mounts: [bind('/a')] }, { volumes: ['/data', '/var/lib/x'] }).mounts).toEqual([
      bind('/a'), { kind: 'volume', source: 'volume-1', target: '/data', readOnly: false }, { kind: 'volume', source: 'volume-2', target: '/var/lib/x', readOnly: false },
    ]);
  });

  it.each([['/data', '/data'], ['/data', '/data/'], ['/data/', '/data'], ['/data', '/./data'], ['/data', '/x/../data']])('of the request take the place of a volume of the image: %s for %s', (target, declared) => {
    expect(resolve({ mounts: [bind(target)] }, { volumes: [declared] }).mounts).toEqual([bind(target.replace(/(.)\/$/, '$1'))]);
  });

  it('of the image are one where it declares one twice', () => {
    expect(resolve({}, { volumes: ['/data', '/data/'] }).mounts.map(({ target }) => target)).toEqual(['/data']);
  });

  it.each([
    [bind('data')], [bind('/da\0ta')], [bind('')], [bind('/'), ], [bind('/x/..')], [bind('/data', 'relative')], [bind('/data', '')], [bind('/data', '/a\0')],
    [{ kind: 'tmpfs' as const, source: 'x', target: '/data', readOnly: false }], [{ kind: 'volume' as const, source: '../../etc', target: '/data', readOnly: false }], [{ kind: 'volume' as const, source: '.', target: '/data', readOnly: false }],
    [bind('/data'), bind('/data/')],
  ])('are refused where they make no sense: %j', (...mounts) => {
    expect(refusal({ mounts })).toMatchObject({ code: 'ParameterInvalid', args: { parameter: 'mounts' } });
  });

  it('may lie below each other, in the order of the request', () => {
    expect(resolve({ mounts: [bind('/a'), bind('/a/b')] }).mounts.map(({ target }) => target)).toEqual(['/a', '/a/b']);
  });
});

describe('differences between two specifications', () => {
  const compare = (request: Partial<CreateRequest>, image: Partial<ImageDefaults> = {}, otherImage = image): readonly string[] => {
    const [one, two] = [idOf('one'), idOf('two')];
    const make = (by: string, changes: Partial<CreateRequest>, defaults: Partial<ImageDefaults>): ContainerSpec =>
      resolveSpec({ image: 'a', resources: {}, ...changes }, { ...bare, ...defaults }, 'docker.io/library/a:latest', by, () => idOf(`volume of ${by}`), undefined, { mode: changes.network === 'host' ? 'host' : 'none', networking: undefined });
    return differences(make(one, {}, image), make(two, request, otherImage), [one, two]);
  };

  it('are none for the same request made again, though ids, host names and volumes are made up anew', () => {
    expect(compare({}, { volumes: ['/data'] })).toEqual([]);
  });

  it.each<[Partial<CreateRequest>, readonly string[]]>([
    [{ command: ['/other'] }, ['args']], [{ environment: [{ name: 'A', value: '' }] }, ['environment']], [{ hostName: 'web' }, ['hostName']], [{ user: '1', privileged: true }, ['user', 'privileged']],
    [{ resources: { memoryBytes: 1 } }, ['resources']], [{ labels: [{ name: '', value: '' }] }, ['labels']], [{ mounts: [{ kind: 'bind', source: '/a', target: '/b', readOnly: false }] }, ['mounts']], [{ stopTimeoutSeconds: 0 }, ['stopTimeoutSeconds']], [{ network: 'host' }, ['network']],
  ])('of %j are %j', (request, expected) => { expect(compare(request)).toEqual(expected); });

  it('are none where variables, labels, limits and kernel parameters have another order', () => {
    const [one, two] = [idOf('one'), idOf('two')];
    const entries = [{ name: 'b', value: '1' }, { name: 'a', value: '2' }];
    const limits = [{ name: 'nofile', soft: 1, hard: 1 }, { name: 'core', soft: 2, hard: 2 }];
    const make = (by: string, turned: boolean): ContainerSpec => {
      const list = <T>(items: readonly T[]): readonly T[] => (turned ? items.toReversed() : items);
      return resolveSpec({ image: 'a', resources: {}, environment: list(entries), labels: list(entries) }, bare, 'a', by, () => '', undefined, {
        mode: 'networks', networking: { links: [], ports: [], dnsServers: [], dnsSearch: [], hostEntries: list(entries), containerId: undefined }, settings: { userLimits: list(limits), kernelParameters: list(entries) },
      });
    };
    expect(differences(make(one, false), make(two, true), [one, two])).toEqual([]);
  });

  it('tell a host name that only looks made up', () => {
    expect(compare({ hostName: idOf('one').slice(0, 12) })).toEqual(['hostName']);
  });

  it('tell one named volume from another', () => {
    const volume = (source: string): Partial<CreateRequest> => ({ mounts: [{ kind: 'volume', source, target: '/data', readOnly: false }] });
    const [one, two] = [idOf('one'), idOf('two')];
    const make = (by: string, source: string): ContainerSpec => resolveSpec({ image: 'a', resources: {}, ...volume(source) }, bare, 'a', by, () => '');
    expect(differences(make(one, 'data'), make(two, 'data'), [one, two])).toEqual([]);
    expect(differences(make(one, 'data'), make(two, 'other'), [one, two])).toEqual(['mounts']);
  });
});
