import type { Platform } from '../base/index.ts';

/** Variants that run on a host of the given one, best first; a 64-bit ARM host without a variant is v8. */
const variants = (wanted: Platform): readonly (string | undefined)[] => {
  if (wanted.architecture === 'arm') {
    const level = Number(/^v?([5-8])$/.exec(wanted.variant ?? 'v7')?.[1] ?? 7);
    return [...Array.from({ length: level - 4 }, (_, index) => `v${level - index}`), undefined];
  }
  if (wanted.architecture === 'arm64') return wanted.variant === undefined || wanted.variant === 'v8' ? ['v8', undefined] : [wanted.variant, 'v8', undefined];
  if (wanted.architecture === 'amd64') {
    const level = Number(/^v([1-4])$/.exec(wanted.variant ?? 'v1')?.[1] ?? 1);
    return [...Array.from({ length: level }, (_, index) => `v${level - index}`), undefined];
  }
  return wanted.variant === undefined ? [undefined] : [wanted.variant, undefined];
};

const numbers = (version: string): readonly number[] => version.split('.').map((part) => Number.parseInt(part, 10) || 0);

const compareVersions = (a: readonly number[], b: readonly number[]): number => {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

/**
 * How well an image for `offered` suits a host that is `wanted`: undefined not at all, else lower is
 * better. Windows images of a newer build than the host run under no isolation; those of the same build
 * come first, then the newest of the older ones, which need a VM.
 */
const rank = (offered: Platform, wanted: Platform): readonly number[] | undefined => {
  if (offered.os !== wanted.os || offered.architecture !== wanted.architecture) return undefined;
  const variant = variants(wanted).indexOf(offered.variant);
  if (variant < 0) return undefined;
  if (wanted.os !== 'windows' || wanted.osVersion === undefined) return [variant];
  if (offered.osVersion === undefined) return [variant, Number.MAX_SAFE_INTEGER];
  const [image, host] = [numbers(offered.osVersion), numbers(wanted.osVersion)];
  if (compareVersions(image.slice(0, 3), host.slice(0, 3)) > 0) return undefined;
  // 10.0.20348.x: the build decides, then the revision.
  return [variant, (host[2] ?? 0) - (image[2] ?? 0), Math.abs((host[3] ?? 0) - (image[3] ?? 0))];
};

export const platformSuits = (offered: Platform, wanted: Platform): boolean => rank(offered, wanted) !== undefined;

/** The best of `candidates` for the platform; the first one where several are equal. */
export const choosePlatform = <T extends { readonly platform: Platform | undefined }>(candidates: readonly T[], wanted: Platform): T | undefined => {
  let best: { readonly candidate: T; readonly rank: readonly number[] } | undefined;
  for (const candidate of candidates) {
    const found = candidate.platform === undefined ? undefined : rank(candidate.platform, wanted);
    if (found !== undefined && (best === undefined || compareVersions(found, best.rank) < 0)) best = { candidate, rank: found };
  }
  return best?.candidate;
};
