import { describe, expect, it } from 'vitest';
import { imageCompatibility, type ImageHost } from '../../../src/image/compatibility.ts';
import { compatibilityMatrix, documentsProcessIsolation, parseWindowsVersion, windowsReleases, windowsVerdict } from '../../../src/image/windows-compatibility.ts';

/** The published table once more, in words, so that a slip of the pen in the data shows. */
const published: Readonly<Record<string, { process: string; hyperV: string }>> = {
  'Windows Server 2025': { process: '2025 2022', hyperV: '2025 2022 2019 2016' },
  'Windows Server 2022': { process: '2022', hyperV: '2022 2019 2016' },
  'Windows Server 2019': { process: '2019', hyperV: '2019 2016' },
  'Windows Server 2016': { process: '2016', hyperV: '2016' },
  'Windows 11 24H2': { process: '2025 2022', hyperV: '2025 2022 2019 2016' },
  'Windows 11': { process: '2022', hyperV: '2022 2019 2016' },
  'Windows 10': { process: '', hyperV: '2019 2016' },
};

/** A build of the host in use, where its first one is older than images that later ones run. */
const usualBuild: Readonly<Record<string, number>> = { 'Windows 10': 19045, 'Windows 11': 22631 };

describe('the matrix of Windows hosts and images', () => {
  it('has a row for every host that the published table names', () => {
    expect(compatibilityMatrix.map((row) => row.name).sort()).toEqual(Object.keys(published).sort());
  });

  for (const row of compatibilityMatrix) {
    for (const release of windowsReleases) {
      const words = published[row.name];
      const year = release.name.slice(-4);
      const [process, hyperV] = [words?.process.split(' ').includes(year) ?? false, words?.hyperV.split(' ').includes(year) ?? false];
      it(`${row.name} runs images of ${release.name}: process ${process}, Hyper-V ${hyperV}`, () => {
        const host = { edition: row.edition, build: usualBuild[row.name] ?? row.fromBuild, revision: 1 };
        expect(windowsVerdict({ build: release.build, revision: 1 }, host)).toMatchObject({ process, hyperV });
      });
    }
  }

  it('asks for the same revision on Windows Server 2016, and offers Hyper-V isolation otherwise', () => {
    const host = { edition: 'server', build: 14393, revision: 5000 } as const;
    expect(windowsVerdict({ build: 14393, revision: 5000 }, host)).toMatchObject({ process: true, hyperV: true });
    expect(windowsVerdict({ build: 14393, revision: 4000 }, host)).toMatchObject({ process: false, hyperV: true, processReason: expect.stringContaining('5000') as string });
  });

  it('runs no image that is newer than the host, also on the oldest Windows 10', () => {
    expect(windowsVerdict({ build: 17763, revision: 1 }, { edition: 'client', build: 14393, revision: 1 })).toMatchObject({ process: false, hyperV: false, suggestedTag: 'ltsc2016' });
  });

  it('names both builds and a tag that would run where an image is newer than the host', () => {
    const verdict = windowsVerdict({ build: 26100, revision: 1 }, { edition: 'server', build: 20348, revision: 2 });
    expect(verdict).toMatchObject({ process: false, hyperV: false, suggestedTag: 'ltsc2022' });
    expect(verdict.processReason).toMatch(/26100.*20348/);
    expect(verdict.hyperVReason).toMatch(/26100.*20348/);
  });

  // Microsoft lists long-term releases; "the same or an older version" is the rule for the others.
  it.each([
    ['server', 17763, 16299, false, true], ['server', 17763, 17134, false, true], ['server', 17763, 18362, false, false], ['server', 20348, 18362, false, true], ['server', 20348, 19042, false, true], ['server', 14393, 16299, false, false],
    ['server', 17134, 17134, true, true], ['server', 25398, 25398, true, true], ['server', 25398, 20348, true, true], ['server', 20348, 25398, false, false], ['server', 26100, 25398, false, true],
    ['client', 19045, 18363, false, true], ['client', 19041, 19041, false, true], ['client', 22631, 19042, false, true], ['client', 26100, 25398, false, true], ['client', 19045, 20348, false, false],
  ] as const)('%s build %i runs images of build %i, which lies between the long-term ones: process %s, Hyper-V %s', (edition, build, image, process, hyperV) => {
    expect(windowsVerdict({ build: image, revision: 1 }, { edition, build, revision: 1 })).toMatchObject({ process, hyperV });
  });

  it('runs nothing on a Windows that is older than containers', () => {
    expect(windowsVerdict({ build: 10240, revision: 1 }, { edition: 'client', build: 10586, revision: 1 })).toMatchObject({ process: false, hyperV: false, suggestedTag: undefined });
    expect(windowsVerdict({ build: 10586, revision: 1 }, { edition: 'server', build: 20348, revision: 1 })).toMatchObject({ process: false, hyperV: false });
  });

  it('names a server between two long-term releases as neither of them', () => {
    expect(windowsVerdict({ build: 26100, revision: 1 }, { edition: 'server', build: 25398, revision: 1 }).processReason).toMatch(/newer than the host's Windows Server \(25398\)/);
  });

  it('documents process isolation for every server, and for no Windows 10', () => {
    expect(compatibilityMatrix.map((row) => [row.name, documentsProcessIsolation({ edition: row.edition, build: row.fromBuild, revision: 1 })])).toEqual(compatibilityMatrix.map((row) => [row.name, row.name !== 'Windows 10']));
  });

  it('reads versions as image configurations and indexes write them', () => {
    expect(parseWindowsVersion('10.0.20348.2227')).toEqual({ build: 20348, revision: 2227 });
    expect(parseWindowsVersion('10.0.17763')).toEqual({ build: 17763, revision: undefined });
    for (const text of ['', 'ltsc2022', '10.0', undefined]) expect(parseWindowsVersion(text)).toBeUndefined();
  });
});

describe('compatibility of an image with a host', () => {
  const there = { available: true, reason: 'it is there' };
  const noVm = { available: false, reason: 'the hypervisor does not run', action: 'start it' };
  const linux: ImageHost = { os: 'linux', architecture: 'amd64', windows: undefined, isolations: { Process: there, HyperV: noVm } };
  const server: ImageHost = { os: 'windows', architecture: 'amd64', windows: { edition: 'server', build: 20348, revision: 1 }, isolations: { Process: there, HyperV: noVm } };
  const serverWithVm: ImageHost = { ...server, isolations: { Process: there, HyperV: there } };

  it('runs an image of the same system on the kernel of the host', () => {
    expect(imageCompatibility({ os: 'linux', architecture: 'amd64' }, linux)).toMatchObject({ processIsolation: true, hyperVIsolation: false });
  });
  it('refuses another processor and another system, and says why', () => {
    expect(imageCompatibility({ os: 'linux', architecture: 'arm64' }, linux)).toMatchObject({ processIsolation: false, reason: expect.stringContaining('arm64') as string });
    expect(imageCompatibility({ os: 'windows', architecture: 'amd64', osVersion: '10.0.20348.1' }, linux)).toMatchObject({ processIsolation: false, hyperVIsolation: false, imageBuild: 20348 });
  });
  it('offers only isolations that the host has', () => {
    const older = { os: 'windows', architecture: 'amd64', osVersion: '10.0.17763.1' };
    expect(imageCompatibility(older, server)).toMatchObject({ processIsolation: false, hyperVIsolation: false, suggestedTag: 'ltsc2022', reason: expect.stringMatching(/Hyper-V isolation only; the hypervisor does not run/) as string });
    expect(imageCompatibility(older, serverWithVm)).toMatchObject({ processIsolation: false, hyperVIsolation: true, imageBuild: 17763, hostBuild: 20348, reason: expect.stringContaining('Hyper-V isolation only') as string });
  });
  it('runs Linux images on Windows in a utility VM, where there is one', () => {
    const image = { os: 'linux', architecture: 'amd64' };
    expect(imageCompatibility(image, server)).toMatchObject({ processIsolation: false, hyperVIsolation: false });
    expect(imageCompatibility(image, serverWithVm)).toMatchObject({ hyperVIsolation: false });
    expect(imageCompatibility(image, { ...serverWithVm, linux: there })).toMatchObject({ processIsolation: false, hyperVIsolation: true });
    expect(imageCompatibility(image, { ...server, linux: there })).toMatchObject({ hyperVIsolation: false, reason: expect.stringContaining('hypervisor') as string });
  });
  it('asks a Windows image for its build', () => {
    expect(imageCompatibility({ os: 'windows', architecture: 'amd64' }, serverWithVm)).toMatchObject({ processIsolation: false, hyperVIsolation: false, reason: 'the image does not say which Windows build it needs' });
  });
});
