import { describe, expect, it } from 'vitest';
import { askedWindowsHostFacts, windowsHostFacts } from '../../../src/host/index.ts';
import { wineHost } from '../../fixtures/wine.ts';

describe('facts of a Windows host', () => {
  it('are those of its registry, its services and its processors', () => {
    const facts = windowsHostFacts();
    expect(facts).toMatchObject({ os: 'windows', architecture: 'amd64', elevated: true, mountNamespaceProblem: undefined });
    expect(facts.windows).toMatchObject({ edition: wineHost.edition, build: wineHost.build, revision: wineHost.revision, productName: 'Windows Server 2022 Datacenter', rebootPending: false, linuxKernelPath: undefined });
    expect(facts.kernelVersion).toBe(`10.0.${wineHost.build}.${wineHost.revision}`);
    expect(facts.windows?.services).toEqual({ vmcompute: 'absent', hns: 'absent' });
    expect(facts.windows).toMatchObject({ containersFeature: 'disabled', hyperVFeature: 'disabled' });
    expect(facts.memoryBytes).toBeGreaterThan(1e8);
    expect(facts.bootId).toMatch(/^[0-9a-f]{8,}$/);
  });

  it('name the same boot each time', () => {
    expect(windowsHostFacts().bootId).toBe(windowsHostFacts().bootId);
  });

  it('tell features by the services that they bring where they cannot be asked for', async () => {
    const { containersFeature, hyperVFeature } = (await askedWindowsHostFacts()).windows ?? {};
    expect({ containersFeature, hyperVFeature }).toEqual({ containersFeature: 'disabled', hyperVFeature: 'disabled' });
  });
});
