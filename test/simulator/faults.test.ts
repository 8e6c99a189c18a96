import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { simulatorBuildTimeout } from '../fixtures/hcs-simulator.ts';
import { linuxSimulator, type SimulatorHost, type Step } from '../fixtures/simulator-client.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';

const none = '00000000';

describe.skipIf(skipReason('Faults of the HCS simulator', linuxSimulator.whyNot()))('The HCS simulator on demand', () => {
  let host: SimulatorHost;
  let log: string;
  beforeAll(async () => {
    host = await linuxSimulator.open();
    log = join(host.root, 'calls.log');
    mkdirSync(join(host.root, 'container'));
  }, simulatorBuildTimeout);
  afterEach(async () => {
    rmSync(join(host.root, 'faults.json'), { force: true });
    await host.command('reset');
  });
  afterAll(async () => { await host?.close(); });

  const faults = (...Faults: readonly object[]): void => { writeFileSync(join(host.root, 'faults.json'), JSON.stringify({ Faults })); };
  const create: Step = ['create', 'a', 'one', { SchemaVersion: { Major: 2, Minor: 1 }, Container: { Storage: { Path: '' } } }];
  const made = (): Step => [...create.slice(0, 3), { SchemaVersion: { Major: 2, Minor: 1 }, ShouldTerminateOnLastHandleClosed: true, Container: { Storage: { Layers: [], Path: join(host.root, 'container') } } }];
  const machine: Step = ['create', 'v', 'vm', { SchemaVersion: { Major: 2, Minor: 1 }, ShouldTerminateOnLastHandleClosed: true, VirtualMachine: { GuestConnection: {} } }];
  const code = (lines: readonly string[], step: string): readonly string[] => lines.filter((line) => line.startsWith(`${step} `)).map((line) => line.slice(step.length + 1, step.length + 14));

  it('is slow, without holding up anybody else', async () => {
    faults({ Function: 'HcsStartComputeSystem', DelayInMs: 700 });
    const began = Date.now();
    const slow = host.steps(made(), ['start', 'a', '-'], ['close', 'a']);
    await expect.poll(() => host.counts().then((counts) => counts['systems'])).toBe(1);
    await host.steps(['enumerate', '-']);
    const other = Date.now() - began;
    expect(code(await slow, 'start')).toEqual([none]);
    expect(Date.now() - began).toBeGreaterThanOrEqual(700);
    expect(other).toBeLessThan(Date.now() - began);
  });

  it('fails with a code, in the operation or in the call, as often as it was told', async () => {
    faults({ Function: 'HcsStartComputeSystem', HResult: '0x80370109', Times: 1 }, { Function: 'HcsStartComputeSystem', HResult: 0x80070005 | 0, AtCall: true, Times: 1 });
    const lines = await host.steps(made(), ['start', 'a', '-'], ['start', 'a', '-'], ['start', 'a', '-'], ['close', 'a']);
    expect(lines.filter((line) => line.startsWith('start'))).toEqual(['start 80370109', 'start call 80070005', `start ${none}`]);
  });

  it('cuts a result document, and lets systems exit and guests go', async () => {
    faults({ Function: 'HcsGetComputeSystemProperties', MalformedResult: true, Times: 1 }, { Function: 'HcsPauseComputeSystem', GuestConnectionCloses: 'vm', Times: 1 }, { Function: 'HcsGetComputeSystemProperties', SystemExits: 'one' });
    const lines = await host.steps(made(), machine, ['callback', 'a', 0], ['callback', 'v', 0], ['start', 'a', '-'], ['start', 'v', '-'], ['properties', 'a', '-'], ['pause', 'v', '-'], ['resume', 'v', '-'], ['event', 'v', '6'], ['run', 'v', 'p', { CommandLine: 'true' }], ['properties', 'a', '-'], ['event', 'a', '1'], ['close', 'a'], ['close', 'v']);
    const [cut, after] = lines.filter((line) => line.startsWith('properties'));
    expect(() => JSON.parse((cut ?? '').slice(20)) as unknown).toThrow(SyntaxError);
    expect(after).toContain('80370110');
    expect(lines).toContain('event v 00000006');
    expect(code(lines, 'run')).toEqual([expect.stringContaining('8037010a')]);
    expect(lines).toContain('event a 00000001 {"Status":-2143878906,"ExitType":"UnexpectedExit"}');
  });

  it('goes away in the middle of a call: handles are told, and calls soon find a service without systems', async () => {
    const path = join(host.root, 'faults.json');
    faults({ Function: 'HcsPauseComputeSystem', ServiceGone: true });
    const lines = await host.steps(made(), ['callback', 'a', 0], ['start', 'a', '-'], ['run', 'a', 'p', { CommandLine: 'sleep 100' }], ['process-callback', 'p', 0], ['pause', 'a', '-'], ['event', 'a', '2000000'], ['event', 'p', '2000000'], ['properties', 'a', '-'], ['enumerate', '-'], ['enumerate', '-'], ['properties', 'a', '-'], ['close', 'a'], ['close-process', 'p']);
    expect(existsSync(path)).toBe(true);
    expect(lines.filter((line) => line.startsWith('pause'))).toEqual(['pause call 8037011e']);
    expect(lines.filter((line) => line.startsWith('event')).toSorted()).toEqual(['event a 02000000', 'event p 02000000']);
    expect(lines.filter((line) => line.startsWith('properties'))).toEqual(['properties call 8037011e', 'properties call 8037011e']);
    // The first may still have reached the one that was going.
    expect(lines.filter((line) => line.startsWith('enumerate')).at(-1)).toBe(`enumerate ${none} []`);
    expect(await host.counts()).toMatchObject({ handles: 0, systems: 0, processes: 0, clients: 0 });
  });

  it('writes each call into a log with its documents, its code and how long it took', async () => {
    const logging = await linuxSimulator.open({ environment: { HCS_SIMULATOR_LOG: log } });
    await logging.steps(['enumerate', { Owners: ['me'] }], ['enumerate', '{']);
    await logging.close();
    const calls = readFileSync(log, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(calls).toMatchObject([
      { Function: 'HcsEnumerateComputeSystems', Arguments: { Query: '{"Owners":["me"]}' }, HResult: '0x00000000', Result: '[]', DurationInMicroseconds: expect.any(Number) as number },
      { Function: 'HcsEnumerateComputeSystems', HResult: '0x8037010d', Result: expect.stringContaining('ErrorEvents') as string },
    ]);
  });

  it('listens to no client that sends garbage, and goes on', async () => {
    const frame = (text: string): Buffer => Buffer.concat([Buffer.from(new Uint32Array([Buffer.byteLength(text), 0]).buffer), Buffer.from(text)]);
    const garbage = [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]), Buffer.from([4, 0, 0, 0, 9, 0, 0, 0, 1, 2, 3, 4]), Buffer.from([3]), frame(''), frame('nonsense'), frame('[]'), frame('{"Call":1,"Arguments":{}}'),
      frame('{"Call":"HcsOpenComputeSystem","Arguments":[]}'), frame('['.repeat(100_000)), frame('{"Call":"HcsOpenComputeSystem","Id":-1,"Arguments":{}}'), frame('{"Call":"HcsCreateProcess","Id":1,"Arguments":{"Handle":99999,"NewHandle":"x"}}'),
      frame('{"Call":"HcsOpenComputeSystem","Id":1,"Arguments":{"Id":{"a":1},"NewHandle":-5,"NewHandleKind":77}}'), frame('{"Call":"CloseServiceHandle","Id":1,"Arguments":{"Handle":1e300}}'), frame('{"Call":"NoSuchFunction","Id":1,"Arguments":{}}'),
    ];
    await host.steps(['enumerate', '-']);
    for (const bytes of garbage) {
      await new Promise<void>((resolve, reject) => {
        const socket = connect(join(host.root, 'service.socket'), () => { socket.end(bytes); });
        socket.on('data', () => { /* An answer is fine, an end as well. */ });
        socket.on('close', () => { resolve(); });
        socket.on('error', (error: NodeJS.ErrnoException) => { if (error.code === 'EPIPE' || error.code === 'ECONNRESET') resolve(); else reject(error); });
      });
    }
    const lines = await host.steps(['enumerate', '-']);
    expect(lines).toEqual([`enumerate ${none} []`]);
    expect(await host.counts()).toMatchObject({ handles: 0, clients: 0, systems: 0 });
  });

  it('ends by itself when its folder is gone', async () => {
    const passing = await linuxSimulator.open();
    await passing.steps(['enumerate', '-']);
    const pid = Number(readFileSync(join(passing.root, 'service.pid'), 'utf8'));
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    rmSync(passing.root, { recursive: true });
    await expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 10_000 }).toBe(false);
  });
});
