import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Platform } from '../../../src/base/index.ts';
import type { Isolation } from '../../../src/core/index.ts';
import { podRule, type EffectiveIsolation } from '../../../src/engine/index.ts';
import { decideIsolation, type IsolationDecision } from '../../../src/engine/isolation-decision.ts';
import type { Availability, ImageHost } from '../../../src/image/index.ts';
import { compatibilityMatrix, windowsReleases } from '../../../src/image/windows-compatibility.ts';

const there: Availability = { available: true, reason: 'it is there' };
const noHyperV: Availability = { available: false, reason: 'the hypervisor does not run', action: 'Restart-Computer' };
const noFeature: Availability = { available: false, reason: 'the Containers feature is not enabled', action: 'Install-WindowsFeature -Name Containers' };

const windows = (edition: 'server' | 'client', build: number, changes: Partial<ImageHost> = {}): ImageHost => ({ os: 'windows', architecture: 'amd64', windows: { edition, build, revision: 1000 }, isolations: { Process: there, HyperV: there }, ...changes });
const linux = (changes: Partial<ImageHost['isolations']> = {}): ImageHost => ({ os: 'linux', architecture: 'amd64', windows: undefined, isolations: { Process: there, HyperV: noHyperV, ...changes } });
const image = (build: number, revision = 1000): Platform => ({ os: 'windows', architecture: 'amd64', osVersion: `10.0.${build}.${revision}` });
const linuxImage: Platform = { os: 'linux', architecture: 'amd64' };
const decide = (host: ImageHost, platform: Platform | undefined, wanted: Isolation = 'Auto', hostDefault: Isolation = 'Auto'): IsolationDecision => decideIsolation({ host, image: platform, wanted, hostDefault });

