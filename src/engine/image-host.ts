import type { ImageHost } from '../image/index.ts';
import type { Ports } from './ports.ts';

/** This host, as compatibility of images is decided from. */
export const imageHost = ({ host, isolations }: Ports): ImageHost => ({
  os: host.os,
  architecture: host.architecture,
  windows: host.windows,
  processIsolation: isolations.Process.technology !== undefined,
  hyperVIsolation: isolations.HyperV.technology !== undefined,
});
