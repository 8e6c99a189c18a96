import fc from 'fast-check';
import { win32 } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ContainerMount, ContainerPaths, ContainerSpec } from '../../../src/core/index.ts';
import { differences, resolveSpec, type CreateRequest, type Systems } from '../../../src/engine/container-spec.ts';
import { linuxContainers } from '../../../src/engine/linux-containers.ts';
import { isHostPath, platformOf } from '../../../src/engine/platform-of.ts';
import { windowsContainers } from '../../../src/engine/windows-containers.ts';
import type { ImageDefaults } from '../../../src/image/index.ts';
import { idOf } from '../store/records.ts';

const bare: ImageDefaults = { user: '', environment: [], entrypoint: [], command: ['cmd.exe'], workingDirectory: '', volumes: [], stopSignal: undefined, labels: [], exposedPorts: [], healthCheck: undefined };
const onWindows: Systems = { container: 'windows', host: 'windows' };
const linuxOnWindows: Systems = { container: 'linux', host: 'windows' };
const id = idOf('the container');

const resolve = (request: Partial<CreateRequest> = {}, image: Partial<ImageDefaults> = {}, systems = onWindows): ContainerSpec => {
  let volumes = 0;
  return resolveSpec({ image: 'a', resources: {}, ...request }, { ...bare, ...image }, 'docker.io/library/a:latest', id, () => `volume-${++volumes}`, systems, { mode: request.network === 'host' ? 'host' : 'none', networking: undefined });
};
const refusal = (request: Partial<CreateRequest>, image: Partial<ImageDefaults> = {}, systems = onWindows): unknown => {
  try {
    return resolve(request, image, systems);
  } catch (error) {
    return error;
  }
};
const bind = (target: string, source = 'C:\\srv', readOnly = false): ContainerMount => ({ kind: 'bind', source, target, readOnly });

describe('the system of a container', () => {
  it("is what the image says: its paths, signals and files are that system's, whatever the host is", () => {
    expect([platformOf('windows'), platformOf('linux'), platformOf(undefined)]).toEqual([windowsContainers, linuxContainers, linuxContainers]);
    expect(resolve({}, {}, linuxOnWindows)).toMatchObject({ workingDirectory: '/', stopSignal: 'SIGTERM', environment: [{ name: 'PATH' }] });
  });

  it('is written down where it is not Linux, so that a stop in another session knows its signals', () => {
    expect(resolve().os).toBe('windows');
    expect(Object.keys(resolve({}, {}, linuxOnWindows))).not.toContain('os');
  });
});