describe('the isolation that a container gets', () => {
  // "The default on a server is process, on a client Hyper-V."
  it.each<[string, ImageHost, Platform, EffectiveIsolation]>([
    ['a server', windows('server', 20348), image(20348), 'Process'], ['a client', windows('client', 22631), image(20348), 'HyperV'], ['Windows 10', windows('client', 19045), image(17763), 'HyperV'], ['Linux', linux(), linuxImage, 'Process'],
  ])('is by default on %s what it always was there, without a warning', (_, host, platform, effective) => {
    expect(decide(host, platform)).toMatchObject({ effective, warning: undefined });
    expect(decide(host, undefined)).toMatchObject({ effective });
  });

  it('is a utility VM, with a warning, for an image whose processor only the kernel there knows', () => {
    const host = { ...linux({ HyperV: there }), machineArchitectures: ['386'] };
    const old = { os: 'linux', architecture: '386' };
    expect(decide(host, old)).toMatchObject({ effective: 'HyperV', possible: ['HyperV'], warning: 'HyperV isolation is used: the image is for 386 processors; the host runs programs for amd64.' });
    expect(decide(host, old, 'Process')).toMatchObject({ effective: undefined, obstacle: 'image' });
    expect(decide(linux({ HyperV: there }), old)).toMatchObject({ effective: undefined, obstacle: 'image' });
    expect(decide(host, { os: 'linux', architecture: 'arm64' })).toMatchObject({ effective: undefined, obstacle: 'image' });
    expect(decide(host, linuxImage)).toMatchObject({ effective: 'Process', warning: undefined });
  });

  for (const row of compatibilityMatrix) {
    for (const release of windowsReleases) {
      const build = { 'Windows 10': 19045, 'Windows 11': 22631 }[row.name] ?? row.fromBuild;
      const possible = [...(row.process.includes(release.build) ? ['Process'] : []), ...(row.hyperV.includes(release.build) ? ['HyperV'] : [])] as EffectiveIsolation[];
      it(`for ${release.name} on ${row.name} is one of [${possible.join(', ')}], and every other wish is refused with what would run`, () => {
        const host = windows(row.edition, build);
        const auto = decide(host, image(release.build));
        expect(auto.possible).toEqual(possible);
        expect(auto.effective).toBe(row.edition === 'server' ? possible[0] : possible.at(-1));
        for (const wanted of ['Process', 'HyperV'] as const) {
          const answer = decide(host, image(release.build), wanted);
          if (possible.includes(wanted)) expect(answer).toMatchObject({ effective: wanted, reason: `${wanted} was asked for` });
          else expect(answer).toMatchObject({ effective: undefined, obstacle: 'image', possible, suggestedTag: expect.stringMatching(/^ltsc20/) as string, reason: expect.stringContaining(String(build)) as string });
        }
      });
    }
  }

  it('is Hyper-V isolation where the kernels differ, with a warning that says why', () => {
    const answer = decide(windows('server', 20348), image(17763));
    expect(answer).toMatchObject({ effective: 'HyperV', possible: ['HyperV'], suggestedTag: 'ltsc2022' });
    expect(answer.warning).toBe('HyperV isolation is used: Windows Server 2022 (20348) runs images of Windows Server 2019 (17763.1000) with Hyper-V isolation only.');
    expect(answer.reason).toContain('Hyper-V isolation only');
  });

  it('is Hyper-V isolation where only the revision differs on Windows Server 2016', () => {
    expect(decide(windows('server', 14393), image(14393, 999))).toMatchObject({ effective: 'HyperV', warning: expect.stringContaining('revision 1000') as string });
    expect(decide(windows('server', 14393), image(14393, 1000))).toMatchObject({ effective: 'Process', warning: undefined });
  });

  it('is none where only Hyper-V isolation would do and the host lacks it: both reasons are told, and what would help', () => {
    const host = windows('server', 20348, { isolations: { Process: there, HyperV: noHyperV } });
    expect(decide(host, image(17763))).toMatchObject({ effective: undefined, possible: [], obstacle: 'image', suggestedTag: 'ltsc2022', action: 'Restart-Computer', reason: expect.stringMatching(/only; the hypervisor does not run$/) as string });
  });

  it('is process isolation on a client without a hypervisor, where Microsoft documents it, with a warning', () => {
    const isolations = { Process: there, HyperV: noHyperV };
    expect(decide(windows('client', 26100, { isolations }), image(26100))).toMatchObject({ effective: 'Process', warning: 'Process isolation is used: the hypervisor does not run.' });
    expect(decide(windows('client', 19045, { isolations }), image(17763))).toMatchObject({ effective: undefined });
  });

  it('is for Linux images on Windows that of a utility VM alone, and nobody is warned of what is always so', () => {
    expect(decide(windows('server', 20348, { linux: there }), linuxImage)).toMatchObject({ effective: 'HyperV', possible: ['HyperV'], warning: undefined });
    expect(decide(windows('server', 20348, { linux: there }), linuxImage, 'Process')).toMatchObject({ effective: undefined, possible: ['HyperV'], obstacle: 'image' });
    expect(decide(windows('server', 20348), linuxImage)).toMatchObject({ effective: undefined, reason: expect.stringContaining('no utility VM for Linux') as string });
  });

  it('is refused honestly on Linux while no VM is set up', () => {
    expect(decide(linux(), linuxImage, 'HyperV')).toEqual({ effective: undefined, possible: ['Process'], suggestedTag: undefined, reason: 'the hypervisor does not run', obstacle: 'host', action: 'Restart-Computer', warning: undefined });
  });

  it('names the feature that is missing, and its command', () => {
    expect(decide(windows('server', 20348, { isolations: { Process: noFeature, HyperV: noFeature } }), image(20348))).toMatchObject({ effective: undefined, obstacle: 'host', reason: noFeature.reason, action: noFeature.action });
  });

  it.each([[{ os: 'linux', architecture: 'arm64' }, 'arm64'], [{ os: 'windows', architecture: 'amd64' }, 'windows'], [{ os: 'freebsd', architecture: 'amd64' }, 'freebsd']])('is none for %j on Linux', (platform, named) => {
    expect(decide(linux({ HyperV: there }), platform)).toMatchObject({ effective: undefined, possible: [], obstacle: 'image', reason: expect.stringContaining(named) as string });
  });
});

describe("the host's default", () => {
  const server = windows('server', 20348);

  it('of HyperV means it for Auto too: nothing falls back to a shared kernel', () => {
    expect(decide(server, image(20348), 'Auto', 'HyperV')).toMatchObject({ effective: 'HyperV' });
    expect(decide(windows('server', 20348, { isolations: { Process: there, HyperV: noHyperV } }), image(20348), 'Auto', 'HyperV')).toMatchObject({ effective: undefined, possible: ['Process'] });
  });

  it('of Process comes first for Auto, also on a client, and gives way to the stronger one with a warning', () => {
    expect(decide(windows('client', 26100), image(26100), 'Auto', 'Process')).toMatchObject({ effective: 'Process', warning: undefined });
    expect(decide(server, image(17763), 'Auto', 'Process')).toMatchObject({ effective: 'HyperV', warning: expect.any(String) as string });
  });

  it('does not change what was asked for by name', () => {
    expect(decide(server, image(20348), 'Process', 'HyperV')).toMatchObject({ effective: 'Process', reason: 'Process was asked for' });
  });
});

