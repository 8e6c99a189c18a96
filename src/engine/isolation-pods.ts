import type { Platform } from '../base/index.ts';
import { imageVerdict, parseWindowsVersion, type EffectiveIsolation, type ImageHost } from '../image/index.ts';

/** Windows Server 2019 and Windows 10 1809: the first whose guests run several containers in a utility VM, and the first that CRI knows. */
const firstPodBuild = 17763;

export interface PodRule {
  /** How many containers a pod may have. */
  readonly containers: 'several' | 'one' | 'none';
  /** Isolations in which the pod can run. */
  readonly isolations: readonly EffectiveIsolation[];
  /** True where every container of the pod must be of the utility VM's own Windows build. */
  readonly sameBuild: boolean;
  readonly reason: string;
}

/** What pods of an image can be on a host (Kubernetes' rules for CRI on Windows, and Linux's own). It looks at nothing but its arguments. */
export const podRule = (image: Platform, host: ImageHost): PodRule => {
  const verdict = imageVerdict(image, host);
  const isolations = (['Process', 'HyperV'] as const).filter((isolation) => verdict[isolation].runs);
  const none = (reason: string): PodRule => ({ containers: 'none', isolations: [], sameBuild: false, reason });
  if (host.windows !== undefined && host.windows.build < firstPodBuild) return none(`pods need Windows Server 2019 or Windows 10 1809; this host is build ${host.windows.build}`);
  if (isolations.length === 0) return none(verdict.HyperV.reason);
  const build = image.os === 'windows' ? parseWindowsVersion(image.osVersion)?.build : undefined;
  if (build === undefined) return { containers: 'several', isolations, sameBuild: false, reason: 'containers of a pod share one kernel' };
  if (build < firstPodBuild) return { containers: 'one', isolations, sameBuild: true, reason: `a utility VM of build ${build} runs one container` };
  return { containers: 'several', isolations, sameBuild: true, reason: `containers of a pod share a kernel of build ${build}` };
};
