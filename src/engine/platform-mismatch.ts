import { SiloError, formatPlatform, type Platform } from '../base/index.ts';
import { hostPlatform } from './host-platform.ts';
import { imageHost } from './image-host.ts';
import { decideIsolation, type IsolationDecision } from './isolation-decision.ts';
import type { Ports } from './ports.ts';

/** An image that this host does not run as it was wished: both platforms, why not, and what would run. */
export const platformMismatch = (ports: Ports, { reference, platform }: { readonly reference: string; readonly platform: Platform }, { reason, possible, suggestedTag }: IsolationDecision): SiloError => {
  const others = possible.length === 0 ? '' : `; ${possible.join(' or ')} isolation would run it`;
  const tag = suggestedTag === undefined ? '' : `; the tag ${suggestedTag} would run${possible.length === 0 ? '' : ' too'}`;
  return new SiloError('ImagePlatformMismatch', {
    args: {
      reference, imagePlatform: formatPlatform(platform), hostPlatform: `${formatPlatform(hostPlatform(ports.host))}: ${reason}${others}${tag}`,
      isolations: possible.join(' '), ...(suggestedTag === undefined ? {} : { suggestedTag }),
    },
    target: { kind: 'image', id: reference },
  });
};

/** Refuses an image that runs here under no isolation. @throws SiloError ImagePlatformMismatch */
export const requireCompatible = (ports: Ports, reference: string, platform: Platform): void => {
  const decision = decideIsolation({ host: imageHost(ports), image: platform, wanted: 'Auto', hostDefault: 'Auto' });
  if (decision.effective === undefined) throw platformMismatch(ports, { reference, platform }, decision);
};
