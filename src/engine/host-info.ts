import type { Isolation } from '../core/index.ts';
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

