import { describe, expect, it } from 'vitest';
import type { HostFacts } from '../../../src/core/index.ts';
import { hostPlatform } from '../../../src/engine/host-platform.ts';
import { choosePlatform } from '../../../src/image/index.ts';

const windows = (build: number, revision: number | undefined): HostFacts => ({ os: 'windows', architecture: 'amd64', osVersion: 'Windows Server 2022 Datacenter', windows: { edition: 'server', build, revision } } as HostFacts);
const index = ['10.0.26100.1', '10.0.20348.2000', '10.0.20348.3000', '10.0.17763.1'].map((osVersion) => ({ platform: { os: 'windows', architecture: 'amd64', osVersion } }));

describe('the platform of a host', () => {
  it("has Windows' version as images write it, not as people call it", () => {
    expect(hostPlatform(windows(20348, 2340))).toEqual({ os: 'windows', architecture: 'amd64', osVersion: '10.0.20348.2340' });
    expect(hostPlatform(windows(20348, undefined)).osVersion).toBe('10.0.20348');
    expect(hostPlatform({ os: 'linux', architecture: 'arm64' })).toEqual({ os: 'linux', architecture: 'arm64' });
  });

  it.each([[20348, 2100, '10.0.20348.2000'], [20348, 2900, '10.0.20348.3000'], [26100, 5, '10.0.26100.1'], [19045, 1, '10.0.17763.1'], [14393, 1, undefined]])('of build %i.%i takes from an index for several the image for %s', (build, revision, osVersion) => {
    expect(choosePlatform(index, hostPlatform(windows(build, revision)))?.platform.osVersion).toBe(osVersion);
  });
});
