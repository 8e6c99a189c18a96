import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCode } from '../../build/engine-client.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { TestHost } from './host-state.ts';

const reason = whyNoContainers();

describe.skipIf(reason !== undefined)(`several engines on one root${reason === undefined ? '' : `: ${reason}`}`, () => {
  let host: TestHost;
  beforeAll(async () => {
    host = new TestHost();
    await using engine = await host.withImage();
    void engine;
  });
  afterAll(async () => { await host.close(); });

  it('see the same containers, and each one can end what another started', async () => {
    await using one = await host.engine();
    await using two = await host.engine();
    const { container } = await one.call('container/create', { image: 'busybox:test', name: 'shared', command: ['sleep', '1000'] });
    await one.call('container/start', { container: 'shared' });
    expect((await two.call('container/list', { containers: ['shared'] })).items[0]).toMatchObject({ id: container.id, state: 'Running' });
    const waiting = one.call('container/wait', { container: 'shared' });
    await two.call('container/stop', { container: 'shared', force: true });
    expect((await waiting).container).toMatchObject({ state: 'Exited', exitCode: 137 });
    await two.call('container/remove', { container: 'shared' });
    expect(await host.settledLeaks()).toEqual([]);
  });

  it('create, start and remove one name at the same time: one wins, the others are told why', async () => {
    await using one = await host.engine();
    await using two = await host.engine();
    const outcomes = new Map<string, number>();
    const attempt = async (what: string, call: Promise<unknown>): Promise<void> => {
      const outcome = await call.then(() => 'done', (error: unknown) => errorCode(error) ?? String(error));
      outcomes.set(`${what} ${outcome}`, (outcomes.get(`${what} ${outcome}`) ?? 0) + 1);
    };
    const work = async (engine: typeof one): Promise<void> => {
      for (let round = 0; round < 12; round++) {
        await attempt('create', engine.call('container/create', { image: 'busybox:test', name: 'contested', command: ['sleep', '1000'] }));
        await attempt('start', engine.call('container/start', { container: 'contested' }));
        await attempt('remove', engine.call('container/remove', { container: 'contested', force: true }));
      }
    };
    await Promise.all([work(one), work(two)]);
    const allowed = /^(?:create (?:done|ContainerNameInUse)|start (?:done|ContainerNotFound)|remove done)$/;
    expect([...outcomes.keys()].filter((outcome) => !allowed.test(outcome))).toEqual([]);
    expect(outcomes.get('create done')).toBeGreaterThanOrEqual(12);
    expect(await host.settledLeaks()).toEqual([]);
  }, 60_000);

  it('import the same archive at the same time into one set of layers', async () => {
    await using one = await host.engine();
    await using two = await host.engine();
    const results = await Promise.all([one, two].map((engine, index) => engine.call('image/import', { path: host.archive, reference: `twin:${index}` })));
    expect(results[0]?.images[0]?.digest).toBe(results[1]?.images[0]?.digest);
    for (const index of [0, 1]) await one.call('image/remove', { image: `twin:${index}` });
    expect(await host.settledLeaks()).toEqual([]);
  });
});
