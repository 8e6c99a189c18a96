import { readFileSync } from 'node:fs';
import { SiloError, fromFileError, hasErrno } from '../../base/index.ts';

/** Path of the distribution's default profile (containers-common). */
export const seccompProfilePath = '/usr/share/containers/seccomp.json';

interface Condition { readonly arches?: readonly string[]; readonly caps?: readonly string[]; readonly minKernel?: string }
interface Rule {
  readonly names: readonly string[];
  readonly action: string;
  readonly args?: readonly object[] | null;
  readonly errnoRet?: number;
  readonly includes?: Condition;
  readonly excludes?: Condition;
}
export interface Profile {
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number;
  /** In the runtime specification's own form, in place of archMap. */
  readonly architectures?: readonly string[];
  readonly archMap?: readonly { readonly architecture: string; readonly subArchitectures?: readonly string[] | null }[];
  readonly syscalls: readonly Rule[];
}

/** `linux.seccomp` of an OCI configuration (runtime specification, config-linux, "Seccomp"). */
export interface OciSeccomp {
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number;
  readonly architectures?: readonly string[];
  readonly syscalls: readonly { readonly names: readonly string[]; readonly action: string; readonly errnoRet?: number; readonly args?: readonly object[] }[];
}

/**
 * Distributions' kernels leave the x32 interface off, and a filter without it refuses its calls all the same
 * (libseccomp: SCMP_FLTATR_ACT_BADARCH). With it every start spends 5 ms more on building the filter.
 */
const unusedArchitecture = 'SCMP_ARCH_X32';

const kernelAtLeast = (running: string, wanted: string): boolean => {
  const [major = 0, minor = 0] = running.split(/[.-]/).map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
};

/** Resolves the conditions that a profile in moby's format puts on rules: architecture, capabilities held, kernel. */
const resolveSeccomp = (profile: Profile, host: { readonly architecture: string; readonly kernelVersion: string }, capabilities: readonly string[]): OciSeccomp => {
  const holds = (condition: Condition | undefined, every: boolean): boolean => {
    if (condition === undefined) return every;
    const tests = [
      condition.arches?.length ? condition.arches.includes(host.architecture) : undefined,
      condition.caps?.length ? condition.caps[every ? 'every' : 'some']((capability) => capabilities.includes(capability)) : undefined,
      condition.minKernel ? kernelAtLeast(host.kernelVersion, condition.minKernel) : undefined,
    ].filter((test) => test !== undefined);
    return every ? tests.every(Boolean) : tests.some(Boolean);
  };
  const main = `SCMP_ARCH_${({ amd64: 'X86_64', arm64: 'AARCH64', '386': 'X86' } as Record<string, string>)[host.architecture] ?? host.architecture.toUpperCase()}`;
  const mapped = profile.archMap?.find((entry) => entry.architecture === main);
  const architectures = mapped === undefined ? profile.architectures : [mapped.architecture, ...(mapped.subArchitectures ?? [])];
  return {
    defaultAction: profile.defaultAction,
    ...(profile.defaultErrnoRet === undefined ? {} : { defaultErrnoRet: profile.defaultErrnoRet }),
    ...(architectures === undefined ? {} : { architectures: architectures.filter((name) => name !== unusedArchitecture) }),
    syscalls: profile.syscalls
      .filter((rule) => holds(rule.includes, true) && !holds(rule.excludes, false))
      .map((rule) => ({
        names: rule.names,
        action: rule.action,
        ...(rule.errnoRet === undefined ? {} : { errnoRet: rule.errnoRet }),
        ...(rule.args?.length ? { args: rule.args } : {}),
      })),
  };
};

/** A profile of the user: moby's format, or that of the runtime specification. @throws SiloError PathNotFound, PathAccessDenied, ParameterInvalid */
export const readSeccompFile = (path: string): Profile => {
  const refused = (reason: string): SiloError => new SiloError('ParameterInvalid', { args: { parameter: 'seccompProfile', reason: `${path}: ${reason}` } });
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw fromFileError(error, path);
  }
  let profile: Partial<Profile> | null;
  try {
    profile = JSON.parse(text) as Partial<Profile> | null;
  } catch {
    throw refused('it is not JSON');
  }
  if (typeof profile?.defaultAction !== 'string') throw refused('it has no defaultAction');
  const { syscalls = [] } = profile;
  if (!Array.isArray(syscalls) || !syscalls.every((rule: unknown) => isRule(rule))) throw refused('a rule of syscalls lacks names or action');
  return { ...profile, defaultAction: profile.defaultAction, syscalls };
};

const isRule = (rule: unknown): boolean => {
  const { names, action } = (rule ?? {}) as Partial<Rule>;
  return Array.isArray(names) && names.length > 0 && typeof action === 'string';
};

/** Reads the profile once and keeps one resolution for each set of capabilities. Errors: SeccompProfileMissing. */
export class SeccompProfile {
  readonly #path: string;
  readonly #host: { readonly architecture: string; readonly kernelVersion: string };
  #profile: Profile | undefined;
  readonly #resolved = new Map<string, OciSeccomp>();

  constructor(host: { readonly architecture: string; readonly kernelVersion: string }, path = seccompProfilePath) {
    this.#host = host;
    this.#path = path;
  }

  for(capabilities: readonly string[]): OciSeccomp {
    const key = capabilities.join();
    let found = this.#resolved.get(key);
    if (found === undefined) {
      found = resolveSeccomp(this.#read(), this.#host, capabilities);
      this.#resolved.set(key, found);
    }
    return found;
  }

  resolve(profile: Profile, capabilities: readonly string[]): OciSeccomp { return resolveSeccomp(profile, this.#host, capabilities); }

  #read(): Profile {
    try {
      this.#profile ??= JSON.parse(readFileSync(this.#path, 'utf8')) as Profile;
      return this.#profile;
    } catch (cause) {
      if (hasErrno(cause, 'ENOENT')) throw new SiloError('SeccompProfileMissing', { args: { path: this.#path }, target: { kind: 'host', id: 'seccomp' }, cause });
      throw cause;
    }
  }
}
