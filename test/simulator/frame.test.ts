import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildHcsSimulator, startSimulator, whyNoSimulator, type RunningSimulator, type SimulatorFiles } from '../fixtures/hcs-simulator.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';

const run = promisify(execFile);

describe.skipIf(skipReason('The HCS simulator', whyNoSimulator('linux')))('The HCS simulator', () => {
  let files: SimulatorFiles;
  let simulator: RunningSimulator;
  beforeAll(async () => {
    files = await buildHcsSimulator({ target: 'linux' });
    simulator = startSimulator(files);
  });
  afterAll(async () => { await simulator?.stop(); });

  it('starts its service with the first call, and answers operations and direct calls', async () => {
    expect(await simulator.counts()).toEqual({});
    const { stdout } = await run(files.testClient, ['operations', 'service', '-'], { env: { ...process.env, ...simulator.environment } });
    expect(stdout.split('
')).toEqual(expect.arrayContaining(['idle 80370115', 'result 00000000 []', expect.stringMatching(/^service 00000000 \{"Properties":\[/)]));
    expect(await simulator.counts()).toMatchObject({ handles: 0, operations: 0, files: 0, clients: 0 });
  });
});