describe('any answer', () => {
  const availability = fc.constantFrom(there, noHyperV, noFeature);
  const builds = fc.constantFrom(10240, 14393, 16299, 17763, 18362, 19045, 20348, 22000, 22631, 25398, 26100, 28000);
  const version = fc.record({ edition: fc.constantFrom('server' as const, 'client' as const), build: builds, revision: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }) });
  const host: fc.Arbitrary<ImageHost> = fc.record({ isWindows: fc.boolean(), version, process: availability, hyperV: availability, linux: fc.option(availability, { nil: undefined }), architecture: fc.constantFrom('amd64', 'arm64') })
    .map(({ isWindows, version: windowsVersion, process, hyperV, linux: inVm, architecture }) => ({ os: isWindows ? 'windows' : 'linux', architecture, windows: isWindows ? windowsVersion : undefined, isolations: { Process: process, HyperV: hyperV }, linux: isWindows ? inVm : undefined }));
  const platform: fc.Arbitrary<Platform> = fc.record({ os: fc.constantFrom('windows', 'linux'), architecture: fc.constantFrom('amd64', 'arm64'), build: builds, revision: fc.integer({ min: 1, max: 3 }) })
    .map(({ os, architecture, build, revision }) => (os === 'linux' ? { os, architecture } : { os, architecture, osVersion: `10.0.${build}.${revision}` }));
  const wish = fc.constantFrom<Isolation>('Auto', 'Process', 'HyperV');

  it('names only isolations that the host has, the one that was wished, and always a reason', () => {
    fc.assert(fc.property(host, fc.option(platform, { nil: undefined }), wish, wish, (onHost, forImage, wanted, hostDefault) => {
      const answer = decide(onHost, forImage, wanted, hostDefault);
      for (const isolation of [...answer.possible, ...(answer.effective === undefined ? [] : [answer.effective])]) expect(onHost.isolations[isolation].available).toBe(true);
      if (answer.effective !== undefined) expect(answer.possible).toContain(answer.effective);
      if (answer.effective !== undefined && wanted !== 'Auto') expect(answer.effective).toBe(wanted);
      expect(answer.effective === undefined).toBe(answer.obstacle !== undefined);
      expect(answer.reason).not.toBe('');
      if (wanted === 'Auto' && hostDefault !== 'HyperV') expect(answer.effective === undefined).toBe(answer.possible.length === 0);
    }), { numRuns: 2000 });
  });

  it('runs no Windows image on an older kernel, and on another one only in a VM or where the published table says so', () => {
    fc.assert(fc.property(host, platform, wish, (onHost, forImage, wanted) => {
      const { possible } = decide(onHost, forImage, wanted);
      if (possible.length === 0 || forImage.os !== 'windows' || onHost.windows === undefined) return;
      const build = Number(forImage.osVersion?.split('.')[2]);
      expect(build).toBeLessThanOrEqual(onHost.windows.build);
      if (possible.includes('Process') && build !== onHost.windows.build) expect(compatibilityMatrix.some((row) => row.edition === onHost.windows?.edition && row.process.includes(build))).toBe(true);
    }), { numRuns: 2000 });
  });
});

describe('pods', () => {
  // Kubernetes' table for CRI on Windows: host, image, isolations, how many containers.
  it.each<[string, ImageHost, Platform, readonly EffectiveIsolation[], string]>([
    ['Linux images on Windows Server 2019', windows('server', 17763, { linux: there }), linuxImage, ['HyperV'], 'several'],
    ['Linux images on Windows 10 1809', windows('client', 17763, { linux: there }), linuxImage, ['HyperV'], 'several'],
    ["images of the server's own version", windows('server', 17763), image(17763), ['Process', 'HyperV'], 'several'],
    ["images of the client's own version", windows('client', 17763), image(17763), ['HyperV'], 'several'],
    ['images of 2016', windows('server', 17763), image(14393), ['HyperV'], 'one'],
    ['images of 1709', windows('server', 17763), image(16299), ['HyperV'], 'one'],
    ['images of 1803', windows('client', 17763), image(17134), ['HyperV'], 'one'],
    ['images of 2019 on Windows Server 2022', windows('server', 20348), image(17763), ['HyperV'], 'several'],
    ['images of 2022 on Windows Server 2025', windows('server', 26100), image(20348), ['Process', 'HyperV'], 'several'],
    ['any image on Windows Server 2016', windows('server', 14393), image(14393), [], 'none'],
    ['images that are newer than the host', windows('server', 17763), image(20348), [], 'none'],
    ['Linux images on Linux', linux(), linuxImage, ['Process'], 'several'],
    ['Linux images on Linux with utility VMs', linux({ HyperV: there }), linuxImage, ['Process', 'HyperV'], 'several'],
    ['Windows images on Linux', linux(), image(17763), [], 'none'],
  ])('of %s', (_, host, platform, isolations, containers) => {
    const rule = podRule(platform, host);
    expect(rule).toMatchObject({ containers, isolations });
    expect(rule.reason).not.toBe('');
  });

  it('of Windows containers have one build: that of the utility VM', () => {
    expect([podRule(image(17763), windows('server', 20348)).sameBuild, podRule(linuxImage, windows('server', 20348, { linux: there })).sameBuild]).toEqual([true, false]);
  });
});
