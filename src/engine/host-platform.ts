import type { Platform } from '../base/index.ts';
import type { HostFacts } from '../core/index.ts';
import type { Ports } from './ports.ts';

/** What images for this host are made for; Windows has its version as image configurations write it. */
export const hostPlatform = ({ os, architecture, windows }: Pick<HostFacts, 'os' | 'architecture' | 'windows'>): Platform => ({
  os, architecture, ...(windows === undefined ? {} : { osVersion: `10.0.${windows.build}${windows.revision === undefined ? '' : `.${windows.revision}`}` }),
});

/** What else this host runs: Linux images in utility VMs of Windows. Undefined where nothing. */
export const otherPlatform = ({ host, isolations }: Pick<Ports, 'host' | 'isolations'>): Platform | undefined =>
  isolations.HyperV.linux?.technology === undefined ? undefined : { os: 'linux', architecture: host.architecture };