describe('a Windows container', () => {
  it('is as Windows has it where nobody says anything: no PATH that hides that of the image, and an administrator of its own', () => {
    expect(resolve({ terminal: true })).toEqual({
      imageReference: 'docker.io/library/a:latest', args: ['cmd.exe'], environment: [], workingDirectory: 'C:\\', user: 'ContainerAdministrator', hostName: id.slice(0, 12), labels: [], terminal: true, openStdin: false,
      stopSignal: 'CtrlShutdown', stopTimeoutSeconds: 10, readOnlyRoot: false, privileged: false, network: 'none', resources: {}, mounts: [], autoRemove: false, os: 'windows',
    });
  });

  it('takes its command as an array, each argument as it is', () => {
    expect(resolve({ entrypoint: ['powershell.exe', '-Command'], command: ['Write-Output "a b"', 'C:\\x\\'] }).args).toEqual(['powershell.exe', '-Command', 'Write-Output "a b"', 'C:\\x\\']);
  });

  it('has one variable for names that differ in case alone, spelled as the last one', () => {
    expect(resolve({ environment: [{ name: 'PATH', value: 'C:\\a;C:\\b' }, { name: 'x', value: '1' }] }, { environment: [{ name: 'Path', value: 'C:\\Windows' }, { name: 'X', value: '0' }] }).environment)
      .toEqual([{ name: 'PATH', value: 'C:\\a;C:\\b' }, { name: 'x', value: '1' }]);
  });

  it('keeps labels apart that differ in case alone', () => {
    expect(resolve({ labels: [{ name: 'a', value: '1' }, { name: 'A', value: '2' }] }).labels.length).toBe(2);
  });

  it.each([['C:\\app', 'C:\\app'], ['c:/app/', 'C:\\app'], ['\\app', 'C:\\app'], ['/app/../srv', 'C:\\srv'], ['C:\\', 'C:\\'], ['D:\\data', 'D:\\data'], ['C:\\a b\\ü', 'C:\\a b\\ü']])('works in %s as %s', (asked, folder) => {
    expect(resolve({ workingDirectory: asked }).workingDirectory).toBe(folder);
    expect(resolve({}, { workingDirectory: asked }).workingDirectory).toBe(folder);
  });

  it.each(['app', 'C:app', 'C:', '.', '\\\\server\\share', '\\\\?\\C:\\a', 'C:\\a|b', 'C:\\a:b', 'C:\\a\0', 'C:\\NUL', 'C:\\com1.txt\\a'])('does not work in %j', (workingDirectory) => {
    expect(refusal({ workingDirectory })).toMatchObject({ code: 'ParameterInvalid', args: { parameter: 'workingDirectory' } });
  });

  it.each(['ContainerUser', 'NT AUTHORITY\\SYSTEM', 'DOMAIN\\web service', '박지수'])('runs as %s', (user) => {
    expect(resolve({ user }).user).toBe(user);
    expect(resolve({}, { user }).user).toBe(user);
  });
  it.each(['web:www', 'a\\b\\c', 'a/b', 'a\0', '\\web', 'a\nb'])('has no account %j', (user) => { expect(refusal({ user })).toMatchObject({ code: 'ParameterInvalid', args: { parameter: 'user' } }); });

  it.each([['CtrlShutdown', 15], ['SIGTERM', 15], ['term', 15], ['CtrlC', 2], ['SIGINT', 2], ['ctrlbreak', 21], ['CtrlClose', 1], ['SIGKILL', 9], ['15', 15], ['21', 21]])('is stopped by %s, number %i', (name, number) => {
    expect(windowsContainers.signalNumber(name)).toBe(number);
    expect(resolve({ stopSignal: name }).stopSignal).toBe(name);
  });
  it.each(['SIGUSR1', '10', '', '99', ' 15', 'constructor', '__proto__', 'SIGWHAT'])('knows no signal %j', (stopSignal) => { expect(refusal({ stopSignal })).toMatchObject({ code: 'SignalInvalid', args: { signal: stopSignal } }); });

  it.each<[Partial<CreateRequest>, string]>([[{ readOnlyRoot: true }, 'readOnlyRoot'], [{ privileged: true }, 'privileged'], [{ network: 'host' }, 'network'], [{ dnsOptions: ['ndots:2'] }, 'dnsOptions'], [{ domainName: 'example.test' }, 'domainName'],
    [{ resources: { processCount: 50 } }, 'processCount'], [{ resources: { memoryBytes: 2 ** 26, memorySwapBytes: 1 } }, 'memorySwapBytes'], [{ resources: { cpuSet: '0' } }, 'cpuSet'], [{ resources: { blockIoWeight: 50 } }, 'blockIoWeight'],
    [{ resources: { blockIoLimits: [{ device: '/dev/sda', readBytesPerSecond: 1 }] } }, 'blockIoLimits']])('has no %j, and says so', (request, option) => {
    expect(refusal(request)).toMatchObject({ code: 'OptionUnsupported', args: { option, reason: expect.any(String) as string } });
    expect(refusal(request, {}, linuxOnWindows)).not.toBeInstanceOf(Error);
  });

  it("has none of Linux's files mounted", () => {
    expect(windowsContainers.ownFiles({ hostsPath: 'a', hostNamePath: 'b', resolvConfPath: 'c' } as ContainerPaths)).toEqual([]);
    expect(windowsContainers.alwaysMounted).toEqual([]);
    expect(linuxContainers.ownFiles({ hostsPath: 'a', hostNamePath: 'b', resolvConfPath: 'c' } as ContainerPaths).map(({ target }) => target)).toEqual(['/etc/hosts', '/etc/hostname', '/etc/resolv.conf']);
  });
});

