/** A release of Windows that base images exist for. */
export interface WindowsRelease { readonly build: number; readonly name: string; readonly tag: string }

/** Long-term releases, newest first; tags are those of Microsoft's base images. */
export const windowsReleases: readonly WindowsRelease[] = [
  { build: 26100, name: 'Windows Server 2025', tag: 'ltsc2025' },
  { build: 20348, name: 'Windows Server 2022', tag: 'ltsc2022' },
  { build: 17763, name: 'Windows Server 2019', tag: 'ltsc2019' },
  { build: 14393, name: 'Windows Server 2016', tag: 'ltsc2016' },
];

/** Releases between them that base images were made for. They are not listed beside hosts: they run as any older image does. */
const semiAnnualReleases: readonly { readonly build: number; readonly name: string }[] = [
  { build: 25398, name: 'Windows Server, version 23H2' },
  { build: 19042, name: 'Windows Server, version 20H2' },
  { build: 19041, name: 'Windows Server, version 2004' },
  { build: 18363, name: 'Windows Server, version 1909' },
  { build: 18362, name: 'Windows Server, version 1903' },
  { build: 17134, name: 'Windows Server, version 1803' },
  { build: 16299, name: 'Windows Server, version 1709' },
];

interface CompatibilityRow {
  readonly edition: 'server' | 'client';
  /** Hosts of this build and later, up to the next row of the edition. */
  readonly fromBuild: number;
  readonly name: string;
  /** Builds of long-term images that run with each isolation. */
  readonly process: readonly number[];
  readonly hyperV: readonly number[];
  /** True where process isolation also asks for the same revision. */
  readonly sameRevision?: true;
}

/**
 * Which images run on which hosts (Microsoft, "Windows container version compatibility"), newest hosts
 * first within an edition. A row is data: the tests walk every one of them.
 */
export const compatibilityMatrix: readonly CompatibilityRow[] = [
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

/** Undefined for hosts that are older than containers. */
const rowOf = (host: WindowsHost): CompatibilityRow | undefined => compatibilityMatrix.find((row) => row.edition === host.edition && host.build >= row.fromBuild);

/** Whether any image at all runs process-isolated on such a host. */
export const documentsProcessIsolation = (host: WindowsHost): boolean => (rowOf(host)?.process.length ?? 0) > 0;

export interface WindowsVerdict {
  readonly process: boolean;
  readonly hyperV: boolean;
  /** Why process isolation runs the image, or why not. */
  readonly processReason: string;
  readonly hyperVReason: string;
  /** Tag of the newest base image that this host runs, process-isolated where it can; undefined where the image runs so already. */
  readonly suggestedTag: string | undefined;
}

const numbers = ({ build, revision }: WindowsVersion): string => `${build}${revision === undefined ? '' : `.${revision}`}`;

const nameOf = (image: WindowsVersion): string => `${[...windowsReleases, ...semiAnnualReleases].find((release) => release.build === image.build)?.name ?? 'Windows'} (${numbers(image)})`;

/** A server between two long-term releases is none of them. */
const nameOfHost = (row: CompatibilityRow, host: WindowsHost): string => `${row.edition === 'server' && row.fromBuild !== host.build ? 'Windows Server' : row.name} (${host.build})`;

const isLongTerm = (build: number): boolean => windowsReleases.some((release) => release.build === build);

/**
 * Whether an image of a Windows build runs on a Windows host, with which isolation, and why not
 * otherwise. Long-term images run as the matrix says. Any other runs process-isolated where its build is
 * that of a server, and with Hyper-V isolation where it is not newer than the host (nor older than containers).
 */
export const windowsVerdict = (image: WindowsVersion, host: WindowsHost): WindowsVerdict => {
  const row = rowOf(host);
  const refuse = (reason: string): WindowsVerdict => ({ process: false, hyperV: false, processReason: reason, hyperVReason: reason, suggestedTag: suggestedTag(row, host) });
  if (row === undefined) return refuse(`Windows build ${host.build} runs no containers`);
  const name = nameOfHost(row, host);
  if (image.build > host.build) return refuse(`the image is for ${nameOf(image)}, which is newer than the host's ${name}`);
  const listed = isLongTerm(image.build);
  const oldest = Math.min(...row.hyperV);
  const hyperV = listed ? row.hyperV.includes(image.build) : image.build >= oldest;
  const sameKernel = listed ? row.process.includes(image.build) : row.edition === 'server' && image.build === host.build;
  const process = sameKernel && (row.sameRevision !== true || image.revision === undefined || image.revision === host.revision);
  if (!process && !hyperV) return refuse(`${name} runs no images of ${nameOf(image)}`);
  return {
    process,
    hyperV,
    processReason: process ? `${name} runs images of ${nameOf(image)}` : whyNoProcess(row, host, image, sameKernel),
    hyperVReason: hyperV ? `${name} runs images of ${nameOf(image)} in a utility VM` : `${name} runs no images of ${nameOf(image)} with Hyper-V isolation`,
    suggestedTag: process ? undefined : suggestedTag(row, host),
  };
};

const whyNoProcess = (row: CompatibilityRow, host: WindowsHost, image: WindowsVersion, sameKernel: boolean): string => {
  const name = nameOfHost(row, host);
  if (sameKernel) return `process isolation on ${name} asks for revision ${host.revision ?? 'of the host'}; the image has ${image.revision ?? 'none'}`;
  return row.process.length === 0 ? `${name} runs containers with Hyper-V isolation only` : `${name} runs images of ${nameOf(image)} with Hyper-V isolation only`;
};

const suggestedTag = (row: CompatibilityRow | undefined, host: WindowsHost): string | undefined =>
  row === undefined ? undefined : windowsReleases.find((release) => release.build <= host.build && (row.process.length > 0 ? row.process : row.hyperV).includes(release.build))?.tag;
