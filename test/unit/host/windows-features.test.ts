import { describe, expect, it } from 'vitest';
import { WindowsFeatures } from '../../../src/host/index.ts';
import { expectError } from '../../fixtures/expect-error.ts';

describe('a feature of Windows', () => {
  const calls: (readonly string[])[] = [];
  const features = (exitCode: number, told = ''): WindowsFeatures => new WindowsFeatures((args) => {
    calls.push(args);
    return Promise.resolve({ exitCode, told });
  });

  it('is enabled with all that it needs, and never restarts the machine', async () => {
    expect(await features(0).enable('HyperV')).toBe(false);
    expect(calls.at(-1)).toEqual(['/English', '/Online', '/Enable-Feature', '/FeatureName:Microsoft-Hyper-V', '/All', '/NoRestart', '/Quiet']);
  });

  it('says where a restart is needed', async () => {
    expect(await features(3010).enable('Containers')).toBe(true);
    expect(calls.at(-1)).toContain('/FeatureName:Containers');
  });

  it('that cannot be enabled is a coded error with the reason', async () => {
    const error = await expectError('HostFeatureFailed', features(740, 'Error: 740\r\n\r\nElevated permissions are required to run DISM.').enable('Containers'));
    expect(error.args).toEqual({ feature: 'Containers', reason: 'Elevated permissions are required to run DISM.' });
    const missing = new WindowsFeatures(() => Promise.reject(new Error('spawn dism.exe ENOENT')));
    expect((await expectError('HostFeatureFailed', missing.enable('HyperV'))).args['reason']).toContain('ENOENT');
  });
});