describe('mounts of a Windows container', () => {
  it('are volumes as a whole', () => {
    expect(refusal({ mounts: [{ kind: 'volume', source: 'data', target: 'C:\\data', readOnly: false, subPath: 'a' }] })).toMatchObject({ code: 'OptionUnsupported' });
  });

  it.each([['C:\\data', 'C:\\data'], ['c:/data/', 'C:\\data'], ['\\data\\.\\x\\..', 'C:\\data'], ['D:\\', 'D:\\'], ['d:\\deep\\er', 'D:\\deep\\er']])('%s is %s', (asked, target) => { expect(resolve({ mounts: [bind(asked)] }).mounts).toEqual([bind(target)]); });

  it.each([
    [bind('data')], [bind('C:')], [bind('C:\\')], [bind('/')], [bind('C:\\x\\..')], [bind('\\\\server\\share')], [bind('C:\\a*')], [bind('C:\\aux')], [bind('C:\\a\0')],
    [bind('C:\\data', 'relative')], [bind('C:\\data', '/srv')], [bind('C:\\data', 'C:')], [bind('C:\\data', 'C:\\a\0')], [bind('C:\\data'), bind('c:/DATA')],
    [{ kind: 'volume' as const, source: '..\\..', target: 'C:\\data', readOnly: false }],
  ])('are refused where they make no sense: %j', (...mounts) => {
    expect(refusal({ mounts })).toMatchObject({ code: 'ParameterInvalid', args: { parameter: 'mounts' } });
  });

  it.each(['C:\\srv', 'c:/srv', '\\\\server\\share\\folder', '\\\\?\\Volume{0f5a2c64-0000-0000-0000-100000000000}\\'])('come from %s of the host', (source) => { expect(resolve({ mounts: [bind('C:\\data', source)] }).mounts[0]?.source).toBe(source); });

  it('may be pipes, on both sides', () => {
    const pipe = '\\\\.\\pipe\\docker_engine';
    expect(resolve({ mounts: [bind('//./pipe/docker_engine', pipe)] }).mounts).toEqual([bind(pipe, pipe)]);
    for (const mount of [bind(pipe), bind('C:\\data', pipe), bind(pipe, pipe, true), { kind: 'volume', source: 'data', target: pipe, readOnly: false } as const, bind('\\\\.\\pipe\\a\\b', '\\\\.\\pipe\\a\\b')]) {
      expect(refusal({ mounts: [mount] })).toMatchObject({ code: 'ParameterInvalid', args: { parameter: 'mounts' } });
    }
  });

  it('take the place of volumes of the image, whatever their case; nonsense that the image declares is left out', () => {
    expect(resolve({ mounts: [bind('c:\\DATA')] }, { volumes: ['C:\\data', 'C:/logs', 'c:\\Logs', 'C:\\', 'x', '\\\\server\\a'] }).mounts.map(({ kind, target }) => [kind, target])).toEqual([['bind', 'C:\\DATA'], ['volume', 'C:\\Logs']]);
  });

  it('are found below the root file system where they are on its drive', () => {
    expect(['C:\\data', 'D:\\data', '\\\\.\\pipe\\x'].map((target) => windowsContainers.pathInRoot(target))).toEqual(['\\data', undefined, undefined]);
    expect(linuxContainers.pathInRoot('/data')).toBe('/data');
  });

  it("of Linux containers on Windows have the host's paths as source and Linux's as target", () => {
    expect(resolve({ mounts: [bind('/data/', 'C:\\srv')] }, {}, linuxOnWindows).mounts).toEqual([bind('/data', 'C:\\srv')]);
    expect(refusal({ mounts: [bind('C:\\data')] }, {}, linuxOnWindows)).toMatchObject({ code: 'ParameterInvalid' });
    expect(isHostPath('linux', '/srv')).toBe(true);
    expect(isHostPath('linux', 'C:\\srv')).toBe(false);
  });

  it('have one spelling: what was resolved resolves to itself, is absolute and has no step up', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'B', '.', ' ', 'ü', '-'), minLength: 1, maxLength: 5 });
    fc.assert(fc.property(fc.constantFrom('C:', 'd:', ''), fc.array(part, { minLength: 1, maxLength: 5 }), fc.constantFrom('\\', '/'), (drive, parts, slash) => {
      let target: string;
      try {
        target = windowsContainers.mountTarget(bind(`${drive}${slash}${parts.join(slash)}`));
      } catch {
        return;
      }
      expect(windowsContainers.mountTarget(bind(target))).toBe(target);
      expect(win32.isAbsolute(target)).toBe(true);
      expect(target.split('\\')).not.toContain('..');
    }));
  });
});

describe('differences between two specifications of Windows containers', () => {
  it('are none for the same request made again', () => {
    const [one, two] = [idOf('one'), idOf('two')];
    const make = (by: string): ContainerSpec => resolveSpec({ image: 'a', resources: {} }, bare, 'a', by, () => '', onWindows);
    expect(differences(make(one), make(two), [one, two])).toEqual([]);
  });
});
