import type { Isolation, RuntimeRequirement } from '../core/index.ts';
import { hostIsolation } from './isolation.ts';
import type { Ports } from './ports.ts';

export interface HostSummary {
  readonly isolation: Isolation;
  readonly runtime: string;
  readonly snapshotter: string;
  readonly containers: { readonly all: number; readonly running: number };
  readonly imageCount: number;
}

export const describeHost = (ports: Ports): HostSummary => {
  const process = ports.isolations.Process.technology;
  return ports.metadata.read((reader) => ({
    isolation: hostIsolation(reader),
    runtime: process?.runtime.name ?? '',
    snapshotter: process?.snapshotter.name ?? '',
    containers: reader.containerCounts(),
    imageCount: reader.images().length,
  }));
};

/** What containers need of the host, whether it holds, and what mends it. */
export const testHost = async (ports: Ports): Promise<readonly RuntimeRequirement[]> => [
  { name: 'administrative rights', satisfied: ports.host.elevated, detail: ports.host.elevated ? 'the engine has them' : 'the engine does not have them', remedy: ports.host.elevated ? undefined : 'Run as root (Linux) or elevated (Windows)' },
  { name: 'mount namespace', satisfied: ports.host.mountNamespaceProblem === undefined, detail: ports.host.mountNamespaceProblem ?? 'shared with the host', remedy: ports.host.mountNamespaceProblem === undefined ? undefined : 'nsenter --target 1 --mount' },
  ...(await ports.isolations.Process.technology?.runtime.requirements() ?? []),
];
