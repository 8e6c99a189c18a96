import type { Platform } from '../base/index.ts';
import { parseWindowsVersion, windowsVerdict, type WindowsHost } from './windows-compatibility.ts';

export type EffectiveIsolation = 'Process' | 'HyperV';

/** Whether a host has something, why or why not, and what would bring it. */
export interface Availability {
  readonly available: boolean;
  readonly reason: string;
  readonly action?: string | undefined;
}

/** What of a host decides which images it runs. */
export interface ImageHost {
  readonly os: string;
  readonly architecture: string;
  /** Undefined for other systems. */
  readonly windows: WindowsHost | undefined;
  readonly isolations: Readonly<Record<EffectiveIsolation, Availability>>;
  /** Windows alone: utility VMs that run Linux. */
  readonly linux?: Availability | undefined;
  /** Processors beside its own whose programs the kernel of a utility VM runs. */
  readonly machineArchitectures?: readonly string[] | undefined;
}

export interface IsolationVerdict {
  readonly runs: boolean;
  /** Why, or why not. */
  readonly reason: string;
  /** Where it does not run: whether another host of this version would run the image so, or none. */
  readonly obstacle: 'host' | 'image' | undefined;
  readonly action: string | undefined;
}

export interface ImageVerdict {
  readonly Process: IsolationVerdict;
  readonly HyperV: IsolationVerdict;
  readonly suggestedTag: string | undefined;
}

export interface Compatibility {
  readonly imageBuild: number | undefined;
  readonly hostBuild: number | undefined;
  readonly processIsolation: boolean;
  readonly hyperVIsolation: boolean;
  readonly reason: string;
  readonly suggestedTag: string | undefined;
}

const ofHost = ({ available, reason, action }: Availability): IsolationVerdict => ({ runs: available, reason, obstacle: available ? undefined : 'host', action: available ? undefined : action });
const ofImage = (reason: string): IsolationVerdict => ({ runs: false, reason, obstacle: 'image', action: undefined });

/** What a host has, whatever the image. */
export const hostVerdict = ({ isolations }: ImageHost): ImageVerdict => ({ Process: ofHost(isolations.Process), HyperV: ofHost(isolations.HyperV), suggestedTag: undefined });

/** Which isolations of this host run an image of that platform. Decided from the manifest alone: no layer is needed. */
export const imageVerdict = (image: Platform, host: ImageHost): ImageVerdict => {
  const refuse = (reason: string): ImageVerdict => ({ Process: ofImage(reason), HyperV: ofImage(reason), suggestedTag: undefined });
  if (image.os === host.os && host.machineArchitectures?.includes(image.architecture) === true) {
    return { Process: ofImage(`the image is for ${image.architecture} processors; the host runs programs for ${host.architecture}`), HyperV: ofHost(host.isolations.HyperV), suggestedTag: undefined };
  }
  if (image.architecture !== host.architecture) return refuse(`the image is for ${image.architecture} processors; the host has ${host.architecture}`);
  if (image.os === 'windows' && host.windows !== undefined) {
    const version = parseWindowsVersion(image.osVersion);
    if (version === undefined) return refuse('the image does not say which Windows build it needs');
    const verdict = windowsVerdict(version, host.windows);
    const one = (runs: boolean, reason: string, availability: Availability): IsolationVerdict => (!runs ? ofImage(reason) : availability.available ? { runs, reason, obstacle: undefined, action: undefined } : ofHost(availability));
    return { Process: one(verdict.process, verdict.processReason, host.isolations.Process), HyperV: one(verdict.hyperV, verdict.hyperVReason, host.isolations.HyperV), suggestedTag: verdict.suggestedTag };
  }
  if (image.os === host.os) return { Process: ofHost(host.isolations.Process), HyperV: ofHost(host.isolations.HyperV), suggestedTag: undefined };
  // A Linux image on a Windows host needs a kernel of its own; Windows images run on Windows alone.
  if (image.os === 'linux' && host.os === 'windows') {
    const linux = host.linux ?? { available: false, reason: 'no utility VM for Linux is set up on this host' };
    return { Process: ofImage('Linux images need a Linux kernel, which on Windows only a utility VM has'), HyperV: ofHost(host.isolations.HyperV.available ? linux : host.isolations.HyperV), suggestedTag: undefined };
  }
  return refuse(`${image.os} images do not run on ${host.os}`);
};

/** Each reason once, as one sentence. */
export const joinReasons = (reasons: readonly string[]): string => [...new Set(reasons)].join('; ');

/** The verdict for a person who asks before a pull. */
export const imageCompatibility = (image: Platform, host: ImageHost): Compatibility => {
  const { Process, HyperV, suggestedTag } = imageVerdict(image, host);
  return {
    imageBuild: image.os === 'windows' ? parseWindowsVersion(image.osVersion)?.build : undefined,
    hostBuild: host.windows?.build,
    processIsolation: Process.runs,
    hyperVIsolation: HyperV.runs,
    // Where only the VM runs it, the question is why the host's own kernel does not.
    reason: Process.runs || HyperV.runs ? Process.reason : joinReasons([Process.reason, HyperV.reason]),
    suggestedTag,
  };
};
