import { describe, expect, it } from 'vitest';
import { ImageDocument } from '../../../src/build/image-document.ts';
import { parseImageConfig } from '../../../src/image/index.ts';
import { expectError } from '../../fixtures/expect-error.ts';

const platform = { os: 'linux', architecture: 'amd64' } as const;
const layer = (digit: string, at: number) => ({ diffId: `sha256:${digit.repeat(64)}`, createdAt: new Date(at) }) as const;
const read = (document: ImageDocument): Record<string, unknown> & { config: Record<string, unknown>; history: readonly object[] } => JSON.parse(Buffer.from(document.toBytes()).toString()) as never;

describe('an image configuration in the making', () => {
  it('records steps and layers, and says the same again when it is read', () => {
    const document = ImageDocument.scratch(platform);
    document.record('COPY a /', layer('1', 1000));
    document.setEnvironment([{ name: 'A', value: '1' }, { name: 'B', value: 'x=y' }]);
    document.record('ENV A=1', undefined);
    document.setEnvironment([{ name: 'A', value: '2' }]);
    document.record('RUN x', layer('2', 2000));
    const { history, created, config } = read(document);
    expect(created).toBe('1970-01-01T00:00:02.000Z');
    expect(config['Env']).toEqual(['A=2', 'B=x=y']);
    expect(history).toMatchObject([{ created_by: 'COPY a /', created: '1970-01-01T00:00:01.000Z' }, { created_by: 'ENV A=1', empty_layer: true, created: '1970-01-01T00:00:01.000Z' }, { created_by: 'RUN x' }]);
    const again = ImageDocument.parse(document.toBytes());
    expect(Buffer.from(again.toBytes())).toEqual(Buffer.from(document.toBytes()));
    expect(again.diffIds).toHaveLength(2);
    expect(parseImageConfig(document.toBytes()).defaults.environment).toEqual([{ name: 'A', value: '2' }, { name: 'B', value: 'x=y' }]);
  });

  it('keeps what it does not know, and drops what speaks of another container', () => {
    const base = { architecture: 'arm64', variant: 'v8', os: 'linux', 'os.features': ['x'], 'container': 'c', 'config': { Unknown: { deep: 1 }, Cmd: ['a'], OnBuild: ['RUN x'] }, 'rootfs': { type: 'layers', diff_ids: [] } };
    const document = ImageDocument.parse(Buffer.from(JSON.stringify(base)));
    expect(document.triggers).toEqual(['RUN x']);
    document.clearTriggers();
    const copy = document.copy();
    copy.setUser('web');
    copy.setEntrypoint({ shell: 'run' }, false);
    expect(read(copy)).toMatchObject({ 'variant': 'v8', 'os.features': ['x'], 'config': { Unknown: { deep: 1 }, User: 'web', Entrypoint: ['/bin/sh', '-c', 'run'] } });
    expect(read(copy)).not.toHaveProperty('container');
    expect(read(copy).config).not.toHaveProperty('Cmd');
    expect(read(copy).config).not.toHaveProperty('OnBuild');
    // The one that it was copied from is as before.
    expect(read(document).config).toMatchObject({ Cmd: ['a'] });
    expect(read(document).config).not.toHaveProperty('User');
  });

  it('holds the words of its instructions', () => {
    const document = ImageDocument.scratch(platform);
    document.setShell(['bash', '-ec']);
    document.setCommand({ shell: 'x' });
    document.setEntrypoint({ exec: ['e'] }, true);
    document.addPorts(['80/tcp']);
    document.addPorts(['53/udp', '80/tcp']);
    document.addVolumes(['/b', '/a']);
    document.setLabels([{ name: 'z', value: '1' }, { name: '__proto__', value: 'p' }]);
    document.setHealthcheck({ test: ['CMD', 'x'], intervals: { Interval: 5 } });
    document.addTrigger('RUN a');
    document.addTrigger('RUN b');
    expect(Object.keys(read(document).config['Labels'] as object)).toEqual(['__proto__', 'z']);
    expect(read(document).config).toMatchObject({ Cmd: ['bash', '-ec', 'x'], Entrypoint: ['e'], ExposedPorts: { '53/udp': {}, '80/tcp': {} }, Volumes: { '/a': {}, '/b': {} }, Healthcheck: { Test: ['CMD', 'x'], Interval: 5 }, OnBuild: ['RUN a', 'RUN b'] });
  });

  it('refuses what is no configuration', async () => {
    for (const text of ['', '[]', '{}', '{"os":"linux","architecture":"amd64","rootfs":{"diff_ids":["x"]}}']) await expectError('ManifestInvalid', () => ImageDocument.parse(Buffer.from(text)));
  });
});
