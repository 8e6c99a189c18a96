/** A release of Windows that base images exist for. */
export interface WindowsRelease { readonly build: number; readonly name: string; readonly tag: string }

/** Long-term releases, newest first; tags are those of Microsoft's base images. */
export const windowsReleases: readonly WindowsRelease[] = [
  { build: 26100, name: 'Windows Server 2025', tag: 'ltsc2025' },
  { build: 20348, name: 'Windows Server 2022', tag: 'ltsc2022' },
  { build: 17763, name: 'Windows Server 2019', tag: 'ltsc2019' },
  { build: 14393, name: 'Windows Server 2016', tag: 'ltsc2016' },
];

interface Row {
  readonly edition: 'server' | 'client';
  /** Hosts of this build and later, up to the next row of the edition. */
  readonly fromBuild: number;
  readonly name: string;
  /** Image builds that run with each isolation. */
  readonly process: readonly number[];
  readonly hyperV: readonly number[];
  /** True where process isolation also asks for the same revision. */
  readonly sameRevision?: true;
}

/**
 * Which images run on which hosts (Microsoft, "Windows container version compatibility"), newest hosts
 * first within an edition. A row is data: the tests walk every one of them.
 */
export const compatibilityMatrix: readonly Row[] = [
  { edition: 'server', fromBuild: 26100, name: 'Windows Server 2025', process: [26100, 20348], hyperV: [26100, 20348, 17763, 14393] },
  { edition: 'server', fromBuild: 20348, name: 'Windows Server 2022', process: [20348], hyperV: [20348, 17763, 14393] },
  { edition: 'server', fromBuild: 17763, name: 'Windows Server 2019', process: [17763], hyperV: [17763, 14393] },
  { edition: 'server', fromBuild: 14393, name: 'Windows Server 2016', process: [14393], hyperV: [14393], sameRevision: true },
  { edition: 'client', fromBuild: 26100, name: 'Windows 11 24H2', process: [26100, 20348], hyperV: [26100, 20348, 17763, 14393] },
  { edition: 'client', fromBuild: 22000, name: 'Windows 11', process: [20348], hyperV: [20348, 17763, 14393] },
  { edition: 'client', fromBuild: 14393, name: 'Windows 10', process: [], hyperV: [17763, 14393] },
];

/** `build[.revision]`, from the last parts of `10.0.build.revision`. */
export interface WindowsVersion { readonly build: number; readonly revision: number | undefined }

/** Undefined where the text is no Windows version. */
export const parseWindowsVersion = (text: string | undefined): WindowsVersion | undefined => {
  const match = /^(?:\d+\.\d+\.)?(\d{4,6})(?:\.(\d+))?$/.exec(text ?? '');
  return match === null ? undefined : { build: Number(match[1]), revision: match[2] === undefined ? undefined : Number(match[2]) };
};

export interface WindowsHost extends WindowsVersion { readonly edition: 'server' | 'client' }

export interface WindowsVerdict {
  readonly process: boolean;
  readonly hyperV: boolean;
  readonly reason: string;
  /** Tag of the newest base image that this host runs, process-isolated where it can. */
  readonly suggestedTag: string | undefined;
}

const nameOf = ({ build, revision }: WindowsVersion): string => `${windowsReleases.find((release) => release.build === build)?.name ?? 'Windows'} (${build}${revision === undefined ? '' : `.${revision}`})`;

/** Whether an image of a Windows build runs on a Windows host, with which isolation, and why not otherwise. */
export const windowsVerdict = (image: WindowsVersion, host: WindowsHost): WindowsVerdict => {
  const row = compatibilityMatrix.find((candidate) => candidate.edition === host.edition && host.build >= candidate.fromBuild);
  const suggested = row === undefined ? undefined : windowsReleases.find((release) => release.build <= host.build && (row.process.length > 0 ? row.process : row.hyperV).includes(release.build))?.tag;
  const refuse = (reason: string): WindowsVerdict => ({ process: false, hyperV: false, reason, suggestedTag: suggested });
  if (row === undefined) return refuse(`Windows build ${host.build} runs no containers`);
  if (image.build > host.build) return refuse(`the image is for ${nameOf(image)}, which is newer than the host's ${row.name} (${host.build})`);
  const hyperV = row.hyperV.includes(image.build);
  const sameRevision = row.sameRevision !== true || image.revision === undefined || image.revision === host.revision;
  const process = row.process.includes(image.build) && sameRevision;
  if (!process && !hyperV) return refuse(`${row.name} (${host.build}) runs no images of ${nameOf(image)}`);
  const reason = process
    ? `${row.name} runs images of ${nameOf(image)}`
    : row.process.includes(image.build)
      ? `process isolation on ${row.name} asks for revision ${host.revision ?? 'of the host'}; the image has ${image.revision ?? 'none'}`
      : `${row.name} runs images of ${nameOf(image)} with Hyper-V isolation only`;
  return { process, hyperV, reason, suggestedTag: process ? undefined : suggested };
};
