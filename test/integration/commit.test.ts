import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { blobOf, configOf } from '../fixtures/stored-images.ts';
import { TestHost } from './host-state.ts';

const reason = whyNoContainers();

describe.skipIf(reason !== undefined)(`the commit of a container${reason === undefined ? '' : `: ${reason}`}`, () => {
  let host: TestHost;
  let engine: EngineClient;
  beforeAll(async () => {
    host = new TestHost();
    engine = await host.withImage();
  });
  afterAll(async () => { await host.close(); });

  /** Runs a command in a new container that stays, and gives what it wrote. */
  const run = async (name: string, command: string, image = 'busybox:test'): Promise<string> => {
    const lines: string[] = [];
    const { container } = await engine.call('container/run', { image, name, command: ['sh', '-c', command] }, { onItem: (item) => lines.push((item as { text: string }).text) });
    expect(container.exitCode, lines.join('\n')).toBe(0);
    return lines.join('\n');
  };
  const remove = async (...names: readonly string[]): Promise<void> => {
    for (const container of names) await engine.call('container/remove', { container, force: true });
  };
  const setTimes = 'touch -d 2001-01-01 /data/new; touch -d 2001-01-02 /data';

  it('is an image with what was changed, added and deleted, and with nothing else', async () => {
    await run('changed', 'echo changed > /www/index.html; rm /data/seed; echo new > /data/new; chmod 4755 /data/new; ln /data/new /data/link; ln -s new /data/symlink; mkfifo /data/fifo');
    const { image } = await engine.call('container/commit', { container: 'changed', reference: 'committed:one' });
    expect(image).toMatchObject({ name: 'committed:one', layerCount: 2, containers: [] });
    expect(await run('again', 'cat /www/index.html /data/new; ls /data; ls -ln /data/new; test /data/new -ef /data/link && echo same; test -p /data/fifo && echo fifo', 'committed:one'))
      .toMatch(/^changed\nnew\nfifo\nlink\nnew\nsymlink\n-rwsr-xr-x +2 0 +0 .*\nsame\nfifo$/);
    await remove('changed', 'again');
    await engine.call('image/remove', { image: 'committed:one' });
    expect(await host.settledLeaks()).toEqual([]);
  });

  it('of the same changes has the same digest, whichever container and moment', async () => {
    const digests = new Set<string>();
    for (const name of ['first', 'second', 'third']) {
      await run(name, `echo same > /data/new; ${setTimes}`);
      digests.add((await engine.call('container/commit', { container: name, reference: `same:${name}` })).image.digest);
      // The layer of a container is not changed by being read.
      digests.add((await engine.call('container/commit', { container: name, reference: `same:${name}` })).image.digest);
      await delay(1100);
    }
    expect(digests.size).toBe(3);
    await remove('first', 'second', 'third');
    for (const name of ['first', 'second', 'third']) await engine.call('image/remove', { image: `same:${name}` });
  });

  it('of a container that changed nothing has no new layer', async () => {
    await run('idle', 'true');
    const { container } = await engine.call('container/create', { image: 'busybox:test', name: 'unstarted', command: ['true'] });
    for (const name of ['idle', container.id]) {
      const { image } = await engine.call('container/commit', { container: name, reference: 'idle:test', changes: ['CMD ["true"]'] });
      expect(image.layerCount).toBe(1);
      expect((await configOf(host.root, image)).history.at(-1)).toMatchObject({ empty_layer: true });
    }
    await remove('idle', 'unstarted');
    await engine.call('image/remove', { image: 'idle:test' });
  });

  it('changes the configuration as a Dockerfile would', async () => {
    await run('configured', 'echo x > /x');
    const changes = [
      'ENV A="one two" B=${A}x', 'ENV PATH=/opt/bin:$PATH C=${NONE:-fallback}', 'LABEL maintainer=me "two words"="a value"', 'EXPOSE 80 443/tcp 8000-8002/udp', 'USER web:101', 'VOLUME ["/data/one", "/two"]',
      'WORKDIR /www', 'WORKDIR inner', 'STOPSIGNAL SIGINT', 'entrypoint ["/bin/echo", "-n"]', 'CMD echo $HOME',
    ];
    const { image } = await engine.call('container/commit', { container: 'configured', reference: 'configured:test', author: 'Somebody', message: 'a message', changes });
    const config = await configOf(host.root, image);
    expect(config.config).toMatchObject({
      Env: ['A=one two', 'B=x', 'PATH=/opt/bin:', 'C=fallback'], Labels: { maintainer: 'me', 'two words': 'a value' }, User: 'web:101', WorkingDir: '/www/inner', StopSignal: 'SIGINT',
      Entrypoint: ['/bin/echo', '-n'], Cmd: ['/bin/sh', '-c', 'echo $HOME'],
    });
    expect(Object.keys(config.config.ExposedPorts ?? {}).toSorted()).toEqual(['443/tcp', '80/tcp', '8000/udp', '8001/udp', '8002/udp']);
    expect(Object.keys(config.config.Volumes ?? {}).toSorted()).toEqual(['/data/one', '/two']);
    expect(config.author).toBe('Somebody');
    expect(config.history.at(-1)).toMatchObject({ created_by: 'sh -c echo x > /x', comment: 'a message', author: 'Somebody' });
    expect(config.history).toHaveLength(2);
    await remove('configured');
    await engine.call('image/remove', { image: 'configured:test' });
  });

  it.each([
    [['RUN rm -rf /'], 'line 1'], [['ENV A=1', 'ENV'], 'line 2'], [['EXPOSE 99999'], 'no port'], [['STOPSIGNAL SIGNONE'], 'no signal'], [['CMD [1]'], 'something else than texts'],
    [['LABEL ""=x'], 'empty'], [['ENV A=1\nENV B=2'], 'one line'], [['FROM scratch'], "'FROM' cannot change"], [['ENV A=${B:?}'], 'line 1'], [[''], 'line 1'], [['USER \0'], 'line 1'],
  ])('refuses the changes %j', async (changes, text) => {
    await run('refused', 'true');
    const error = await engine.call('container/commit', { container: 'refused', changes: [...changes] }).then(() => undefined, (caught: unknown) => caught);
    expect([errorCode(error), String(error)]).toEqual(['DockerfileInvalid', expect.stringContaining(text)]);
    await remove('refused');
    expect((await engine.call('image/list', {})).items.map((item) => item.name)).toEqual(['busybox:test']);
  });

  it('says what is wrong with its names', async () => {
    expect(errorCode(await engine.call('container/commit', { container: 'nobody' }).catch((error: unknown) => error))).toBe('ContainerNotFound');
    await run('named', 'true');
    expect(errorCode(await engine.call('container/commit', { container: 'named', reference: 'Upper/Case' }).catch((error: unknown) => error))).toBe('ImageReferenceInvalid');
    await run('whiteout', 'touch /data/.wh.x');
    expect(errorCode(await engine.call('container/commit', { container: 'whiteout' }).catch((error: unknown) => error))).toBe('LayerEntryUnsupported');
    await remove('named', 'whiteout');
    expect(await host.settledLeaks()).toEqual([]);
  });

  it('without a reference is found by its digest', async () => {
    await run('unnamed', 'echo x > /x');
    const { image } = await engine.call('container/commit', { container: 'unnamed' });
    expect(image.name).toBe(`localhost/nameless@${image.digest}`);
    expect((await engine.call('image/list', { reference: image.id })).items).toHaveLength(1);
    await engine.call('image/remove', { image: image.id });
    await remove('unnamed');
  });

  it('leaves volumes out', async () => {
    const { container } = await engine.call('container/create', {
      image: 'busybox:test', name: 'volumed', command: ['sh', '-c', 'echo secret > /vol/ume/file; echo secret > /www/file; echo mine > /data/mine'],
      mounts: [{ kind: 'Volume', source: 'committed-volume', target: '/vol/ume', readOnly: false }, { kind: 'Bind', source: host.folder, target: '/www', readOnly: false }],
    });
    await engine.call('container/start', { container: container.id });
    await engine.call('container/wait', { container: container.id });
    await engine.call('container/commit', { container: 'volumed', reference: 'volumed:test' });
    expect(await run('look', 'cat /data/mine; ls /vol /www 2>&1; true', 'volumed:test')).toMatch(/^mine\nls: \/vol: No such file or directory\n\/www:\nindex.html$/);
    await remove('volumed', 'look');
    await engine.call('image/remove', { image: 'volumed:test' });
  });

  it('of a running container is of one moment, and the container goes on', async () => {
    // Two files that are always the same, but for the moment between.
    await engine.call('container/create', { image: 'busybox:test', name: 'running', command: ['sh', '-c', 'dd if=/dev/zero of=/data/big bs=1M count=40 2>/dev/null; i=0; while true; do i=$((i+1)); echo $i > /tmp/n; mv /tmp/n /data/a; echo $i > /tmp/n; mv /tmp/n /www/z; done'] });
    await engine.call('container/start', { container: 'running' });
    await delay(500);
    const { image } = await engine.call('container/commit', { container: 'running', reference: 'running:test' });
    const [a, z] = (await run('compare', 'cat /data/a /www/z', 'running:test')).split('\n').map(Number);
    expect(image.sizeBytes).toBeGreaterThan(40 * 1024 * 1024);
    expect(Math.abs(Number(a) - Number(z))).toBeLessThanOrEqual(1);
    const read = async (): Promise<string> => {
      const lines: string[] = [];
      await engine.call('process/run', { container: 'running', command: ['cat', '/data/a'] }, { onItem: (item) => lines.push((item as { text: string }).text) });
      return lines.join('');
    };
    const before = Number(await read());
    await delay(200);
    expect(Number(await read())).toBeGreaterThan(before);
    await engine.call('container/commit', { container: 'running', reference: 'running:test', pause: false });
    expect((await engine.call('container/list', { containers: ['running'] })).items[0]).toMatchObject({ state: 'Running' });
    await remove('running', 'compare');
    await engine.call('image/remove', { image: 'running:test' });
    expect(await host.settledLeaks()).toEqual([]);
  });

  it('that is cancelled leaves nothing, and the container runs on', async () => {
    await engine.call('container/create', { image: 'busybox:test', name: 'cancelled', command: ['sh', '-c', 'dd if=/dev/urandom of=/data/big bs=1M count=60 2>/dev/null; echo > /ready; sleep 1000'] });
    await engine.call('container/start', { container: 'cancelled' });
    await engine.call('process/run', { container: 'cancelled', command: ['sh', '-c', 'until test -e /ready; do sleep 0.05; done'] });
    for (const after of [0, 20, 100, 400]) {
      const cancel = new AbortController();
      const committing = engine.call('container/commit', { container: 'cancelled', reference: 'cancelled:test' }, { signal: cancel.signal });
      setTimeout(() => { cancel.abort(); }, after);
      expect(await committing.then((result) => result, (error: unknown) => errorCode(error) ?? error)).toBe('OperationCancelled');
    }
    expect((await engine.call('process/run', { container: 'cancelled', command: ['true'] })).process.exitCode).toBe(0);
    expect((await engine.call('image/list', {})).items.map((item) => item.name)).toEqual(['busybox:test']);
    await remove('cancelled');
    expect(await host.settledLeaks()).toEqual([]);
  });

  it('whose engine is killed leaves an image or nothing, and no frozen container', async () => {
    await engine.call('container/create', { image: 'busybox:test', name: 'killed', command: ['sh', '-c', 'dd if=/dev/urandom of=/data/big bs=1M count=30 2>/dev/null; echo > /ready; sleep 1000'] });
    await engine.call('container/start', { container: 'killed' });
    await engine.call('process/run', { container: 'killed', command: ['sh', '-c', 'until test -e /ready; do sleep 0.05; done'] });
    for (const moment of [0, 20, 60, 150, 400, 700, 1100]) {
      const doomed = await host.engine();
      await doomed.call('host/get', {});
      doomed.call('container/commit', { container: 'killed', reference: 'killed:test' }).catch(() => undefined);
      await delay(moment);
      await host.kill(doomed);
      await using next = await host.engine();
      expect((await next.call('process/run', { container: 'killed', command: ['true'], timeoutSeconds: 20 })).process.exitCode).toBe(0);
      expect(await host.settledLeaks()).toEqual([]);
    }
    const { image } = await engine.call('container/commit', { container: 'killed', reference: 'killed:test' });
    expect((await blobOf(host.root, image.digest)).length).toBeGreaterThan(100);
    await remove('killed');
    await engine.call('image/remove', { image: 'killed:test' });
    expect(await host.settledLeaks()).toEqual([]);
  }, 120_000);
});
