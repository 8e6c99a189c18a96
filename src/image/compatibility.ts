import { formatPlatform, type Platform } from '../base/index.ts';
import { parseWindowsVersion, windowsVerdict, type WindowsHost } from './windows-compatibility.ts';

/** What of a host decides which images it runs. */
export interface ImageHost {
  readonly os: string;
  readonly architecture: string;
  /** Undefined for other systems. */
  readonly windows: WindowsHost | undefined;
  /** Isolations that the host has. */
  readonly processIsolation: boolean;
  readonly hyperVIsolation: boolean;
}

export interface Compatibility {
  readonly imageBuild: number | undefined;
  readonly hostBuild: number | undefined;
  readonly processIsolation: boolean;
  readonly hyperVIsolation: boolean;
  readonly reason: string;
  readonly suggestedTag: string | undefined;
}

/** Whether this host runs an image of that platform, and with which isolation. Decided from the manifest alone: no layer is needed. */
export const imageCompatibility = (image: Platform, host: ImageHost): Compatibility => {
  const imageVersion = image.os === 'windows' ? parseWindowsVersion(image.osVersion) : undefined;
  const base = { imageBuild: imageVersion?.build, hostBuild: host.windows?.build };
  const refuse = (reason: string, suggestedTag?: string): Compatibility => ({ ...base, processIsolation: false, hyperVIsolation: false, reason, suggestedTag });
  if (image.architecture !== host.architecture) return refuse(`the image is for ${image.architecture} processors; the host has ${host.architecture}`);
  if (image.os === 'windows' && host.windows !== undefined) {
    if (imageVersion === undefined) return refuse('the image does not say which Windows build it needs');
    const verdict = windowsVerdict(imageVersion, host.windows);
    const [process, hyperV] = [verdict.process && host.processIsolation, verdict.hyperV && host.hyperVIsolation];
    const missing = !process && !hyperV && (verdict.process || verdict.hyperV) ? '; this host lacks that isolation' : '';
    return { ...base, processIsolation: process, hyperVIsolation: hyperV, reason: verdict.reason + missing, suggestedTag: verdict.suggestedTag };
  }
  if (image.os === host.os) return { ...base, processIsolation: host.processIsolation, hyperVIsolation: host.hyperVIsolation, reason: `the host runs ${formatPlatform(image)} on its own kernel`, suggestedTag: undefined };
  // A Linux image on a Windows host needs a kernel of its own; Windows images run on Windows alone.
  if (image.os === 'linux' && host.os === 'windows' && host.hyperVIsolation) return { ...base, processIsolation: false, hyperVIsolation: true, reason: 'Linux images run in a utility VM on Windows', suggestedTag: undefined };
  return refuse(`${image.os} images do not run on ${host.os}`);
};
