import type { Platform } from '../base/index.ts';
import type { HostFacts } from '../core/index.ts';

/** What images for this host are made for; Windows has its version as image configurations write it. */
export const hostPlatform = ({ os, architecture, windows }: Pick<HostFacts, 'os' | 'architecture' | 'windows'>): Platform => ({
  os, architecture, ...(windows === undefined ? {} : { osVersion: `10.0.${windows.build}${windows.revision === undefined ? '' : `.${windows.revision}`}` }),
});
