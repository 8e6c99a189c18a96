import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import { methods, type MethodName, type Params } from '../../src/contract/index.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { makeNetworkNamespace, whyNoNetworks, type NetworkNamespace } from '../fixtures/network-namespace.ts';
import { TestHost } from './host-state.ts';

const reason = whyNoContainers() ?? whyNoNetworks();

/** The same seed chooses the same operations and victims; in which order those of several engines meet, the machine decides. */
const seed = Number(process.env['SILO_RANDOM_SEED'] ?? randomInt(2 ** 31));
const engineCount = 4;
const operationsPerEngine = 75;
const operationLimitMs = 60_000;
/** An operation that takes longer is told of. */
const slowMs = 10_000;

/** Numbers of mulberry32. */
const random = (from: number): ((below: number) => number) => {
  let state = from >>> 0;
  return (below) => {
    state = (state + 0x6D2B79F5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
};

type Operation = { [M in MethodName]: readonly [M, Params<M>] }[MethodName];

/** An operation upon few names, so that engines meet at the same things. */
const chooseOperation = (below: (limit: number) => number): Operation => {
  const one = <T>(values: readonly T[]): T => values[below(values.length)] as T;
  const container = `c${below(6)}`;
  const network = `n${below(3)}`;
  const image = one(['busybox:test', 'busybox:test', 'busybox:test', 'tagged:1', 'tagged:2']);
  const made = (): Params<'container/create'> & { readonly image: string } => ({
    image, name: container, stopTimeoutSeconds: 0,
    command: one([['sleep', '1000'], ['sleep', '1000'], ['sleep', '1000'], ['sh', '-c', 'trap "exit 4" TERM; while :; do sleep 0.1; done'], ['sh', '-c', 'echo out; sleep 0.3; exit 3'], ['nothing-like-this']]),
    ...one([{ network: 'None' }, { network }, { network }, { networks: [{ network: 'n0' }, { network: 'n1', aliases: ['other'] }] }, { network, ports: [`${8100 + below(4)}:80`] }]),
    ...one([{}, {}, { mounts: [{ kind: 'Volume' as const, source: `volume-${below(3)}`, target: '/data', readOnly: false }] }]),
    ...one([{}, {}, {}, { restartPolicy: { name: 'Always' as const } }, { restartPolicy: { name: 'OnFailure' as const, maximumRetries: 2 } }, { autoRemove: true }]),
  });
  const choices: readonly (readonly [weight: number, make: () => Operation])[] = [
    [16, () => ['container/create', made()]],
    [14, () => ['container/start', { container }]],
    [5, () => ['container/stop', { container }]],
    [5, () => ['container/restart', { container, force: below(2) === 0 }]],
    [4, () => ['container/pause', { container }]],
    [5, () => ['container/resume', { container }]],
    [8, () => ['process/run', { container, command: ['true'], timeoutSeconds: 30 }]],
    [3, () => ['process/start', { container, command: ['sleep', '500'] }]],
    [3, () => ['container/rename', { container, name: `c${below(6)}` }]],
    [6, () => ['container/remove', { container, force: below(3) > 0 }]],
    [3, () => ['container/run', { ...made(), command: ['true'], timeoutSeconds: 30 }]],
    [2, () => ['container/list', {}]],
    [2, () => ['container/statistics', {}]],
    [6, () => ['network/create', { name: network, driver: one(['Nat', 'Internal']) }]],
    [2, () => ['network/remove', { network, force: below(2) === 0 }]],
    [5, () => ['network/connect', { container, network }]],
    [3, () => ['network/disconnect', { container, network }]],
    [4, () => ['image/tag', { image: 'busybox:test', reference: one(['tagged:1', 'tagged:2']) }]],
    [3, () => ['image/remove', { image: one(['tagged:1', 'tagged:2']), force: below(2) === 0 }]],
  ];
  let place = below(choices.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, make] of choices) {
    place -= weight;
    if (place < 0) return make();
  }
  throw new Error('the weights do not add up');
};

const count = (counts: Map<string, number>, key: string): void => { counts.set(key, (counts.get(key) ?? 0) + 1); };
const told = (counts: ReadonlyMap<string, number>): string => [...counts].sort(([one], [other]) => one.localeCompare(other)).map(([key, number]) => `${key} ${number}`).join(', ');

describe.skipIf(reason !== undefined)(`random operations from several engines, some of which are killed${reason === undefined ? '' : `: ${reason}`}`, () => {
  let machine: NetworkNamespace;
  let host: TestHost;
  beforeAll(async () => {
    machine = makeNetworkNamespace();
    host = new TestHost(undefined, ['env', 'SILO_DEFAULT_NETWORK=', 'nsenter', `--net=${machine.path}`], machine);
    const engine = await host.withImage();
    await engine.close();
  });
  afterAll(async () => {
    await host?.close();
    machine?.close();
  });

  const [operations, refusals, kills, faults, slow] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>(), [] as string[], [] as string[]];
  let [done, interrupted, workers] = [0, 0, 0];
  const engines: (EngineClient | undefined)[] = [];
  const killed = new Set<EngineClient>();

  /** One operation; whatever it ends with that no contract speaks of is a fault. */
  const perform = async (engine: EngineClient, [method, params]: Operation): Promise<void> => {
    count(operations, method);
    let outcome = 'done';
    const began = performance.now();
    const limit = AbortSignal.timeout(operationLimitMs + 5000);
    const late = new Promise<never>((_resolve, reject) => { limit.addEventListener('abort', () => { reject(new Error('no answer')); }); });
    try {
      await Promise.race([(engine.call as (method: MethodName, params: object, options: object) => Promise<unknown>)(method, params, method === 'container/run' || method === 'process/run' ? { onItem: () => {} } : {}), late]);
      done += 1;
    } catch (error) {
      const code = errorCode(error);
      if (code !== undefined && (methods[method].errors as readonly string[]).includes(code)) count(refusals, `${method}: ${code}`);
      else if (code === undefined && killed.has(engine)) interrupted += 1;
      else faults.push(`${method} ${JSON.stringify(params)}: ${code ?? 'no code'}: ${(error as Error).message.slice(0, 500)}`);
      outcome = code ?? 'interrupted';
      if (code === 'RuntimeFailed' || code === 'NetworkFailed' || code === 'ContainerStartFailed') count(refusals, `  of these: ${(error as Error).message.slice(0, 200).replaceAll(/[0-9a-f]{12,}/g, '…')}`);
    } finally {
      const took = performance.now() - began;
      if (took > slowMs) slow.push(`${(took / 1000).toFixed(1)} s ${method} ${JSON.stringify(params)}: ${outcome}`);
    }
  };

  const work = async (index: number): Promise<void> => {
    const below = random(seed + index);
    workers += 1;
    try {
      for (let left = operationsPerEngine; left > 0; left -= 1) {
        let engine = engines[index];
        if (engine === undefined || killed.has(engine)) engine = engines[index] = await host.engine();
        // Now and then two at once on the same engine.
        const operation = chooseOperation(below);
        if (below(4) > 0 || left === 1) await perform(engine, operation);
        else { left -= 1; await Promise.all([perform(engine, operation), perform(engine, chooseOperation(below))]); }
      }
    } finally {
      workers -= 1;
    }
  };

  /** runc lives for some milliseconds: it is waited for. */
  const victims = async (kind: 'supervisor' | 'conmon' | 'runc'): Promise<readonly number[]> => {
    for (let look = 0; look < (kind === 'runc' ? 20 : 1); look += 1) {
      const found = host.processes(kind);
      if (found.length > 0) return found;
      await delay(5);
    }
    return [];
  };

  const killNowAndThen = async (): Promise<void> => {
    const below = random(seed + engineCount);
    while (workers > 0) {
      await delay(150 + below(300));
      const kind = (['engine', 'engine', 'supervisor', 'conmon', 'runc', 'runc'] as const)[below(6)] ?? 'engine';
      const place = below(1000);
      if (kind === 'engine') {
        const engine = engines[place % engineCount];
        if (engine === undefined || killed.has(engine)) continue;
        killed.add(engine);
        await host.kill(engine);
      } else {
        const found = await victims(kind);
        const pid = found[place % found.length];
        if (pid === undefined) continue;
        try { process.kill(pid, 'SIGKILL'); } catch { continue; }
      }
      count(kills, kind);
    }
  };

  it('leaves store, kernel and list of one mind, and nothing behind', async () => {
    console.log(`random operations: SILO_RANDOM_SEED=${seed}`);
    const began = performance.now();
    const working = Promise.all(Array.from({ length: engineCount }, (_, index) => work(index)));
    await Promise.all([working, killNowAndThen()]);
    console.log(`random operations: ${[...operations.values()].reduce((sum, each) => sum + each, 0)} in ${((performance.now() - began) / 1000).toFixed(0)} s, ${done} done, ${interrupted} interrupted; ${told(operations)}\nkilled: ${told(kills)}\nrefused:\n${[...refusals].sort(([one], [other]) => one.localeCompare(other)).map(([key, number]) => `  ${number} ${key}`).join('\n')}\nslow:\n${slow.map((line) => `  ${line}`).join('\n')}`);
    expect(faults).toEqual([]);

    for (const engine of engines) if (engine !== undefined && !killed.has(engine)) await host.kill(engine);
    for (const pid of host.processes('supervisor')) process.kill(pid, 'SIGKILL');
    const engine = await host.engine();
    const { items } = await engine.call('container/list', {});
    console.log(`random operations: in the end ${items.length} containers, ${items.filter(({ state }) => state === 'Running').length} of them running`);
    expect(await host.settledLeaks(30_000)).toEqual([]);
    await expect.poll(() => host.losses(), { timeout: 30_000, interval: 500 }).toEqual([]);
    expect((await engine.call('network/repair', { dryRun: true })).items).toEqual([]);
    // Whatever runs can be worked with.
    for (const { id, state } of (await engine.call('container/list', {})).items) {
      if (state === 'Paused') await engine.call('container/resume', { container: id });
      if (state !== 'Running' && state !== 'Paused') continue;
      await engine.call('process/run', { container: id, command: ['true'] }, { onItem: () => {} }).catch((error: unknown) => {
        // It may have ended meanwhile.
        if (errorCode(error) !== 'ContainerNotRunning') throw error;
      });
    }
    expect((await engine.call('store/repair', { dryRun: true })).items).toEqual([]);

    for (const { id } of (await engine.call('container/list', {})).items) await engine.call('container/remove', { container: id, force: true });
    for (const { id } of (await engine.call('network/list', {})).items) await engine.call('network/remove', { network: id, force: true });
    expect(await host.settledLeaks()).toEqual([]);
    expect(machine.run('ip -brief link | grep silo || true; nft list ruleset')).toBe('');
    expect([...host.processes('conmon'), ...host.processes('runc')]).toEqual([]);
    await expect.poll(() => host.processes('supervisor'), { timeout: 30_000, interval: 500 }).toEqual([]);
    await engine.close();
  }, 600_000);
});
