import { SiloError } from './silo-error.ts';

/** An OCI platform; `osVersion` is `os.version` of the index entry or image configuration (Windows build). */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly osVersion?: string;
}

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', x86_64: 'amd64', 'x86-64': 'amd64', ia32: '386', i386: '386', aarch64: 'arm64', armhf: 'arm', armel: 'arm' };

/** Node's and uname's names as Go's, which OCI uses. */
export const normalizeArchitecture = (name: string): string => architectures[name.toLowerCase()] ?? name.toLowerCase();

/** @throws SiloError PlatformInvalid */
export const parsePlatform = (text: string): Platform => {
  const [os, architecture, variant, ...more] = text.split('/');
  if (!os || !architecture || more.length > 0 || !/^[a-z0-9/._-]+$/i.test(text)) throw new SiloError('PlatformInvalid', { args: { platform: text } });
  return { os: os.toLowerCase(), architecture: normalizeArchitecture(architecture), ...(variant ? { variant } : {}) };
};

export const formatPlatform = (platform: Platform): string =>
  `${platform.os}/${platform.architecture}${platform.variant === undefined ? '' : `/${platform.variant}`}${platform.osVersion === undefined ? '' : ` (${platform.osVersion})`}`;
