import { describe, expect, it } from 'vitest';
import { imageCompatibility, type ImageHost } from '../../../src/image/compatibility.ts';
import { compatibilityMatrix, parseWindowsVersion, windowsReleases, windowsVerdict } from '../../../src/image/windows-compatibility.ts';

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
    expect(windowsVerdict({ build: 14393, revision: 4000 }, host)).toMatchObject({ process: false, hyperV: true, reason: expect.stringContaining('5000') as string });
  });

  it('runs no image that is newer than the host, also on the oldest Windows 10', () => {
    expect(windowsVerdict({ build: 17763, revision: 1 }, { edition: 'client', build: 14393, revision: 1 })).toMatchObject({ process: false, hyperV: false, suggestedTag: 'ltsc2016' });
  });

  it('names both builds and a tag that would run where an image is newer than the host', () => {
    const verdict = windowsVerdict({ build: 26100, revision: 1 }, { edition: 'server', build: 20348, revision: 2 });
    expect(verdict).toMatchObject({ process: false, hyperV: false, suggestedTag: 'ltsc2022' });
    expect(verdict.reason).toMatch(/26100.*20348/);
  });

  it('reads versions as image configurations and indexes write them', () => {
    expect(parseWindowsVersion('10.0.20348.2227')).toEqual({ build: 20348, revision: 2227 });
    expect(parseWindowsVersion('10.0.17763')).toEqual({ build: 17763, revision: undefined });
    for (const text of ['', 'ltsc2022', '10.0', undefined]) expect(parseWindowsVersion(text)).toBeUndefined();
  });
});

describe('compatibility of an image with a host', () => {
  const linux: ImageHost = { os: 'linux', architecture: 'amd64', windows: undefined, processIsolation: true, hyperVIsolation: false };
  const server: ImageHost = { os: 'windows', architecture: 'amd64', windows: { edition: 'server', build: 20348, revision: 1 }, processIsolation: true, hyperVIsolation: false };

  it('runs an image of the same system on the kernel of the host', () => {
    expect(imageCompatibility({ os: 'linux', architecture: 'amd64' }, linux)).toMatchObject({ processIsolation: true, hyperVIsolation: false });
  });
  it('refuses another processor and another system, and says why', () => {
    expect(imageCompatibility({ os: 'linux', architecture: 'arm64' }, linux)).toMatchObject({ processIsolation: false, reason: expect.stringContaining('arm64') as string });
    expect(imageCompatibility({ os: 'windows', architecture: 'amd64', osVersion: '10.0.20348.1' }, linux)).toMatchObject({ processIsolation: false, hyperVIsolation: false, imageBuild: 20348 });
  });
  it('offers only isolations that the host has', () => {
    const older = { os: 'windows', architecture: 'amd64', osVersion: '10.0.17763.1' };
    expect(imageCompatibility(older, server)).toMatchObject({ processIsolation: false, hyperVIsolation: false, suggestedTag: 'ltsc2022', reason: expect.stringContaining('lacks') as string });
    expect(imageCompatibility(older, { ...server, hyperVIsolation: true })).toMatchObject({ processIsolation: false, hyperVIsolation: true });
  });
  it('runs Linux images on Windows in a utility VM, where there is one', () => {
    const image = { os: 'linux', architecture: 'amd64' };
    expect(imageCompatibility(image, server)).toMatchObject({ processIsolation: false, hyperVIsolation: false });
    expect(imageCompatibility(image, { ...server, hyperVIsolation: true })).toMatchObject({ hyperVIsolation: true });
  });
});
