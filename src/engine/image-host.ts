import type { Availability, ImageHost } from '../image/index.ts';
import type { IsolationOffer, Ports } from './ports.ts';

const availability = ({ technology, reason, action }: Omit<IsolationOffer, 'linux'>): Availability => ({ available: technology !== undefined, reason, ...(action === undefined ? {} : { action }) });

/** This host, as compatibility of images and isolation are decided from. */
export const imageHost = ({ host, isolations }: Pick<Ports, 'host' | 'isolations'>): ImageHost => ({
  os: host.os,
  architecture: host.architecture,
  windows: host.windows,
  isolations: { Process: availability(isolations.Process), HyperV: availability(isolations.HyperV) },
  ...(isolations.HyperV.architectures === undefined ? {} : { machineArchitectures: isolations.HyperV.architectures }),
  ...(isolations.HyperV.linux === undefined ? {} : { linux: availability(isolations.HyperV.linux) }),
});
