import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { TestHost } from './host-state.ts';

interface Line { readonly stream: string; readonly text: string; readonly time: string }

describe.skipIf(skipReason('containers', whyNoContainers()))('the choice of lines of a log', () => {
  let host: TestHost;
  let engine: EngineClient;
  beforeAll(async () => {
    host = new TestHost();
    engine = await host.withImage();
    await engine.call('container/run', { image: 'busybox:test', name: 'both', network: 'None', command: ['sh', '-c', 'for n in 1 2 3; do echo out$n; sleep 0.1; echo err$n >&2; sleep 0.1; done'] });
  });
  afterAll(() => host?.close());

  const read = async (request: Partial<Parameters<typeof engine.call<'container/log'>>[1]>): Promise<readonly Line[]> => {
    const lines: Line[] = [];
    const result = await engine.call('container/log', { container: 'both', ...request }, { onItem: (item) => lines.push(item as Line) });
    expect(result.lines).toBe(lines.length);
    return lines;
  };
  const texts = async (request: Parameters<typeof read>[0]): Promise<readonly string[]> => (await read(request)).map(({ text }) => text);

  it('is by stream, where the tail counts that stream alone', async () => {
    expect(await texts({ only: 'stderr' })).toEqual(['err1', 'err2', 'err3']);
    expect(await texts({ only: 'stdout', tail: 2 })).toEqual(['out2', 'out3']);
    expect(await texts({ only: 'stdout', follow: true })).toEqual(['out1', 'out2', 'out3']);
  });

  it('is by time from both ends', async () => {
    const all = await read({});
    const [, second, , , fifth] = all;
    expect(await texts({ since: second?.time ?? '', until: fifth?.time ?? '' })).toEqual(['err1', 'out2', 'err2']);
    expect(await texts({ until: fifth?.time ?? '', tail: 1 })).toEqual(['err2']);
    const error = await read({ until: fifth?.time ?? '', follow: true }).catch((caught: unknown) => caught);
    expect(errorCode(error)).toBe('ParameterInvalid');
  });
});
