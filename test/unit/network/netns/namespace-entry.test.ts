import { describe, expect, it } from 'vitest';
import { runInNamespace } from '../../../../src/network/netns/index.ts';

describe.skipIf(process.platform !== 'linux')('a program in a network namespace', () => {
  it('is killed with what it has started, where it does not end in time', async () => {
    const began = performance.now();
    const { exitCode, stdout, stderr } = await runInNamespace(undefined, '/bin/sh', ['-c', 'echo begun; sleep 1000 & sleep 1000'], '', process.env, 300);
    expect(performance.now() - began).toBeLessThan(30_000);
    expect([exitCode, stdout, stderr]).toEqual([128, 'begun\n', ' (ended by SIGKILL) (it did not end within 0.3 seconds)']);
  });

  it('tells its answer and its exit code, where it ends', async () => {
    expect(await runInNamespace(undefined, '/bin/sh', ['-c', 'cat; exit 3'], 'asked', process.env, 60_000)).toEqual({ exitCode: 3, stdout: 'asked', stderr: '' });
  });
});
